"""The ExportImports table.

{member, item: <import>, username, begun_at, followers_count}      an import, which files may be uploaded for
{member, item: <import>#<digest of the name>, name, read_at, …}    one of its files, as it was understood
"""

from collections.abc import Iterable
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from signpost.analytics.export.imports import Begun, FileResult, Import
from signpost.analytics.export.names import Kind
from signpost.analytics.export.places import Upload
from signpost.analytics.export.refusals import Refusal
from signpost.platform.dynamodb import Attr, Change, Item, Key, Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_ID: Final = 26  # letters of an import's id
_REFUSALS: Final = {refusal.code: refusal for refusal in Refusal}


class ImportStore:
    """Every method raises `Unavailable` when DynamoDB does not answer."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._table = Table(client, table, "The import table")

    def begin(self, begun: Begun) -> None:
        fields = {name: value for name, value in begun._asdict().items() if value is not None}
        self._table.put({"item": fields.pop("id"), **fields})

    def get(self, member: str, import_id: str) -> Begun | None:
        item = self._table.get({"member": member, "item": import_id})
        return _begun(item) if item and "gone" not in item else None

    def files(self, begun: Begun) -> list[FileResult]:
        """Those of an import that were read, oldest first."""
        condition = Key("member").eq(begun.member) & Key("item").begins_with(f"{begun.id}#")
        return _in_order(map(_file, self._table.items(condition)))

    def imports(self, member: str) -> list[Import]:
        """A member's, newest first."""
        items = self._table.items(Key("member").eq(member))
        found: list[Import] = []
        for _, group in groupby(items, key=lambda item: item["item"][:_ID]):
            begun, *files = group  # the import itself sorts before its files
            found.append(Import(_begun(begun), _in_order(map(_file, files))))
        return found[::-1]

    def save(self, result: FileResult) -> bool:
        """Keep what was understood of a file. False: its import is gone."""
        upload = result.upload
        key = {"member": upload.member, "item": upload.import_id}
        there = self._table.checking(key, Attr("item").exists() & Attr("gone").not_exists())
        return not self._table.transact([there, self._table.putting(_item(result))])

    def delete(self, begun: Begun) -> None:
        """The import goes last, so that this can be repeated; until then, no file is saved in it."""
        key = {"member": begun.member, "item": begun.id}
        self._table.update_if(key, Change(set={"gone": True}), Attr("item").exists())
        self._table.batch_write(delete=[_key(each.upload) for each in self.files(begun)])
        self._table.delete(key)


def _key(upload: Upload) -> dict[str, str]:
    return {"member": upload.member, "item": f"{upload.import_id}#{upload.digest}"}


def _begun(item: Item) -> Begun:
    return Begun(item["member"], item["item"], item["username"], item["begun_at"], item.get("followers_count"))


def _item(result: FileResult) -> Item:
    fields = result._asdict()
    fields |= {"counts": {kind.value: number for kind, number in result.counts.items()}}
    fields |= {"refusal": result.refusal.code} if result.refusal else {}
    del fields["upload"]
    return {
        **_key(result.upload),
        "name": result.upload.name,
        **{name: value for name, value in fields.items() if value is not None},
    }


def _file(item: Item) -> FileResult:
    fields: dict[str, Any] = {name: item[name] for name in FileResult._fields if name in item}
    fields["upload"] = Upload(item["member"], item["item"][:_ID], item["name"])
    fields["counts"] = {Kind(kind): number for kind, number in item["counts"].items()}
    fields["refusal"] = _REFUSALS[item["refusal"]] if "refusal" in item else None
    for lines in ("understood", "not_understood"):
        fields[lines] = [tuple(line) for line in item[lines]]
    return FileResult(**fields)


def _in_order(files: Iterable[FileResult]) -> list[FileResult]:
    return sorted(files, key=lambda each: each.read_at)
