"""Whether an app is too old, by its version: https://semver.org, with one to four numbers, as app stores have them."""

import re
from typing import Final, NamedTuple, TypedDict

_NUMBER: Final = r"\d{1,9}"
_VERSION: Final = re.compile(
    rf"v?({_NUMBER}(?:\.{_NUMBER}){{0,3}})(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]+)?", re.ASCII
)
_NUMBERS: Final = 4
_LONGEST: Final = 64  # characters

# Numbers come before names, and whatever comes before a release has something here; the release has nothing.
_Part = tuple[int, int, str]
Version = tuple[tuple[int, ...], bool, tuple[_Part, ...]]

Update = TypedDict("Update", {"message": str, "button-text": str, "url": str})


class Minimum(NamedTuple):
    """The oldest version that is still served, or "" for all, and where to get a newer one."""

    version: str
    url: str


def update_for(version: str | None, *, beta: bool, released: Minimum, in_beta: Minimum) -> Update | None:
    """What an app should tell its user. `version`: the app's header; None if there is nothing to tell.

    A version that cannot be read counts as new enough, because no update would help.
    """
    minimum = in_beta if beta else released
    installed, oldest = parsed(version or ""), parsed(minimum.version)
    if installed is None or oldest is None or installed >= oldest:
        return None
    message = (
        "There is a new beta version of Signpost. Please update to go on."
        if beta
        else "We've moved to the App Store. Please get the new version of Signpost there."
    )
    return {"message": message, "button-text": "Update", "url": minimum.url}


def parsed(text: str) -> Version | None:
    """Versions in their order: later ones are greater. None if it is not a version."""
    text = text.strip()
    match = _VERSION.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        return None
    numbers = [int(each) for each in match[1].split(".")]
    parts = [] if match[2] is None else [_part(each) for each in match[2].split(".")]
    return (*numbers, *[0] * (_NUMBERS - len(numbers))), not parts, tuple(parts)


def _part(text: str) -> _Part:
    return (0, int(text), "") if text.isdecimal() else (1, 0, text)
