"""A zip from somebody else, read piece by piece within bounds.

The standard library's `zipfile` is not used: it loads all that the directory claims to hold before one can look at it,
and does not notice entries that share their bytes. Format: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
"""

import struct
import zlib
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any, Final, NamedTuple, Protocol

from signpost.analytics.export.limits import LIMITS, Limits
from signpost.analytics.export.refusals import ExportRefused, NotUnderstood, Refusal, Unread

MOST_TO_ONE: Final = 100  # lists of accounts are packed about ten to one
_SMALL: Final = 1024 * 1024  # bytes: an entry up to this size may be packed more tightly, as if it were empty
PIECE: Final = 65_536  # bytes

_END: Final = struct.Struct("<4s4H2LH")
_END64: Final = struct.Struct("<4sQ2H2L4Q")
_LOCATOR64: Final = struct.Struct("<4sLQL")
_ENTRY: Final = struct.Struct("<4s4B4HL2L5H2L")
_HEADER: Final = struct.Struct("<4s5H3L2H")
_LONGEST_COMMENT: Final = 65_535
_FULL16, _FULL32 = 0xFFFF, 0xFFFFFFFF  # the real number is in the part for large archives
_ENCRYPTED, _UTF8 = 0x1, 0x800
_STORED, _DEFLATED = 0, 8
_UNIX: Final = 3
_TYPE, _LINK = 0o170000, 0o120000


class Source(Protocol):
    """Bytes that can be read from anywhere: a file, or an object in S3."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes, and none only at the end."""
        ...

    def seek(self, offset: int, /) -> int: ...


class Entry(NamedTuple):
    path: str
    raw_path: bytes
    is_encrypted: bool
    is_link: bool
    method: int
    crc: int
    packed: int  # bytes
    size: int  # bytes
    offset: int


class Archive:
    """Never more than `PIECE` bytes are read at once.

    Raises:
        ExportRefused: it is not a zip, is damaged, or is made to hurt.
    """

    def __init__(self, stream: Source, size: int, limits: Limits = LIMITS) -> None:
        self._stream, self._left = stream, limits.unpacked
        self._directory, length, number = _find_directory(stream, size)
        if number > limits.entries:
            raise ExportRefused(Refusal.TOO_MANY_FILES)
        if length > limits.directory:
            raise ExportRefused(Refusal.UNPACKS_TOO_LARGE)
        self.entries = _read_directory(stream, self._directory, length, number)
        self._check_overlaps()

    def _check_overlaps(self) -> None:
        """Entries that share bytes are how a small zip unpacks to anything."""
        spans = sorted(
            (each.offset, each.offset + _HEADER.size + len(each.raw_path) + each.packed) for each in self.entries
        )
        spans.append((self._directory, self._directory))
        if any(end > start for (_, end), (start, _) in pairwise(spans)):
            raise ExportRefused(Refusal.DAMAGED)

    def pieces(self, entry: Entry) -> Iterator[bytes]:
        """An entry's content. Nothing is read, and nothing raised, before the first piece is asked for.

        Raises:
            ExportRefused: it has a password, or is larger than it may be.
            NotUnderstood: it is damaged, or packed in another way.
        """
        if entry.is_encrypted:
            raise ExportRefused(Refusal.PASSWORD)
        self._left -= entry.size
        if self._left < 0 or entry.size > max(_SMALL, entry.packed * MOST_TO_ONE):
            raise ExportRefused(Refusal.UNPACKS_TOO_LARGE)
        if entry.method not in (_STORED, _DEFLATED):
            raise NotUnderstood(Unread.UNKNOWN_PACKING)
        self._stream.seek(entry.offset)
        header = _exactly(self._stream, _HEADER.size, _damaged_entry)
        mark, *_, name_length, extra_length = _HEADER.unpack(header)
        start = entry.offset + _HEADER.size + name_length + extra_length
        if mark != b"PK\x03\x04" or start + entry.packed > self._directory:
            raise NotUnderstood(Unread.DAMAGED)
        if _exactly(self._stream, name_length, _damaged_entry) != entry.raw_path:
            raise NotUnderstood(Unread.DAMAGED)
        self._stream.seek(start)
        size, crc = 0, 0
        for piece in self._unpacked(entry):
            size, crc = size + len(piece), zlib.crc32(piece, crc)
            if size > entry.size:
                raise ExportRefused(Refusal.UNPACKS_TOO_LARGE)
            yield piece
        if (size, crc) != (entry.size, entry.crc):
            raise NotUnderstood(Unread.DAMAGED)

    def _unpacked(self, entry: Entry) -> Iterator[bytes]:
        unpacker = zlib.decompressobj(-zlib.MAX_WBITS) if entry.method == _DEFLATED else None
        left = entry.packed
        while left:
            packed = _exactly(self._stream, min(PIECE, left), _damaged_entry)
            left -= len(packed)
            if unpacker is None:
                yield packed
                continue
            while packed and not unpacker.eof:
                try:
                    piece = unpacker.decompress(packed, PIECE)
                except zlib.error:
                    raise NotUnderstood(Unread.DAMAGED) from None
                packed = unpacker.unconsumed_tail
                if piece:
                    yield piece
        if unpacker is not None and not unpacker.eof:
            yield from _rest(unpacker)


