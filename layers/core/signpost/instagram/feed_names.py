"""Reads the names of feeds, accounts or hashtags, as owners and widgets write them."""

import re
from typing import Final

from signpost.instagram.tags import hashtags, normal
from signpost.platform.errors import InvalidField

_MAX_TAG: Final = 100
_ACCOUNT: Final = re.compile(r"[a-z0-9._]{1,30}", re.ASCII)


def account_name(text: str, parameter: str = "username_or_hashtag") -> str:
    """The account's name in the form that names are compared in; "" if there is none. Raises `InvalidField`."""
    name = text.strip().lstrip("@").lower()
    if name and not _ACCOUNT.fullmatch(name):
        raise InvalidField(f"{parameter}: an account's name has at most 30 letters, digits, dots and underscores.")
    return name


def tag_name(text: str) -> str:
    """The tag in the form that tags are compared in; "" if there is none. Raises `InvalidField`."""
    tag = normal(text.lstrip("@"))
    if tag and (len(tag) > _MAX_TAG or hashtags(f"#{tag}") != (tag,)):
        raise InvalidField("username_or_hashtag: a hashtag has only letters, digits and underscores.")
    return tag
