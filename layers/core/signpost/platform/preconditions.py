"""If-Match and If-None-Match (RFC 9110, sections 13.1.1 and 13.1.2)."""

from typing import Generic, NamedTuple, TypeVar

View = TypeVar("View")


class Versioned(NamedTuple, Generic[View]):
    """A view of a resource, and the tag of the version that it shows."""

    view: View
    etag: str
    created: bool = False


def holds(if_match: str | None, etag: str) -> bool:
    """Whether a change may go ahead: there is no condition, or one of its tags is the current one.

    Weak tags never match, as the RFC says.
    """
    if if_match is None:
        return True
    tags = {tag.strip() for tag in if_match.split(",")}
    return "*" in tags or etag in tags


def is_known(if_none_match: str | None, etag: str) -> bool:
    """Whether the client has this version already. Weak tags match: proxies that compress make tags weak."""
    tags = {tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")}
    return "*" in tags or etag in tags
