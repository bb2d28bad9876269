"""Text in whichever encoding a file has come to have."""

import codecs
from collections.abc import Iterable, Iterator
from typing import Final

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decoded(pieces: Iterable[bytes]) -> Iterator[str]:
    """UTF-8 or UTF-16, with or without a mark. What is neither becomes U+FFFD, which no account's name contains."""
    decoder: codecs.IncrementalDecoder | None = None
    for piece in pieces:
        if decoder is None:
            decoder = codecs.getincrementaldecoder(_encoding(piece))(errors="replace")
        text = decoder.decode(piece)
        if text:
            yield text
    rest = decoder.decode(b"", final=True) if decoder else ""
    if rest:
        yield rest


def _encoding(start: bytes) -> str:
    for mark, encoding in _MARKS:
        if start.startswith(mark):
            return encoding
    if start[:1] and start[1:2] == b"\0":
        return "utf-16-le"
    return "utf-16-be" if start[:1] == b"\0" else "utf-8"


def mended(text: str) -> str:
    """Undo what Meta does to its JSON, where each byte of UTF-8 is a character of its own: `Ã©` for `é`."""
    try:
        return text.encode("latin-1").decode()
    except UnicodeError:
        return text
