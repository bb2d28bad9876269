"""The rollup's handler: what Lambda sends, and what it must be answered."""

from types import ModuleType

from signpost.tracking.count_store import CountStore
from tests.integration.tracking.world import World
from tests.logs import logged_by


def event(records: list[dict[str, object]], **fields: object) -> dict[str, object]:
    window = {"start": "2026-11-21T07:00:00Z", "end": "2026-11-21T07:15:00Z"}
    return {
        "Records": records,
        "shardId": "shardId-00000001795244400000-00000001",
        "window": window,
        "state": {},
        "isFinalInvokeForWindow": False,
        "isWindowTerminatedEarly": False,
        "eventSourceARN": "arn:aws:dynamodb:us-east-1:123456789012:table/Clicks/stream/2026-11-21T07:00:00.000",
        **fields,
    }


def test_a_batch_is_counted_under_its_shard(click_rollup: ModuleType, world: World, counts: CountStore) -> None:
    campaign = world.campaign()
    records = world.click(campaign, 3)

    assert click_rollup.handler(event(records), None) == {"state": {}, "batchItemFailures": []}

    marks = counts.hour(campaign, "2026-11-21T07").marks
    assert list(marks) == ["shardId-00000001795244400000-00000001"]
    assert counts.current(campaign) == {"android": 3}


def test_rejected_records_are_named_and_logged_without_their_content(click_rollup: ModuleType, world: World) -> None:
    good, poison = world.click(world.campaign(), 2, referrer="https://secret.example/")
    poison["dynamodb"]["NewImage"]["platform"] = {"S": "Nokia"}

    with logged_by(click_rollup.logger) as log:
        reply = click_rollup.handler(event([good, poison]), None)

    assert reply["batchItemFailures"] == [{"itemIdentifier": poison["dynamodb"]["SequenceNumber"]}]
    assert poison["dynamodb"]["SequenceNumber"] in log.getvalue()
    assert "secret.example" not in log.getvalue()


def test_the_end_of_a_window_brings_no_records(click_rollup: ModuleType) -> None:
    assert click_rollup.handler(event([], isFinalInvokeForWindow=True), None) == {"state": {}, "batchItemFailures": []}