def _rest(unpacker: "zlib._Decompress") -> Iterator[bytes]:
    """What the unpacker holds back when all input is in."""
    while True:
        try:
            piece = unpacker.decompress(b"", PIECE)
        except zlib.error:
            raise NotUnderstood(Unread.DAMAGED) from None
        if not piece:
            return
        yield piece


def _find_directory(stream: Source, size: int) -> tuple[int, int, int]:
    """Where the directory begins, its length in bytes, and the number of its entries."""
    tail_at = max(0, size - _END.size - _LONGEST_COMMENT)
    stream.seek(tail_at)
    tail = _exactly(stream, size - tail_at, _damaged)
    at = _end_record(tail)
    _, disk, first_disk, here, number, length, start, _ = _END.unpack_from(tail, at)
    end = tail_at + at
    if _FULL16 in (disk, number) or _FULL32 in (length, start):
        disk, first_disk, here, number, length, start, end = _large_end(stream, end)
    if disk or first_disk or here != number:
        raise ExportRefused(Refusal.DAMAGED)  # one part of several
    if start + length > end:
        raise ExportRefused(Refusal.CUT_OFF)
    return start, length, number


def _end_record(tail: bytes) -> int:
    """Where in the file's last bytes the end record is: the one whose comment ends with the file."""
    at = tail.rfind(b"PK\x05\x06")
    while at >= 0:
        if at + _END.size <= len(tail) and at + _END.size + _END.unpack_from(tail, at)[-1] == len(tail):
            return at
        at = tail.rfind(b"PK\x05\x06", 0, at)
    raise ExportRefused(Refusal.CUT_OFF)


def _large_end(stream: Source, end: int) -> tuple[int, ...]:
    """The same of an archive in the form for large ones."""
    at = end - _LOCATOR64.size
    if at < 0:
        raise ExportRefused(Refusal.DAMAGED)
    stream.seek(at)
    mark, _, record, _ = _LOCATOR64.unpack(_exactly(stream, _LOCATOR64.size, _damaged))
    if mark != b"PK\x06\x07" or record + _END64.size > at:
        raise ExportRefused(Refusal.DAMAGED)
    stream.seek(record)
    mark, _, _, _, *numbers = _END64.unpack(_exactly(stream, _END64.size, _damaged))
    if mark != b"PK\x06\x06":
        raise ExportRefused(Refusal.DAMAGED)
    return (*numbers, record)


def _read_directory(stream: Source, start: int, length: int, number: int) -> list[Entry]:
    stream.seek(start)
    left, buffer, entries = length, b"", list[Entry]()

    def take(wanted: int) -> bytes:
        nonlocal left, buffer
        while len(buffer) < wanted:
            if not left:
                raise ExportRefused(Refusal.DAMAGED)
            piece = _exactly(stream, min(PIECE, left), _damaged)
            left -= len(piece)
            buffer += piece
        taken, buffer = buffer[:wanted], buffer[wanted:]
        return taken

    for _ in range(number):
        fields = _ENTRY.unpack(take(_ENTRY.size))
        name_length, extra_length, comment_length = fields[12:15]
        entries.append(_entry(fields, take(name_length), take(extra_length)))
        take(comment_length)
    if left or buffer:
        raise ExportRefused(Refusal.DAMAGED)  # more entries than it says
    return entries


def _entry(fields: tuple[Any, ...], raw_path: bytes, extra: bytes) -> Entry:
    mark, _, system, _, _, flags, method, _, _, crc, packed, size, *_, attributes, offset = fields
    if mark != b"PK\x01\x02":
        raise ExportRefused(Refusal.DAMAGED)
    size, packed, offset = _large_numbers(extra, size, packed, offset)
    return Entry(
        path=raw_path.decode("utf-8" if flags & _UTF8 else "cp437", errors="replace"),
        raw_path=raw_path,
        is_encrypted=bool(flags & _ENCRYPTED),
        is_link=system == _UNIX and attributes >> 16 & _TYPE == _LINK,
        method=method,
        crc=crc,
        packed=packed,
        size=size,
        offset=offset,
    )


def _large_numbers(extra: bytes, *numbers: int) -> list[int]:
    """These numbers, with those that do not fit into four bytes from the field for them."""
    large = b""
    while len(extra) >= 4:  # noqa: PLR2004  (two numbers of two bytes)
        kind, length = struct.unpack_from("<2H", extra)
        if kind == 1:
            large = extra[4 : 4 + length]
        extra = extra[4 + length :]
    found = list(numbers)
    for index, number in enumerate(numbers):
        if number == _FULL32:
            if len(large) < 8:  # noqa: PLR2004  (bytes of a number)
                raise ExportRefused(Refusal.DAMAGED)
            found[index], large = struct.unpack_from("<Q", large)[0], large[8:]
    return found


def _exactly(stream: Source, length: int, error: Callable[[], Exception]) -> bytes:
    content = b""
    while len(content) < length:
        piece = stream.read(min(PIECE, length - len(content)))
        if not piece:
            raise error()
        content += piece
    return content


def _damaged() -> Exception:
    return ExportRefused(Refusal.DAMAGED)


def _damaged_entry() -> Exception:
    return NotUnderstood(Unread.DAMAGED)
