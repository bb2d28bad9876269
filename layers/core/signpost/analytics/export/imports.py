"""Imports of exports: a member uploads the zip, or files from it, and reports use the lists in them.

To begin an import stores an item and makes a form that S3 takes uploads with. Each file is read when S3 announces it.
A list comes from the newest import in which it is complete, so a new export replaces an older one.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from signpost.analytics.export.limits import Limits
from signpost.analytics.export.names import Kind, shown
from signpost.analytics.export.places import Upload, from_key
from signpost.analytics.export.reading import Accounts, ExportReading, read_export
from signpost.analytics.export.refusals import ExportRefused, Refusal
from signpost.platform.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from signpost.analytics.export.files import ExportFiles, StoredUpload
    from signpost.analytics.export.store import ImportStore
    from signpost.platform.clock import Clock

KEPT: Final = 10  # imports that are shown though no report uses them any more
FORM_SECONDS: Final = 3600
_LISTS: Final = (Kind.FOLLOWERS, Kind.FOLLOWING)


class Begun(NamedTuple):
    """`username` and `followers_count` are those of the member's account at that time; None: not known."""

    member: str
    id: str
    username: str
    begun_at: float
    followers_count: int | None = None


class FileResult(NamedTuple):
    """What was understood of an uploaded file. `counts`: the number of accounts in each list that is used, by kind.

    `refusal`: why nothing is used. `understood` has (file, kind, accounts, skipped) for each list, `not_understood`
    (file, reason). `part`, `owner` and `unopened` are those of `ExportReading`.
    """

    upload: Upload
    etag: str
    read_at: float
    size: int  # bytes
    counts: Mapping[Kind, int] = {}
    part: int | None = None
    owner: str | None = None
    refusal: Refusal | None = None
    understood: Sequence[tuple[str, str, int, int]] = ()
    not_understood: Sequence[tuple[str, str]] = ()
    unopened: int = 0

    @property
    def name(self) -> str:
        return shown(self.upload.name)


class Import(NamedTuple):
    begun: Begun
    files: Sequence[FileResult]  # oldest first


class Form(NamedTuple):
    """Where a browser posts files to, and the fields that it has to send before the file."""

    url: str
    fields: Mapping[str, str]


class ImportedList(NamedTuple):
    accounts: Accounts
    imported_at: float


class MemberLists(NamedTuple):
    """None: the member has not imported this list."""

    followers: ImportedList | None
    following: ImportedList | None


class ExportImports:
    """Every method raises `Unavailable` when AWS does not answer, and may be called again."""

    def __init__(
        self,
        *,
        store: "ImportStore",
        files: "ExportFiles",
        clock: "Clock",
        new_id: Callable[[float], str],
        limits: Limits,
    ) -> None:
        self._store, self._files, self._clock, self._new_id, self._limits = store, files, clock, new_id, limits

    def begin(self, member: str, username: str, followers_count: int | None = None) -> tuple[Begun, Form]:
        """An import, and the form for its files, which is valid for `FORM_SECONDS`. Forgets imports of long ago."""
        now = self._clock()
        begun = Begun(member, self._new_id(now), username, now, followers_count)
        for old in _forgotten(self._store.imports(member)):
            self._files.delete_all(member, old.begun.id)
            self._store.delete(old.begun)
        self._store.begin(begun)
        return begun, self._files.form(Upload(member, begun.id, ""), FORM_SECONDS)

    def take(self, key: str) -> FileResult | None:
        """Read an upload, keep its lists, and delete it. None: there is nothing to read, or no longer.

        Once an import has too many files, further ones are deleted unread.

        Raises:
            InvalidInput: it is not the key of an upload.
        """
        upload = from_key(key)
        if upload is None:
            raise InvalidInput("This key is not that of an upload.")
        begun = self._store.get(upload.member, upload.import_id)
        if begun is None:  # it was erased, perhaps while this was read
            self._files.delete_all(upload.member, upload.import_id)
            return None
        source = self._files.open(key)
        if source is None:
            return None
        others = [each for each in self._store.files(begun) if each.upload != upload]
        if any(each.refusal is Refusal.TOO_MANY_UPLOADS for each in others):
            self._files.delete(source)
            return None
        result, lists = self._read(begun, upload, source, len(others))
        if lists is not None:
            self._files.save_lists(upload.lists_key(result.etag), lists)
        if not self._store.save(result):
            self._files.delete_all(upload.member, upload.import_id)
            return None
        self._files.delete(source)
        return result

    def _read(
        self, begun: Begun, upload: Upload, source: "StoredUpload", others: int
    ) -> tuple[FileResult, ExportReading | None]:
        result = FileResult(upload, source.etag, self._clock(), source.size)
        if others >= self._limits.files:
            return result._replace(refusal=Refusal.TOO_MANY_UPLOADS), None
        try:
            reading = read_export(source, source.size, upload.name, begun.username, self._limits)
        except ExportRefused as error:
            told = [(name, reason.value) for name, reason in error.files]
            return result._replace(refusal=error.refusal, not_understood=told), None
        return _with(result, reading), reading

    def all(self, member: str) -> list[Import]:
        """A member's imports, newest first."""
        return self._store.imports(member)

    def one(self, member: str, import_id: str) -> Import:
        """Raises `NotFound`."""
        begun = self._store.get(member, import_id)
        if begun is None:
            raise NotFound("There is no such import.")
        return Import(begun, self._store.files(begun))

    def lists(self, member: str) -> MemberLists:
        """What reports use."""
        imports = self._store.imports(member)
        followers, following = (self._list(kind, sources(kind, imports)) for kind in _LISTS)
        return MemberLists(followers, following)

    def _list(self, kind: Kind, files: Sequence[FileResult]) -> ImportedList | None:
        if not files:
            return None
        accounts: dict[str, int | None] = {}
        for each in files:
            for username, since in self._files.load_list(each.upload.lists_key(each.etag), kind).items():
                known = accounts.get(username)
                accounts[username] = since if known is None else max(known, since or 0)
        return ImportedList(accounts, max(each.read_at for each in files))

    def erase(self, member: str, first_kept: str) -> None:
        """Forget a member's imports before this id. Nothing that is being read for them is kept."""
        for each in self._store.imports(member):
            if each.begun.id < first_kept:
                self._store.delete(each.begun)
        self._files.delete_before(member, first_kept)


def sources(kind: Kind, imports: Iterable[Import]) -> Sequence[FileResult]:
    """The files that a list comes from: those of the newest import in which it is complete. `imports`: newest first."""
    for each in imports:
        there = [file for file in each.files if kind in file.counts]
        whole = [file for file in there if file.part is None]
        if whole:
            return whole[-1:]
        parts = {file.part: file for file in there}
        if parts and parts.keys() == set(range(1, len(parts) + 1)):
            return list(parts.values())
    return ()


def _forgotten(imports: Sequence[Import]) -> Iterator[Import]:
    used = {file.upload.import_id for kind in _LISTS for file in sources(kind, imports)}
    return (each for each in imports[KEPT:] if each.begun.id not in used)


def _with(result: FileResult, reading: ExportReading) -> FileResult:
    lists = {Kind.FOLLOWERS: reading.followers, Kind.FOLLOWING: reading.following}
    return result._replace(
        counts={kind: len(accounts) for kind, accounts in lists.items() if accounts is not None},
        part=reading.part,
        owner=reading.owner,
        understood=[(each.name, each.kind.value, each.accounts, each.skipped) for each in reading.understood],
        not_understood=[(name, reason.value) for name, reason in reading.not_understood],
        unopened=reading.unopened,
    )
