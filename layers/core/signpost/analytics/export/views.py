"""Imports of exports, as their API and pages show them."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from signpost.analytics.export.imports import FORM_SECONDS, Begun, FileResult, Form, Import
from signpost.analytics.export.limits import LIMITS
from signpost.analytics.export.names import Kind
from signpost.platform.clock import rfc3339

_NEARLY_ALL: Final = 0.9  # an account wins and loses followers between the export and the import
_WORDS: Final = {Kind.FOLLOWERS: "followers", Kind.FOLLOWING: "followed accounts"}


def begun_view(begun: Begun, form: Form) -> dict[str, Any]:
    return {
        "import": begun.id,
        "upload": {
            "method": "POST",
            "url": form.url,
            "fields": dict(form.fields),
            "file_field": "file",
            "max_bytes": LIMITS.upload,
            "expires_at": rfc3339(begun.begun_at + FORM_SECONDS),
        },
    }


def import_view(found: Import) -> dict[str, Any]:
    begun = found.begun
    return {
        "import": begun.id,
        "begun_at": rfc3339(begun.begun_at),
        "state": "read" if found.files else "waiting",
        "files": [_file_view(each, begun) for each in found.files],
    }


def _file_view(file: FileResult, begun: Begun) -> dict[str, Any]:
    return {
        "name": file.name,
        "read_at": rfc3339(file.read_at),
        "bytes": file.size,
        "lists": {kind.value: number for kind, number in file.counts.items()},
        "owner": file.owner,
        "refusal": {"code": file.refusal.code, "message": file.refusal.sentence} if file.refusal else None,
        "understood": [
            {"file": name, "list": kind, "accounts": accounts, "skipped": skipped}
            for name, kind, accounts, skipped in file.understood
        ],
        "not_understood": [{"file": name, "reason": reason} for name, reason in file.not_understood],
        "unopened": file.unopened,
        "notes": list(_notes(file, begun)),
    }


def _notes(file: FileResult, begun: Begun) -> Iterator[str]:
    """What the member should look at, though the lists were taken."""
    if file.refusal:
        return
    if file.owner is None:
        yield f"The file does not say whose it is; it was taken as that of @{begun.username}."
    if file.part is not None and Kind.FOLLOWERS in file.counts:
        yield "If there are more files of followers (followers_2.json and so on), upload them to the same import."
    elif _is_short(file.counts, begun.followers_count):
        yield (
            f"The export has {file.counts[Kind.FOLLOWERS]:,} followers, the account {begun.followers_count:,}: "
            "ask Instagram for an export for all time."
        )
    for kind, words in _WORDS.items():
        if kind not in file.counts and file.part is None:
            yield f"There is no whole list of {words} in it: reports go on with the list of an earlier import."


def _is_short(counts: Mapping[Kind, int], known: int | None) -> bool:
    return known is not None and Kind.FOLLOWERS in counts and counts[Kind.FOLLOWERS] < known * _NEARLY_ALL
