"""Imports of exports, as their API and pages show them."""

from collections.abc import Iterator, Mapping
from typing import Final, Literal

from pydantic import BaseModel, Field

from signpost.analytics.export.imports import FORM_SECONDS, Begun, FileResult, Form, Import
from signpost.analytics.export.limits import LIMITS
from signpost.analytics.export.names import Kind
from signpost.platform.clock import rfc3339
from signpost.platform.reference import Moment

_NEARLY_ALL: Final = 0.9  # an account wins and loses followers between the export and the import
_WORDS: Final = {Kind.FOLLOWERS: "followers", Kind.FOLLOWING: "followed accounts"}
_ID: Final = "01KAJ6DR5VWY0R9S2QN9C0PZ3M"


class FormView(BaseModel):
    """Where to post files to, as multipart/form-data: all fields first, then the file. Once for each file."""

    url: str = Field(
        description="The address to post to, in S3.", examples=["https://uploads.s3.eu-west-1.amazonaws.com/"]
    )
    fields: dict[str, str] = Field(
        description="Send them unchanged, before the file.",
        examples=[{"key": f"uploads/17841405309211844/{_ID}/${{filename}}"}],
    )
    file_field: Literal["file"] = Field(description="The name of the field with the file.", examples=["file"])
    max_bytes: int = Field(description="How large a file may be, in bytes.", examples=[LIMITS.upload])
    expires_at: Moment = Field(description="When the form stops working.", examples=["2026-11-21T08:00:00.000000Z"])


class BegunView(BaseModel):
    """An import that was begun."""

    id: str = Field(description="Of the import.", examples=[_ID])
    upload: FormView = Field(description="The form for the zip, or for files from it.")


class RefusalView(BaseModel):
    """Why nothing of a file is used."""

    code: str = Field(description="For programs.", examples=["cut_off"])
    message: str = Field(
        description="For people: what to do.", examples=["The zip ends too early. Download it from Instagram again."]
    )


class UnderstoodView(BaseModel):
    """A list that was found."""

    file: str = Field(description="Its path in the export.", examples=["followers_1.json"])
    list: str = Field(description="Which list it is.", examples=["followers"])
    accounts: int = Field(description="How many accounts are in it.", examples=[641])
    skipped: int = Field(description="Entries without a name, such as those of deleted accounts.", examples=[2])


class NotUnderstoodView(BaseModel):
    """A file that was opened, but not used."""

    file: str = Field(description="Its path in the export.", examples=["followers_2.json"])
    reason: str = Field(
        description="Completes a sentence that begins with the file's name.", examples=["ends too early"]
    )


class FileView(BaseModel):
    """What was understood of an uploaded file."""

    name: str = Field(description="As it was uploaded.", examples=["instagram-nora-2026-11-20-YOudpLi7.zip"])
    read_at: Moment = Field(description="When it was read.", examples=["2026-11-21T07:00:00.000000Z"])
    bytes: int = Field(description="How large it was, in bytes.", examples=[220948])
    lists: dict[str, int] = Field(
        description="The lists that reports use from now on, and how many accounts are in each.",
        examples=[{"followers": 641, "following": 210}],
    )
    owner: str | None = Field(description="Whose export it is. Null: it does not say.", examples=["nora"])
    refusal: RefusalView | None = Field(description="Why nothing of it is used. Null: something is.")
    understood: list[UnderstoodView] = Field(description="Lists in it.")
    not_understood: list[NotUnderstoodView] = Field(description="Files in it that were not used.")
    unopened: int = Field(description="Other files in it, which no report needs.", examples=[1204])
    notes: list[str] = Field(
        description="What its owner should check.",
        examples=[["The export has 120 followers, the account 641: ask Instagram for an export for all time."]],
    )


class ImportView(BaseModel):
    """An import, and what was understood of it."""

    id: str = Field(description="Of the import.", examples=[_ID])
    begun_at: Moment = Field(description="When it was begun.", examples=["2026-11-21T07:00:00.000000Z"])
    state: Literal["waiting", "read"] = Field(description="Whether a file was uploaded and read.", examples=["read"])
    files: list[FileView] = Field(description="Its files, in the order in which they were read.")


def begun_view(begun: Begun, form: Form) -> BegunView:
    upload = FormView(
        url=form.url,
        fields=dict(form.fields),
        file_field="file",
        max_bytes=LIMITS.upload,
        expires_at=rfc3339(begun.begun_at + FORM_SECONDS),
    )
    return BegunView(id=begun.id, upload=upload)


def import_view(found: Import) -> ImportView:
    return ImportView(
        id=found.begun.id,
        begun_at=rfc3339(found.begun.begun_at),
        state="read" if found.files else "waiting",
        files=[_file_view(each, found.begun) for each in found.files],
    )


def _file_view(file: FileResult, begun: Begun) -> FileView:
    return FileView(
        name=file.name,
        read_at=rfc3339(file.read_at),
        bytes=file.size,
        lists={kind.value: number for kind, number in file.counts.items()},
        owner=file.owner,
        refusal=RefusalView(code=file.refusal.code, message=file.refusal.sentence) if file.refusal else None,
        understood=[
            UnderstoodView(file=name, list=kind, accounts=accounts, skipped=skipped)
            for name, kind, accounts, skipped in file.understood
        ],
        not_understood=[NotUnderstoodView(file=name, reason=reason) for name, reason in file.not_understood],
        unopened=file.unopened,
        notes=list(_notes(file, begun)),
    )


def _notes(file: FileResult, begun: Begun) -> Iterator[str]:
    """What the member should check, although the lists are used."""
    if file.refusal:
        return
    if file.owner is None:
        yield f"The file does not say whose it is; it was read as that of @{begun.username}."
    if file.part is not None and Kind.FOLLOWERS in file.counts:
        yield "If there are more files of followers (followers_2.json and so on), upload them with the same form."
    elif _is_short(file.counts, begun.followers_count):
        yield (
            f"The export has {file.counts[Kind.FOLLOWERS]:,} followers, the account {begun.followers_count:,}: "
            "ask Instagram for an export for all time."
        )
    for kind, words in _WORDS.items():
        if kind not in file.counts and file.part is None:
            yield f"It has no complete list of {words}: reports go on using that of an earlier import, if there is one."


def _is_short(counts: Mapping[Kind, int], known: int | None) -> bool:
    return known is not None and Kind.FOLLOWERS in counts and counts[Kind.FOLLOWERS] < known * _NEARLY_ALL
