"""Token buckets against DynamoDB's stand-in."""

import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from signpost.platform.errors import TooManyRequests, Unavailable
from signpost.platform.rate_limit import RateLimit
from tests.aws_calls import failing, noted

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

START = 1_795_244_400.0
HALF_A_MINUTE = {"rate": 1 / 30, "burst": 3}


class Buckets(RateLimit):
    """With a clock that tests move."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self.client, self.table, self.now = client, table, START
        super().__init__(table, client, lambda: self.now)

    def passed(self, key: str, tries: int = 1) -> int:
        """How many of them found a token."""
        found = 0
        for _ in range(tries):
            try:
                self.take(key, **HALF_A_MINUTE)  # type: ignore[arg-type]
            except TooManyRequests:
                continue
            found += 1
        return found

    def wait(self, key: str) -> int:
        """The seconds that `check` says to wait, or 0."""
        try:
            self.check(key, **HALF_A_MINUTE)  # type: ignore[arg-type]
        except TooManyRequests as error:
            return error.retry_after
        return 0


@pytest.fixture
def buckets(dynamodb: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch) -> Buckets:
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Signpost")
    name = f"limits-{uuid.uuid4().hex}"
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "key", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "key", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return Buckets(dynamodb, name)


def test_a_bucket_is_emptied_and_fills_again_one_by_one(buckets: Buckets) -> None:
    assert buckets.passed("a", tries=5) == 3

    buckets.now += 29.9
    assert buckets.passed("a") == 0
    buckets.now += 0.1
    assert buckets.passed("a", tries=2) == 1
    # Never more than it holds, even after a long pause
    buckets.now += 3600
    assert buckets.passed("a", tries=5) == 3


def test_refused_tries_do_not_prolong_the_wait(buckets: Buckets) -> None:
    buckets.passed("a", tries=100)

    buckets.now += 30
    assert buckets.passed("a", tries=2) == 1


def test_each_key_has_a_bucket_of_its_own(buckets: Buckets) -> None:
    buckets.passed("a", tries=5)

    assert buckets.passed("b") == 1


def test_a_check_says_how_long_to_wait_and_takes_nothing(buckets: Buckets) -> None:
    assert [buckets.wait("a") for _ in range(5)] == [0] * 5
    buckets.passed("a", tries=3)

    assert buckets.wait("a") == 30
    buckets.now += 12.5
    assert buckets.wait("a") == 18
    buckets.now += 17.5
    assert buckets.wait("a") == 0


def test_no_token_goes_twice_when_many_come_at_once(buckets: Buckets) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda _: buckets.passed("a"), range(24))) == 3


def test_several_tokens_go_at_once_or_none(buckets: Buckets) -> None:
    def take(tokens: int) -> bool:
        try:
            buckets.take("a", **HALF_A_MINUTE, tokens=tokens)  # type: ignore[arg-type]
        except TooManyRequests:
            return False
        return True

    assert [take(tokens) for tokens in (4, 2, 2, 1, 1)] == [False, True, False, True, False]
    buckets.now += 60
    assert [take(tokens) for tokens in (3, 2)] == [False, True]
    buckets.now += 90
    assert [take(tokens) for tokens in (3, 1)] == [True, False]


def test_a_try_costs_two_calls_at_most(buckets: Buckets) -> None:
    with noted(buckets.client, "dynamodb.UpdateItem") as calls:
        for expected in (1, 2, 2, 2):
            calls.clear()
            buckets.passed("a")
            assert len(calls) == expected


def test_keys_are_not_stored_in_clear_and_go_by_themselves(buckets: Buckets) -> None:
    buckets.passed("login 203.0.113.7")

    [item] = buckets.client.scan(TableName=buckets.table)["Items"]
    assert "203.0.113.7" not in repr(item)
    assert 0 < int(item["ttl"]["N"]) - START < 2 * 3600


def test_nobody_is_refused_while_the_table_does_not_respond(
    buckets: Buckets, capsys: pytest.CaptureFixture[str]
) -> None:
    buckets.passed("a", tries=5)
    capsys.readouterr()

    with failing(buckets.client, "dynamodb.UpdateItem", Unavailable("not now")):
        assert buckets.passed("a") == 1
    with failing(buckets.client, "dynamodb.GetItem", Unavailable("not now")):
        assert buckets.wait("a") == 0

    metrics = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "RateLimitsSkipped" in line]
    assert len(metrics) == 2
