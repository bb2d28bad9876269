"""Live counts: each record counts once, however the stream delivers it."""

import json
import random
from typing import Any

from botocore.exceptions import ClientError

from signpost.platform import aws
from signpost.platform.errors import Unavailable
from signpost.tracking.counting.counts import MAX_NAMES, breakdown
from tests.aws_calls import at_call, just_before, noted
from tests.integration.tracking.world import BOT_AGENT, DONE, Rolled, World


def test_clicks_are_counted_by_platform_and_bots_apart(world: World) -> None:
    campaign = world.campaign()
    records = world.click(campaign, 3, platform="Android") + world.click(campaign, 2, platform="IPhone")
    records += world.click(campaign, 4, platform="IPhone", agent=BOT_AGENT) + world.click(campaign, platform="other")

    assert world.roll_up(records) == DONE

    assert world.shown(campaign) == {"android": 3, "iphone": 2, "other": 1, "bot": 4}


def test_breakdowns_of_an_hour_add_up_to_its_people(world: World) -> None:
    campaign = world.campaign()
    world.roll_up(world.click(campaign, 3, country="DE", source="bio") + world.click(campaign, 2, bot=True))
    world.roll_up(world.click(campaign, 2, country="FR", referrer="https://l.instagram.com/?u=1"))

    hour = world.hour(campaign, "2026-11-21T07")

    assert [(name, hour[name]) for name in sorted(hour) if "country:" in name] == [("country:DE", 3), ("country:FR", 2)]
    assert (hour["source:bio"], hour["source:none"], hour["referrer:l.instagram.com"]) == (3, 2, 2)
    assert (hour["browser:Chrome"], hour["os:Linux"], hour["bot"]) == (5, 5, 2)


def test_the_same_batch_again_and_again_changes_nothing(world: World) -> None:
    # Given a batch over two campaigns and two hours that has been counted
    one, other = world.campaign(), world.campaign()
    records = world.click(one, 5) + world.click(other, 4)
    world.pass_hours(1)
    records += world.click(one, 3)
    world.roll_up(records)
    before = world.shown(one), world.shown(other)

    # When it comes again whole, in halves, in reverse, shuffled and record by record
    halves, shuffled = (records[:6], records[6:]), random.sample(records, len(records))
    for batch in (records, records, *halves, records[::-1], shuffled, *([record] for record in records)):
        assert world.roll_up(batch) == DONE

    # Then the counts are unchanged
    assert before == ({"android": 8}, {"android": 4})
    assert (world.shown(one), world.shown(other)) == before


def test_overlapping_batches_and_repeated_records_count_once(world: World) -> None:
    campaign = world.campaign()
    records = world.click(campaign, 10)

    world.roll_up([*records[:6], *records[2:6]])
    world.roll_up(records[3:])

    assert world.shown(campaign) == {"android": 10}


def test_shards_with_interleaved_sequence_numbers_do_not_hide_one_another(world: World) -> None:
    # Given records whose sequence numbers alternate between two shards
    campaign = world.campaign()
    records = world.click(campaign, 20)
    even, odd = records[::2], records[1::2]

    # When the shard that ends with the larger number is ahead
    world.roll_up(odd, "shardId-2")
    world.roll_up(even[:5], "shardId-1")
    world.roll_up(odd[5:], "shardId-2")
    world.roll_up(even, "shardId-1")

    assert world.shown(campaign) == {"android": 20}


def test_sequence_numbers_of_different_lengths_keep_their_order(world: World) -> None:
    campaign = world.campaign()
    first, second = world.click(campaign, 2)
    first["dynamodb"]["SequenceNumber"] = "99"
    second["dynamodb"]["SequenceNumber"] = "100"

    world.roll_up([first])
    world.roll_up([first, second])

    assert world.shown(campaign) == {"android": 2}


def test_a_record_that_is_not_a_click_is_set_aside_and_holds_up_no_other(world: World) -> None:
    # Given a batch with records that cannot be counted among good ones
    campaign = world.campaign()
    good = world.click(campaign, 4)
    wrong_key, no_platform, odd_platform = world.click(campaign, 3)
    wrong_key["dynamodb"]["NewImage"]["partition"] = {"S": "elsewhere"}
    del no_platform["dynamodb"]["NewImage"]["platform"]
    odd_platform["dynamodb"]["NewImage"]["platform"] = {"S": "Nokia"}

    # When it is delivered, twice
    poison = [wrong_key, no_platform, odd_platform]
    batch = [good[0], *poison, *good[1:]]
    expected = [record["dynamodb"]["SequenceNumber"] for record in poison]
    assert world.roll_up(batch) == Rolled(poison=expected, again=[])
    assert world.roll_up(batch[1:]) == Rolled(poison=expected, again=[])

    # Then the good ones count, once
    assert world.shown(campaign) == {"android": 4}


