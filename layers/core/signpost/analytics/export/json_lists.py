"""The lists in a JSON text, entry by entry: only one entry is in memory at a time, however long the list is."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from signpost.analytics.export.refusals import NotUnderstood, Unread

LARGEST_ENTRY: Final = 262_144  # characters
_NOT_SPACE: Final = re.compile(r"[^ \t\r\n]")
_AFTER_A_VALUE: Final = " \t\r\n,:]}"
Take = Callable[[Any], None]


def read_lists(pieces: Iterable[str], found: Callable[[str], Take | None]) -> None:
    """Give each list's entries to what `found` returns for its name; "" is the name of a list that is the whole text.

    An object in an object counts as a list of pairs. None: nobody wants that list.

    Raises:
        NotUnderstood: it is not JSON, or ends too early. Some entries may have been given by then.
    """
    text = _Text(pieces)
    if text.next() == "[":
        text.entries(found("") or _ignore)
    elif text.next() == "{":
        for name in text.names():
            take = found(name) or _ignore
            if text.next() == "[":
                text.entries(take)
            elif text.next() == "{":
                for member in text.names():
                    take((member, text.value()))
            else:
                text.value()
    else:
        raise NotUnderstood(Unread.NOT_JSON)
    if text.next():
        raise NotUnderstood(Unread.NOT_JSON)


def _ignore(_entry: object) -> None:
    pass


class _Text:
    """Every method raises `NotUnderstood`."""

    def __init__(self, pieces: Iterable[str]) -> None:
        self._pieces, self._buffer, self._at, self._ended = iter(pieces), "", 0, False
        self._decode = json.JSONDecoder().raw_decode

    def next(self) -> str:
        """The next character that is not white space; "" at the end."""
        while True:
            found = _NOT_SPACE.search(self._buffer, self._at)
            if found:
                self._at = found.start()
                return found[0]
            self._at = len(self._buffer)
            if not self._more():
                return ""

    def value(self) -> Any:
        self.next()
        while True:
            failure: ValueError | None = None
            length = len(self._buffer)
            try:
                value, end = self._decode(self._buffer, self._at)
            except RecursionError:
                raise NotUnderstood(Unread.NOT_JSON) from None
            except ValueError as error:
                failure = error
            else:
                # Or a number may go on in the next piece.
                if self._ended or (end < length and self._buffer[end] in _AFTER_A_VALUE):
                    self._at = end
                    return value
            if length - self._at > LARGEST_ENTRY:
                raise NotUnderstood(Unread.NOT_JSON)
            if not self._more() and failure:
                raise NotUnderstood(_reason(failure, length))

    def entries(self, take: Take) -> None:
        for _ in self._members("[", "]"):
            take(self.value())

    def names(self) -> Iterator[str]:
        """Of an object's members; the value has to be read before the next one."""
        for _ in self._members("{", "}"):
            if self.next() != '"':
                raise self._wrong()
            name = self.value()
            self._skip(":")
            yield name

    def _members(self, opening: str, closing: str) -> Iterator[None]:
        self._skip(opening)
        if self.next() == closing:
            self._skip(closing)
            return
        while True:
            yield
            if self.next() == closing:
                self._skip(closing)
                return
            self._skip(",")

    def _skip(self, character: str) -> None:
        if self.next() != character:
            raise self._wrong()
        self._at += 1

    def _wrong(self) -> NotUnderstood:
        return NotUnderstood(Unread.NOT_JSON if self.next() else Unread.CUT_OFF)

    def _more(self) -> bool:
        """Drop what was read, and add the next piece."""
        if self._ended:
            return False
        piece = next(self._pieces, None)
        self._ended = piece is None
        self._buffer, self._at = self._buffer[self._at :] + (piece or ""), 0
        return not self._ended


def _reason(error: ValueError, length: int) -> Unread:
    is_open = isinstance(error, json.JSONDecodeError) and (
        error.pos >= length or error.msg.startswith("Unterminated string")
    )
    return Unread.CUT_OFF if is_open else Unread.NOT_JSON
