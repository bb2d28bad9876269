"""Which of an export's files are read. Only the last two parts of a path count, and they are never used as a path."""

import re
from enum import Enum
from typing import Final, NamedTuple

from signpost.analytics.export.relations import username

LONGEST_SHOWN: Final = 200  # characters
_FOLDER: Final = "followers_and_following"
_COPY: Final = r"(?:[ _-]?\(\d{1,3}\)| copy)?"  # what browsers and file managers add
_FILE: Final = re.compile(
    rf"(followers|following|connections|personal_information)(?:_(\d{{1,5}}))?{_COPY}\.(json|html?)", re.ASCII
)
# instagram-nora.blogs-2025-06-13-YOudpLi7, and nora.blogs_20200316 until 2022
_NAMED: Final = re.compile(
    rf"(?:instagram-([a-z0-9._]{{1,30}})-\d{{4}}-\d\d-\d\d(?:-\w+)?|([a-z0-9._]{{1,30}})_20\d{{6}}){_COPY}(?:\.zip)?",
    re.ASCII,
)
_OUTSIDE: Final = re.compile(r"/|[a-z]:|(?:.*/)?\.\.(?:/|$)", re.DOTALL)


class Kind(Enum):
    """In the order in which they are read."""

    OWNER = "personal_information"
    FOLLOWERS = "followers"
    FOLLOWING = "following"
    CONNECTIONS = "connections"  # both lists, in exports until 2021


class Wanted(NamedTuple):
    """A file that is read. `rank`: of several for the same part, the one with the lowest is."""

    kind: Kind
    part: int
    is_html: bool
    rank: int


def wanted(path: str) -> Wanted | None:
    folders, _, name = _plain(path).rpartition("/")
    found = _FILE.fullmatch(name)
    if not found or "__macosx" in folders.split("/"):
        return None
    kind, is_html = Kind(found[1]), found[3] != "json"
    in_place = folders.rpartition("/")[2] == _FOLDER
    # Facebook's exports name some of their files like Instagram's.
    if kind in (Kind.FOLLOWERS, Kind.FOLLOWING) and is_facebooks(path):
        return None
    return Wanted(kind, int(found[2] or 1), is_html, (0 if in_place else 2) + is_html)


def leads_outside(path: str) -> bool:
    return _OUTSIDE.match(_plain(path)) is not None


def is_zip(path: str) -> bool:
    return path.lower().endswith(".zip")


def is_facebooks(path: str) -> bool:
    first_two = _plain(path).split("/")[:2]
    return not {"your_facebook_activity", "friends_and_followers", "following_and_followers"}.isdisjoint(first_two)


def owner_in(path: str) -> str | None:
    """Whose export it is, as the name of the zip or of its outermost folder says."""
    found = _NAMED.fullmatch(_plain(path).partition("/")[0])
    return username(found[1] or found[2]) if found else None


def shown(path: str) -> str:
    """For people to see: without control characters, and not endless."""
    text = "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in path[-LONGEST_SHOWN:])
    return text if len(path) <= LONGEST_SHOWN else "…" + text[1:]


def _plain(path: str) -> str:
    return path.replace("\\", "/").lower()