def test_records_that_could_not_be_written_are_delivered_again_and_nothing_counts_twice(world: World) -> None:
    # Given DynamoDB refusing one campaign's counts
    throttled, fine = world.campaign(), world.campaign()
    records = world.click(fine, 2) + world.click(throttled, 3) + world.click(fine, 2)

    def refuse(params: Any, **_: object) -> None:
        if json.loads(params["body"])["Key"]["campaign"]["S"] == throttled:
            raise Unavailable("throttled")

    # When the batch fails from that campaign's first record on, and is delivered again from there
    with at_call(aws.dynamodb(), "before-call.dynamodb.UpdateItem", refuse):
        assert world.roll_up(records) == Rolled(poison=[], again=[records[2]["dynamodb"]["SequenceNumber"]])
    assert world.roll_up(records[2:]) == DONE

    # Then every click counts once
    assert (world.shown(fine), world.shown(throttled)) == ({"android": 4}, {"android": 3})


def test_two_workers_of_one_shard_do_not_count_a_record_twice(world: World) -> None:
    # Given a worker that has read the hour's mark when another one counts part of the same batch
    campaign = world.campaign()
    records = world.click(campaign, 6)

    # When it continues
    with just_before(aws.dynamodb(), "dynamodb.UpdateItem", lambda: world.roll_up(records[:4])):
        assert world.roll_up(records) == DONE

    # Then only what is new is added
    assert world.shown(campaign) == {"android": 6}


def test_an_hour_that_is_settled_meanwhile_is_not_added_to(world: World) -> None:
    # Given records of an hour that is settled, with them, after the roll-up has read that it is open
    campaign = world.campaign()
    records = world.click(campaign, 3)
    world.pass_hours(2)

    # When the roll-up continues
    with just_before(aws.dynamodb(), "dynamodb.UpdateItem", lambda: world.settle(campaign)):
        assert world.roll_up(records) == DONE

    # Then it has only asked for another recount
    world.assert_settled(campaign, records)
    assert [request.hour for request in world.counts.recount_requests()] == ["2026-11-21T07"]


def test_an_hour_that_others_keep_changing_is_delivered_again(world: World) -> None:
    # Given an hour that another worker always changes first, and one that nobody else touches
    busy, fine = world.campaign(), world.campaign()
    records = world.click(busy, 2) + world.click(fine, 2)
    lost = ClientError({"Error": {"Code": "ConditionalCheckFailedException", "Message": ""}}, "UpdateItem")

    def lose(params: Any, **_: object) -> None:
        if json.loads(params["body"])["Key"]["campaign"]["S"] == busy:
            raise lost

    # When both are rolled up
    with at_call(aws.dynamodb(), "before-call.dynamodb.UpdateItem", lose):
        rolled = world.roll_up(records)

    # Then the busy one comes again, and the other one is counted
    assert rolled == Rolled(poison=[], again=[records[0]["dynamodb"]["SequenceNumber"]])
    assert (world.shown(busy), world.shown(fine)) == ({}, {"android": 2})


def test_a_batch_of_several_writes_reads_its_hour_once(world: World) -> None:
    # Given clicks with more counters than fit into one write
    campaign = world.campaign()
    records = world.click_each(campaign, [{"source": f"s{number}"} for number in range(250)])

    # When they come in one batch
    with noted(aws.dynamodb(), "dynamodb.UpdateItem") as writes, noted(aws.dynamodb(), "dynamodb.GetItem") as reads:
        assert world.roll_up(records) == DONE

    # Then each write continues where the one before it ended
    assert (len(writes), len(reads)) == (2, 1)
    assert world.shown(campaign) == {"android": 250}


def test_thousands_of_made_up_sources_neither_break_nor_hide_the_counts(world: World) -> None:
    campaign = world.campaign()
    for start in range(0, 400, 200):
        records = world.click_each(campaign, [{"source": f"s{number}"} for number in range(start, start + 200)])
        assert world.roll_up(records) == DONE

    hour = world.hour(campaign, "2026-11-21T07")
    sources = {name: number for name, number in hour.items() if breakdown(name) == "source"}

    assert world.shown(campaign) == {"android": 400}
    assert sum(sources.values()) == 400
    assert len(sources) <= MAX_NAMES + 1
