"""Hashtags in captions, and whether a post has one of those that an owner wants imported.

A tag is letters, digits and underscores of any script, with the marks that belong to its letters. An emoji ends it:
Instagram's hashtag search does not know tags with emojis.
"""

import unicodedata
from collections.abc import Collection
from typing import Final

_SIGNS: Final = "#＃"  # noqa: RUF001  (as Japanese keyboards write it)
# Without these joiners, words in Persian and in Indian scripts fall apart.
_JOINERS: Final = "\u200c\u200d"
_NO_TAG_AFTER: Final = "/&"  # an address's fragment, or a character reference such as &#39;


def hashtags(caption: str) -> tuple[str, ...]:
    """Each tag once, in the order of the caption, without its sign, in the form that tags are compared in."""
    found: dict[str, None] = {}
    place, tag_ended = 0, -1
    while place < len(caption):
        start = place + 1
        if caption[place] not in _SIGNS or not (place == tag_ended or _may_start(caption, place)):
            place = start
            continue
        end = start
        while end < len(caption) and _in_tag(caption[end]):
            end += 1
        tag = normal(caption[start:end])
        if any(character.isalnum() for character in tag):
            found[tag] = None
            tag_ended = end
        place = end
    return tuple(found)


def normal(tag: str) -> str:
    """How tags are compared: without sign, spaces around it and case, each letter composed in one way."""
    text = tag.strip().lstrip(_SIGNS).strip(_JOINERS)
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def is_wanted(caption: str, import_tags: Collection[str]) -> bool:
    """Whether to import a post: it has one of the tags, or there are no tags to have."""
    wanted = {tag for tag in map(normal, import_tags) if tag}
    return not wanted or not wanted.isdisjoint(hashtags(caption))


def _may_start(caption: str, place: int) -> bool:
    """In the middle of a word, the sign is part of it (C#, room#5), unless that word is a tag itself."""
    return place == 0 or not (_in_tag(caption[place - 1]) or caption[place - 1] in _NO_TAG_AFTER)


def _in_tag(character: str) -> bool:
    return character == "_" or character in _JOINERS or unicodedata.category(character)[0] in "LMN"
