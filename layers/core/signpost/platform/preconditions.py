"""If-Match (RFC 9110, section 13.1.1)."""


def holds(if_match: str | None, etag: str) -> bool:
    """Whether a change may go ahead: there is no condition, or one of its tags is the current one.

    Weak tags never match, as the RFC has it.
    """
    if if_match is None:
        return True
    tags = {tag.strip() for tag in if_match.split(",")}
    return "*" in tags or etag in tags
