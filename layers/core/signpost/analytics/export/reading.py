"""Reads an export: the zip, or one of its files.

Only the lists of followers and followed accounts are read, and whose export it is. Messages, comments and everything
else stay unopened: no report needs them.

A list is used whole or not at all. One with a gap would look right and be wrong.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from typing import Final, NamedTuple

from signpost.analytics.export import html_lists, json_lists
from signpost.analytics.export.archive import PIECE, Archive, Entry, Source
from signpost.analytics.export.choice import Choice, choose
from signpost.analytics.export.limits import LIMITS, Limits
from signpost.analytics.export.names import Kind, Wanted, is_facebooks, is_zip, owner_in, shown, wanted
from signpost.analytics.export.owner import owner_of
from signpost.analytics.export.refusals import ExportRefused, NotUnderstood, Refusal, Unread
from signpost.analytics.export.relations import Relation, relation
from signpost.analytics.export.texts import decoded

Accounts = Mapping[str, int | None]  # since when (seconds since 1970), by username; None: it does not say

MOST_NAMED: Final = 100  # files named in a reply; nobody reads a thousand
_LISTS: Final = (Kind.FOLLOWERS, Kind.FOLLOWING)
_KEYS: Final = {
    "relationships_followers": Kind.FOLLOWERS,
    "relationships_following": Kind.FOLLOWING,
    "followers": Kind.FOLLOWERS,
    "following": Kind.FOLLOWING,
}


class Understood(NamedTuple):
    """A list in a file. `skipped`: entries without a name, such as those of accounts that are gone."""

    name: str
    kind: Kind
    accounts: int
    skipped: int


class ExportReading(NamedTuple):
    """A list is None if it is missing or incomplete, and empty if nobody is in it.

    `part`: which part of its list the upload is; None: its lists are whole. `owner`: whose export it is; None: it does
    not say. `unopened`: the number of other files in the zip.
    """

    followers: Accounts | None
    following: Accounts | None
    part: int | None
    owner: str | None
    understood: tuple[Understood, ...]
    not_understood: tuple[tuple[str, Unread], ...]
    unopened: int


def read_export(stream: Source, size: int, name: str, member: str, limits: Limits = LIMITS) -> ExportReading:
    """Read an upload of `size` bytes, named as its uploader named it, for the account with the username `member`.

    Raises:
        ExportRefused: nothing of it is used.
    """
    if size > limits.upload:
        raise ExportRefused(Refusal.TOO_LARGE)
    start = stream.read(PIECE)
    if not start:
        raise ExportRefused(Refusal.EMPTY)
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _Reader(member, limits).archive(Archive(stream, size, limits), name)
    rest = iter(lambda: stream.read(PIECE), b"")
    return _Reader(member, limits).single(decoded(chain([start], rest)), name)


class _Reader:
    """Reads one upload."""

    def __init__(self, member: str, limits: Limits) -> None:
        self._member = member.lower()
        self._room = limits.accounts
        self._understood: list[Understood] = []
        self._not_understood: list[tuple[str, Unread]] = []

    def single(self, pieces: Iterator[str], name: str) -> ExportReading:
        """A file from a zip. Its content may say what its name does not."""
        start = next(pieces, "")
        first = start.lstrip()[:1]
        file = wanted(name) or (Wanted(Kind.FOLLOWERS, 1, is_html=False, rank=0) if first in ("[", "{") else None)
        if file is None or file.kind is Kind.OWNER or first not in ("[", "{", "<"):
            raise ExportRefused(Refusal.NOT_AN_EXPORT)
        lists = self._lists(name, file._replace(is_html=first == "<"), chain([start], pieces))
        if not lists:
            raise ExportRefused(Refusal.NOTHING_READ, self._named(self._not_understood))
        return self._reading(lists, part=None if file.kind is Kind.CONNECTIONS else file.part)

    def archive(self, archive: Archive, name: str) -> ExportReading:
        choice = choose(archive.entries)
        self._not_understood += choice.refused
        owner = self._owner(archive, choice) or next(filter(None, map(owner_in, _outermost(archive, name))), None)
        if owner not in (None, self._member):
            raise ExportRefused(Refusal.SOMEBODY_ELSE)
        parts: dict[Kind, dict[int, Accounts]] = defaultdict(dict)
        for (kind, part), (file, entry) in choice.entries.items():
            if kind is not Kind.OWNER:
                for listed, accounts in self._lists(entry.path, file, _texts(archive, entry)).items():
                    parts[listed].setdefault(part, accounts)
        lists = {kind: whole for kind in _LISTS if (whole := self._whole(kind, parts[kind], choice)) is not None}
        if not lists:
            raise self._nothing(archive, choice)
        return self._reading(lists, owner=owner, unopened=len(archive.entries) - len(choice.entries))

    def _owner(self, archive: Archive, choice: Choice) -> str | None:
        for (kind, _), (file, entry) in choice.entries.items():
            if kind is Kind.OWNER:
                try:
                    return owner_of(_texts(archive, entry), self._member, is_html=file.is_html)
                except NotUnderstood as error:
                    self._not_understood.append((entry.path, error.reason))
        return None

    def _lists(self, name: str, file: Wanted, pieces: Iterable[str]) -> dict[Kind, Accounts]:
        """The lists in a file; none when it is not understood."""
        found = _Found(file, self._room)
        try:
            found.read(pieces)
        except NotUnderstood as error:
            self._not_understood.append((name, error.reason))
            return {}
        self._room = found.room
        for kind, accounts in found.lists.items():
            self._understood.append(Understood(shown(name), kind, len(accounts), found.skipped[kind]))
        return dict(found.lists)

    def _whole(self, kind: Kind, parts: Mapping[int, Accounts], choice: Choice) -> Accounts | None:
        """All parts together, unless one is missing or not understood."""
        there = {part for its_kind, part in choice.slots if its_kind is kind} or set(parts)
        if not there:
            return None
        gaps = next((part for part in range(1, max(there)) if part not in there), None)
        if gaps is not None:
            self._not_understood.append((f"{kind.value}_{gaps}", Unread.MISSING))
            return None
        if there - parts.keys():
            return None
        whole: dict[str, int | None] = {}
        for part in sorted(there):
            for username, since in parts[part].items():
                _add(whole, username, since)
        return whole

    def _nothing(self, archive: Archive, choice: Choice) -> ExportRefused:
        if {kind for kind, _ in choice.slots} - {Kind.OWNER}:
            return ExportRefused(Refusal.NOTHING_READ, self._named(self._not_understood))
        if any(is_facebooks(entry.path) for entry in archive.entries):
            return ExportRefused(Refusal.FACEBOOK)
        if any(is_zip(entry.path) for entry in archive.entries):
            return ExportRefused(Refusal.ZIP_IN_ZIP)
        return ExportRefused(Refusal.NOTHING_FOUND)

    def _reading(
        self, lists: Mapping[Kind, Accounts], *, part: int | None = None, owner: str | None = None, unopened: int = 0
    ) -> ExportReading:
        return ExportReading(
            followers=lists.get(Kind.FOLLOWERS),
            following=lists.get(Kind.FOLLOWING),
            part=part,
            owner=owner,
            understood=tuple(self._understood[:MOST_NAMED]),
            not_understood=self._named(self._not_understood),
            unopened=unopened,
        )

    @staticmethod
    def _named(files: Iterable[tuple[str, Unread]]) -> tuple[tuple[str, Unread], ...]:
        return tuple((shown(name), reason) for name, reason in list(files)[:MOST_NAMED])


class _Found:
    """The lists in one file, while it is read."""

    def __init__(self, file: Wanted, room: int) -> None:
        self._file, self.room = file, room
        self.lists: dict[Kind, dict[str, int | None]] = {}
        self.skipped: dict[Kind, int] = defaultdict(int)

    def read(self, pieces: Iterable[str]) -> None:
        """Raises `NotUnderstood`."""
        if self._file.is_html:
            html_lists.read_links(pieces, self._taker(self._file.kind))
            if not any(self.lists.values()):  # a page about something else has no accounts either
                raise NotUnderstood(Unread.NO_NAMES)
        else:
            json_lists.read_lists(pieces, self._list)
        if not self.lists:
            raise NotUnderstood(Unread.NO_LIST)
        if any(self.skipped[kind] > len(accounts) for kind, accounts in self.lists.items()):
            raise NotUnderstood(Unread.NO_NAMES)

    def _list(self, key: str) -> Callable[[object], None]:
        kind = _KEYS.get(key) if key or self._file.kind is Kind.CONNECTIONS else self._file.kind
        if kind is None:
            return lambda _entry: self._count()
        take = self._taker(kind)
        return lambda entry: take(relation(entry))

    def _taker(self, kind: Kind) -> Callable[[Relation | None], None]:
        accounts = self.lists.setdefault(kind, {})

        def take(account: Relation | None) -> None:
            self._count()
            if account is None:
                self.skipped[kind] += 1
            else:
                _add(accounts, account.username, account.since)

        return take

    def _count(self) -> None:
        """Entries without an account count too: they take as long."""
        self.room -= 1
        if self.room < 0:
            raise ExportRefused(Refusal.TOO_MANY_ACCOUNTS)


def _add(accounts: dict[str, int | None], username: str, since: int | None) -> None:
    """Somebody who left and came back counts from the latest time."""
    known = accounts.get(username)
    accounts[username] = max(known, since) if known is not None and since is not None else known or since


def _texts(archive: Archive, entry: Entry) -> Iterator[str]:
    return decoded(archive.pieces(entry))


def _outermost(archive: Archive, name: str) -> set[str]:
    """The names that may say whose export it is: that of the zip, and that of its only top-level folder."""
    folders = {entry.path.replace("\\", "/").partition("/")[0] for entry in archive.entries}
    return {name} | (folders if len(folders) == 1 else set())
