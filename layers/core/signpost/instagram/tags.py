"""Hashtags in captions, and whether a post has one that its owner wants imported.

A tag is letters, digits and underscores of any script, with the marks that belong to its letters. An emoji ends it:
Instagram's hashtag search does not know tags with emojis.
"""

import unicodedata
from collections.abc import Collection
from typing import Final

_SIGNS: Final = "#＃"  # noqa: RUF001  (as Japanese keyboards write it)
# Without these joiners, words in Persian and Indian scripts would be split.
_JOINERS: Final = "\u200c\u200d"
_NO_TAG_AFTER: Final = "/&"  # an address's fragment, or a character reference such as &#39;


def hashtags(caption: str) -> tuple[str, ...]:
    """Each tag once, in the order of the caption, as `normal` writes it."""
    found: dict[str, None] = {}
    position, tag_ended = 0, -1
    while position < len(caption):
        start = position + 1
        if caption[position] not in _SIGNS or not (position == tag_ended or _may_start(caption, position)):
            position = start
            continue
        end = start
        while end < len(caption) and _in_tag(caption[end]):
            end += 1
        tag = normal(caption[start:end])
        if any(character.isalnum() for character in tag):
            found[tag] = None
            tag_ended = end
        position = end
    return tuple(found)


def normal(tag: str) -> str:
    """The form that tags are compared in: without sign, surrounding spaces and case, in Unicode's NFC."""
    text = tag.strip().lstrip(_SIGNS).strip(_JOINERS)
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def is_wanted(caption: str, import_tags: Collection[str]) -> bool:
    """Whether to import a post: it has one of the tags, or none is required."""
    wanted = {tag for tag in map(normal, import_tags) if tag}
    return not wanted or not wanted.isdisjoint(hashtags(caption))


def _may_start(caption: str, position: int) -> bool:
    """Within a word, the sign is part of that word (C#, room#5), unless the word is itself a tag."""
    return position == 0 or not (_in_tag(caption[position - 1]) or caption[position - 1] in _NO_TAG_AFTER)


def _in_tag(character: str) -> bool:
    return character == "_" or character in _JOINERS or unicodedata.category(character)[0] in "LMN"
