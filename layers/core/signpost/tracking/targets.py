"""Addresses that campaigns lead to: which are allowed, and how a click's query parameters are merged into them."""

from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

MAX_LENGTH = 2048
_SCHEMES = ("http", "https")
# Allowed in an address; everything else is percent-encoded, so that a Location header can carry it.
_SAFE = "!#$%&'()*+,-./:;=?@[]_~"


def normalise(url: str) -> str:
    """The address in the form a Location header can carry: punycode host, percent-encoded path.

    Raises:
        ValueError: the message says why it is not allowed, and what is.
    """
    if len(url) > MAX_LENGTH:
        raise ValueError(f"is longer than {MAX_LENGTH} characters")
    # Browsers read "\" as "/" and drop control characters, so they would not go to the address that was checked.
    if any(character <= " " or character in "\\\x7f" or "\ud800" <= character <= "\udfff" for character in url):
        raise ValueError("must not hold spaces, backslashes, control characters or halves of characters")
    parts = urlsplit(url)
    if parts.scheme not in _SCHEMES or not parts.hostname:
        raise ValueError("must be an absolute http or https address, such as https://example.com/page")
    netloc = _ascii_netloc(parts.netloc, parts.hostname, parts.port)  # `port` raises ValueError unless it is one
    result = quote(urlunsplit(parts._replace(netloc=netloc)), safe=_SAFE)
    if len(result) > MAX_LENGTH:
        raise ValueError(f"is longer than {MAX_LENGTH} characters when percent-encoded")
    return result


def _ascii_netloc(netloc: str, host: str, port: int | None) -> str:
    """With the host as browsers ask DNS for it: IDNA 2008, so that straße.de is not strasse.de."""
    before, at, after = netloc.rpartition("@")
    if after.isascii():
        return netloc
    import idna  # noqa: PLC0415  (its tables take longer to load than a campaign to save)

    try:
        ascii_host = idna.encode(host, uts46=True).decode()
    except idna.IDNAError:
        raise ValueError("has a host name that is not valid; if browsers accept it, write it as xn--…") from None
    return f"{before}{at}{ascii_host}" + ("" if port is None else f":{port}")


def with_query(target: str, parameters: list[tuple[str, str]]) -> str:
    """`target` with `parameters` merged into its query; they replace parameters of the same name."""
    if not parameters:
        return target
    parts = urlsplit(target)
    given = {name for name, _ in parameters}
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in given]
    return urlunsplit(parts._replace(query=urlencode(kept + parameters)))
