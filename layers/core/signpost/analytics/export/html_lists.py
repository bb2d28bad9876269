"""The pages of an export that was asked for as HTML.

Their dates are in the account's language and without a time zone, so no times are read.
"""

from collections.abc import Callable, Iterable
from html.parser import HTMLParser
from typing import Final

from signpost.analytics.export.refusals import NotUnderstood, Unread
from signpost.analytics.export.relations import Relation, profile

_PIECE: Final = 8_192  # characters
# What HTMLParser keeps until the end of a tag, or of a style sheet. It looks through all of it again with each piece.
LARGEST_TAG: Final = 32_768
LARGEST_STYLE: Final = 1_048_576
MOST_TAGS: Final = 10_000_000  # ten for each account that is read at most


def read_links(pieces: Iterable[str], take: Callable[[Relation], None], *, most_tags: int = MOST_TAGS) -> None:
    """Give each account that the page links to.

    Raises:
        NotUnderstood: it is no page, ends too early, or has too many tags. Some accounts may have been given by then.
    """

    def tag(name: str, address: str | None) -> None:
        account = profile(address) if name == "a" else None
        if account:
            take(Relation(account))

    _read(pieces, tag, lambda _text: None, most_tags)


def read_texts(pieces: Iterable[str], take: Callable[[str], None]) -> None:
    """Give the page's texts, one after the other, as `read_links` gives accounts."""
    _read(pieces, lambda _name, _address: None, take)


def _read(
    pieces: Iterable[str],
    tag: Callable[[str, str | None], None],
    text: Callable[[str], None],
    most_tags: int = MOST_TAGS,
) -> None:
    page = _Page(tag, text, most_tags)
    for piece in pieces:
        for start in range(0, len(piece), _PIECE):
            page.feed(piece[start : start + _PIECE])
            if len(page.rawdata) > (LARGEST_STYLE if page.cdata_elem else LARGEST_TAG):
                raise NotUnderstood(Unread.NOT_HTML)
    if not page.opened:
        raise NotUnderstood(Unread.NOT_HTML)
    if not page.closed:
        raise NotUnderstood(Unread.CUT_OFF)


class _Page(HTMLParser):
    def __init__(self, tag: Callable[[str, str | None], None], text: Callable[[str], None], most_tags: int) -> None:
        super().__init__()
        self._tag, self._text, self._left = tag, text, most_tags
        self.opened = self.closed = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._left -= 1
        if self._left < 0:
            raise NotUnderstood(Unread.NOT_HTML)
        self.opened = self.opened or tag == "html"
        self._tag(tag, dict(attrs).get("href"))

    def handle_endtag(self, tag: str) -> None:
        self.closed = self.closed or tag == "html"

    def handle_data(self, data: str) -> None:
        if data.strip():
            self._text(data.strip())
