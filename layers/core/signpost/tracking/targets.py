"""Addresses that campaigns lead to: which are allowed, and how a click's own query parameters get into them."""

from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

MAX_LENGTH = 2048
_SCHEMES = ("http", "https")
# Allowed in an address; everything else is percent-encoded, so that a Location header can carry it.
_SAFE = "!#$%&'()*+,-./:;=?@[]_~"


def normalise(url: str) -> str:
    """The address in the form a Location header can carry: punycode host, percent-encoded path.

    Raises:
        ValueError: says why it is not allowed, and what is.
    """
    if len(url) > MAX_LENGTH:
        raise ValueError(f"is longer than {MAX_LENGTH} characters")
    # Browsers read "\" as "/" and drop control characters, so they would not go to the address that was checked.
    if any(character <= " " or character in "\\\x7f" or "\ud800" <= character <= "\udfff" for character in url):
        raise ValueError("must not hold spaces, backslashes, control characters or halves of characters")
    parts = urlsplit(url)
    if parts.scheme not in _SCHEMES or not parts.hostname:
        raise ValueError("must be an absolute http or https address, such as https://example.com/page")
    parts.port  # noqa: B018  (raises ValueError when it is not a port)
    result = quote(urlunsplit(parts._replace(netloc=_ascii_host(parts.netloc, parts.hostname))), safe=_SAFE)
    if len(result) > MAX_LENGTH:
        raise ValueError(f"is longer than {MAX_LENGTH} characters when percent-encoded")
    return result


def _ascii_host(netloc: str, host: str) -> str:
    if netloc.isascii():
        return netloc
    try:
        ascii_host = host.encode("idna").decode()
    except UnicodeError:
        raise ValueError("has a host name that is not valid") from None
    before, _, after = netloc.rpartition("@")
    port = after.rpartition(":")[2] if ":" in after else ""
    return f"{quote(before)}@{ascii_host}" if before else ascii_host + (f":{port}" if port else "")


def with_query(target: str, parameters: list[tuple[str, str]]) -> str:
    """`target` with `parameters` merged into its query; they replace parameters of the same name."""
    if not parameters:
        return target
    parts = urlsplit(target)
    given = {name for name, _ in parameters}
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in given]
    return urlunsplit(parts._replace(query=urlencode(kept + parameters)))
