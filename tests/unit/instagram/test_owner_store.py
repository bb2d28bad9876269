"""Reading who owns an install, when DynamoDB gives it bit by bit; the rest is in the tests of the token sweep."""

from typing import Any

import pytest

from signpost.instagram.apps.owner_store import Owner, OwnerStore
from signpost.instagram.connection_states import ConnectionState
from signpost.instagram.installs import Install
from signpost.instagram.products import Provider
from signpost.platform.errors import Unavailable

INSTALL = Install("instagram-1", Provider.INSTAGRAM, "nora", "1", "first", 1.0, ConnectionState.ACTIVE, b"", 1.0)


class Table:
    """250 apps that an install is linked to, in pages of 40; each BatchGetItem leaves all but `takes` for another."""

    def __init__(self, takes: int) -> None:
        self.takes, self.batches = takes, list[int]()

    def query(self, **asked: Any) -> dict[str, Any]:
        start = int(asked.get("ExclusiveStartKey", {"app_id": 0})["app_id"])
        last = min(start + 40, 250)
        page = {"Items": [{"app_id": f"{number:03}"} for number in range(start, last)]}
        return page if last == 250 else {**page, "LastEvaluatedKey": {"app_id": last}}

    def batch_get_item(self, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803  (boto3's name)
        keys = RequestItems["Apps"]["Keys"]
        self.batches.append(len(keys))
        found = [
            {"app_id": key["app_id"], "owner_email": f"{key['app_id']}@owner.example"} for key in keys[: self.takes]
        ]
        left = keys[self.takes :]
        return {"Responses": {"Apps": found}, "UnprocessedKeys": {"Apps": {"Keys": left}} if left else {}}


def store(table: Any) -> OwnerStore:
    return OwnerStore(table, "Apps")


def test_all_pages_and_all_that_was_left_are_read() -> None:
    table = Table(takes=60)

    found = store(table).owners(INSTALL)

    assert found == tuple(Owner(f"{number:03}@owner.example", f"{number:03}") for number in range(250))
    assert table.batches == [100, 40, 100, 40, 50]


def test_a_table_that_gives_too_little_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        store(Table(takes=0)).owners(INSTALL)
