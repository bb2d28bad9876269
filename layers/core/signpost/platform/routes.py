"""Which of a function's routes answers a request. API Gateway often knows only where an address begins."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Final, TypeVar
from urllib.parse import quote

from signpost.platform.errors import MethodNotAllowed, NotFound
from signpost.platform.http import Event, Reply, redirect

DEFAULT: Final = "$default"
Found = TypeVar("Found")

# Characters that a path and a query may contain unescaped (RFC 3986, sections 3.3 and 3.4).
_PATH: Final = "/:@!$&'()*+,;=~"
_QUERY: Final = _PATH + "?%"
# The query may contain a login's code. Other origins may read this reply, which tells them nothing; otherwise browsers
# would not follow the redirect for their pages. The address that it leads to checks their origin.
_SENT_ON: Final = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "access-control-allow-origin": "*",
}


def find(routes: Mapping[str, Found], event: Event) -> tuple[Found, dict[str, str]]:
    """The route for a request, and what the path's variables are.

    Keys are written as API Gateway's, such as `GET /links/{id}` or `GET /files/{path+}`, and `$default` for all the
    rest. Of several, the one with the fewest variables is chosen. Raises `NotFound` or `MethodNotAllowed`.
    """
    method, path = event["requestContext"]["http"]["method"], event["rawPath"]
    fitting = {key: found for key in routes if (found := _pattern(key.partition(" ")[2]).fullmatch(path))}
    own = [key for key in fitting if key.startswith(f"{method} ")]
    if own:
        chosen = min(own, key=lambda key: len(fitting[key].groups()))
        return routes[chosen], fitting[chosen].groupdict()
    if DEFAULT in routes:
        return routes[DEFAULT], {}
    raise nothing_here(key.partition(" ")[0] for key in fitting)


def nothing_here(methods: Iterable[str] = ()) -> NotFound | MethodNotAllowed:
    """The error for an address that takes these methods only."""
    allowed = sorted(set(methods))
    return MethodNotAllowed(allowed) if allowed else NotFound("There is nothing at this address.")


def without_slash(event: Event) -> Reply | None:
    """A redirect to the same address on this host without the slash at its end; None if there is no slash."""
    path, query = event["rawPath"], event.get("rawQueryString", "")
    if path == "/" or not path.endswith("/"):
        return None
    # Two slashes at its beginning would make the path name another host.
    location = "/" + quote(path.strip("/"), safe=_PATH, errors="replace")
    if query:
        location += "?" + quote(query, safe=_QUERY, errors="replace")
    return redirect(308, location, _SENT_ON)


@cache
def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+\+?)\}", path)  # text and names by turns
    named = [f"(?P<{name[:-1]}>.+)" if name.endswith("+") else f"(?P<{name}>[^/]+)" for name in parts[1::2]]
    texts = [re.escape(text) for text in parts[::2]]
    return re.compile("".join(text + name for text, name in zip(texts, [*named, ""], strict=True)), re.DOTALL)
