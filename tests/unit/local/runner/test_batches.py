"""Partial failures, retries and filters of event source mappings."""

from typing import Any

import pytest

from local.runner import filters
from local.runner.batch_replies import failed_items
from local.runner.errors import TemplateError
from local.runner.streams.batches import Batch, StreamSettings, after_failure, after_reply, used_up, without_expired
from local.runner.streams.tumbling_window import TumblingWindow

KNOWN = {"1", "2", "3"}
RECORDS = [{"dynamodb": {"SequenceNumber": str(n), "ApproximateCreationDateTime": 100.0 + n}} for n in range(1, 5)]


def failing(*ids: Any) -> dict[str, Any]:
    return {"batchItemFailures": [{"itemIdentifier": each} for each in ids]}


@pytest.mark.parametrize(
    ("reply", "failed"),
    [
        (None, set()),
        ({}, set()),
        ({"batchItemFailures": []}, set()),
        ({"batchItemFailures": None}, set()),
        (failing("2"), {"2"}),
        (failing(""), KNOWN),
        (failing(None), KNOWN),
        (failing("9"), KNOWN),
        ({"batchItemFailures": [{"id": "2"}]}, KNOWN),
        ({"batchItemFailures": "2"}, KNOWN),
        ("text", KNOWN),
    ],
)
def test_reports_are_read_as_lambda_does(reply: Any, failed: set[str]) -> None:
    assert failed_items(reply, KNOWN) == failed


def test_lowest_failed_record_is_where_the_retry_starts() -> None:
    # Given a batch that has failed twice
    settings = StreamSettings(reports_failures=True)

    # Then the next one starts at the lowest record that is reported, whose first failure this may be
    assert after_reply(Batch(RECORDS, 2), failing("4", "2"), settings) == [Batch(RECORDS[1:], 1)]
    assert after_reply(Batch(RECORDS, 2), failing("1"), settings) == [Batch(RECORDS, 3)]
    assert after_reply(Batch(RECORDS, 2), failing(), settings) == []


def test_report_counts_only_when_the_mapping_asks_for_it() -> None:
    assert after_reply(Batch(RECORDS), failing("1"), StreamSettings()) == []


def test_malformed_report_is_a_failure_of_all_and_may_split() -> None:
    settings = StreamSettings(reports_failures=True, bisect=True)

    # Then the batch is split, and nothing is counted as a retry
    assert after_reply(Batch(RECORDS, 1), failing("9"), settings) == [Batch(RECORDS[:2], 1), Batch(RECORDS[2:], 1)]


def test_splitting_ends_at_single_records() -> None:
    assert after_failure(Batch(RECORDS[:1], 1), StreamSettings(bisect=True)) == [Batch(RECORDS[:1], 2)]


@pytest.mark.parametrize(("failures", "retries", "up"), [(5, 5, False), (6, 5, True), (1, 0, True), (999, -1, False)])
def test_retries_are_used_up(failures: int, retries: int, up: bool) -> None:
    assert used_up(Batch(RECORDS, failures), StreamSettings(retries=retries)) is up


def test_records_of_more_than_the_largest_age_are_old() -> None:
    fresh, old = without_expired(Batch(RECORDS), StreamSettings(record_age_s=60), 162.5)

    assert (old, fresh) == (Batch(RECORDS[:2]), Batch(RECORDS[2:]))


def test_filter_needs_every_key_and_one_pattern() -> None:
    given = [{"Pattern": '{"a": {"b": [1, "x"]}, "c": [true]}'}, {"Pattern": '{"d": [null]}'}]
    patterns = filters.patterns({"FilterCriteria": {"Filters": given}}, "Mapping")

    assert filters.matches(patterns, {"a": {"b": "x"}, "c": True, "d": 1})
    assert not filters.matches(patterns, {"a": {"b": "x"}, "d": 1})
    assert not filters.matches(patterns, {"a": "x", "c": True, "d": 1})


def test_filter_by_what_a_value_begins_with_and_whether_there_is_one() -> None:
    given = {"Pattern": '{"sk": {"S": ["!", {"prefix": "content#"}]}, "new": {"S": [{"exists": true}]}}'}
    patterns = filters.patterns({"FilterCriteria": {"Filters": [given]}}, "Mapping")

    assert filters.matches(patterns, {"sk": {"S": "content#1"}, "new": {"S": ""}})
    assert filters.matches(patterns, {"sk": {"S": "!"}, "new": {"S": "x"}})
    assert not filters.matches(patterns, {"sk": {"S": "!content#"}, "new": {"S": "x"}})
    assert not filters.matches(patterns, {"sk": {"S": "!"}, "new": {"N": "1"}})
    assert not filters.matches(patterns, {"sk": {"S": "!"}})


def test_filter_by_a_value_that_must_be_missing() -> None:
    patterns = filters.patterns({"FilterCriteria": {"Filters": [{"Pattern": '{"a": {"b": [{"exists": false}]}}'}]}}, "")

    assert filters.matches(patterns, {})
    assert not filters.matches(patterns, {"a": {"b": None}})


@pytest.mark.parametrize("rule", ['{"numeric": ["<", 3]}', '{"prefix": "x", "exists": true}', '["x"]'])
def test_filter_of_another_kind_is_an_error(rule: str) -> None:
    # Or the stack would start with a filter that lets the wrong records through
    with pytest.raises(TemplateError, match="the filter on a"):
        filters.patterns({"FilterCriteria": {"Filters": [{"Pattern": f'{{"a": [{rule}]}}'}]}}, "Mapping")


def test_window_is_aligned_and_says_when_its_state_is_too_large() -> None:
    window = TumblingWindow.at(1_000_000_123.0, 900)

    assert (window.start % 900, window.end - window.start) == (0, 900)
    assert window.holds(window.end - 0.001)
    assert not window.holds(window.end)

    # When its state is over a megabyte, it ends early
    window.state = {"x": "y" * 1024 * 1024}
    assert window.event_fields("shard", "arn", final=True)["isWindowTerminatedEarly"] is True
