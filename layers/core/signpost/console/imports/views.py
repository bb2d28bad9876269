"""Imports of Instagram's export, as their owner sees them: what came, what reports use, what is wrong."""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from signpost.analytics.export.names import shown
from signpost.analytics.export.places import from_key
from signpost.analytics.export.views import FileView, ImportView, UnderstoodView
from signpost.console import words
from signpost.console.accounts.views import Badge
from signpost.platform.clock import from_rfc3339

LISTS: Final = {"followers": "Followers", "following": "Following"}
_KB, _MB = 1000, 1_000_000
_WAITING: Final = "waiting"


class UsedList(NamedTuple):
    """A list that reports use, or a part of one."""

    name: str
    accounts: str
    file: str
    read_at: str


class Line(NamedTuple):
    """Of a file in an upload: what was found in it, or why nothing was."""

    file: str
    text: str


class FileShown(NamedTuple):
    name: str
    under: str  # how large it was, when it was read, and whose it is
    refusal: str
    notes: Sequence[str]
    understood: Sequence[Line]
    not_understood: Sequence[Line]
    unopened: str


class ImportShown(NamedTuple):
    begun_at: str
    badge: Badge
    files: Sequence[FileShown]


def used_lists(imports: Iterable[ImportView], zone: ZoneInfo) -> list[UsedList]:
    return [
        UsedList(LISTS.get(each, each), words.count(file.lists[each]), file.name, _moment(file.read_at, zone))
        for found in imports
        for file in found.files
        for each in file.in_use
    ]


def used_since(imports: Iterable[ImportView]) -> float | None:
    """When the newest of the lists that reports use was read. None: they use none."""
    read = [from_rfc3339(file.read_at) for found in imports for file in found.files if file.in_use]
    return max(read, default=None)


def import_shown(found: ImportView, zone: ZoneInfo, *, is_open: bool) -> ImportShown:
    """`is_open`: files can still be uploaded for it."""
    return ImportShown(
        _moment(found.begun_at, zone), _badge(found, is_open=is_open), [_file(each, zone) for each in found.files]
    )


def is_read(key: str, imports: Iterable[ImportView]) -> tuple[str, bool] | None:
    """The name of a file that was uploaded under this key, and whether it was read. None: it is no import's."""
    upload = from_key(key)
    found = next((each for each in imports if upload and each.id == upload.import_id), None)
    if upload is None or found is None:
        return None
    name = shown(upload.name)
    return name, any(file.name == name for file in found.files)


def _badge(found: ImportView, *, is_open: bool) -> Badge:
    if found.state == _WAITING:
        return Badge("warn", "clock", "Waits for a file") if is_open else Badge("", "struck", "No file came")
    if any(file.in_use for file in found.files):
        return Badge("ok", "tick", "Reports use it")
    if all(file.refusal for file in found.files):
        return Badge("bad", "cross", "Refused")
    return Badge("", "struck", "Not used")


def _file(file: FileView, zone: ZoneInfo) -> FileShown:
    owner = [f"export of @{file.owner}"] if file.owner else []
    return FileShown(
        name=file.name or "A file without a name",
        under=", ".join([_size(file.bytes), f"read {_moment(file.read_at, zone)}", *owner]),
        refusal=file.refusal.message if file.refusal else "",
        notes=file.notes,
        understood=[Line(each.file, _understood(each)) for each in file.understood],
        not_understood=[Line(each.file, each.reason) for each in file.not_understood],
        unopened=_unopened(file.unopened),
    )


def _understood(found: UnderstoodView) -> str:
    number = "1 account" if found.accounts == 1 else f"{words.count(found.accounts)} accounts"
    skipped = f", {words.count(found.skipped)} without a name left out" if found.skipped else ""
    return f"{LISTS.get(found.list, found.list)}, {number}{skipped}"


def _unopened(number: int) -> str:
    if not number:
        return ""
    return "1 other file was not opened." if number == 1 else f"{words.count(number)} other files were not opened."


def _size(number: int) -> str:
    if number < _KB:
        return "1 byte" if number == 1 else f"{number} bytes"
    return f"{number / _KB:,.0f} KB" if number < _MB else f"{number / _MB:,.1f} MB"


def _moment(text: str, zone: ZoneInfo) -> str:
    return words.moment(from_rfc3339(text), zone)
