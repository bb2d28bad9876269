"""The InstagramHashtags table. Tags are in the form of `tags.normal`.

key                      what it holds
tag#<tag>                `hashtag_id`, for ever and for all accounts; or `unknown`, for a day: `ttl`
asked#<account id>       `tags`: which tags this account asked Meta for, and when first (`hashtag_quota.py`); `version`
poll#<tag>#<install id>  that somebody wants this tag, asked for in the name of this install; in the index by_poll
"""

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from signpost.instagram.fetch import hashtag_quota
from signpost.instagram.fetch.hashtag_quota import Ledger, Wait
from signpost.platform.aws import conditionally, named_errors
from signpost.platform.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SERVICE: Final = "The hashtag table"
DAY: Final = 86_400
_TRIES: Final = 30  # each one that fails means that another one got through


class Tag(NamedTuple):
    hashtag_id: str | None  # None: Meta knows no such tag


class Poll(NamedTuple):
    """Times are seconds since 1970. `asked_at`: when a widget last wanted it, to within a day."""

    tag: str
    install: str
    poll_at: float
    asked_at: float
    polled_at: float | None = None  # when Meta last answered


class HashtagStore:
    """Every method raises `Unavailable` when DynamoDB does not answer."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self.client, self.table = client, table

    # ------------------------------------------------------------------------------------------------ ids of tags
    def tag(self, tag: str, now: float) -> Tag | None:
        """What is known of a tag; None when Meta has to be asked."""
        stored = self._get(f"tag#{tag}")
        if stored is None or ("unknown" in stored and stored["ttl"] <= now):
            return None
        return Tag(stored.get("hashtag_id"))

    def keep(self, tag: str, hashtag_id: str) -> None:
        with named_errors(SERVICE):
            self.client.put_item(TableName=self.table, Item={"key": f"tag#{tag}", "hashtag_id": hashtag_id})

    def keep_unknown(self, tag: str, now: float) -> None:
        """Note that there is no such tag, unless somebody found one meanwhile."""
        self._done(
            "put_item",
            Item={"key": f"tag#{tag}", "unknown": True, "ttl": int(now) + DAY},
            ConditionExpression="attribute_not_exists(hashtag_id)",
        )

    # -------------------------------------------------------------------------------------------------- the quota
    def ask(self, account_id: str, tag: str, now: float) -> Wait | None:
        """Count a tag that this account is about to ask Meta for. None: it may; otherwise until when it has to wait.

        Raises:
            Unavailable: too many others count for this account at the same time.
        """
        for _ in range(_TRIES):
            ledger, version = self._ledger(account_id)
            answer = hashtag_quota.ask(ledger, tag, now)
            if isinstance(answer, Wait):
                return answer
            if answer.ledger == ledger or self._put_ledger(account_id, answer.ledger, version):
                return None
        raise Unavailable(f"{SERVICE} is busy; try again.")

    def would_wait(self, account_id: str, tag: str, now: float) -> Wait | None:
        """What `ask` would answer, without counting anything."""
        answer = hashtag_quota.ask(self._ledger(account_id)[0], tag, now)
        return answer if isinstance(answer, Wait) else None

    # ------------------------------------------------------------------------------------------------------ polls
    def poll(self, tag: str, install_id: str) -> Poll | None:
        stored = self._get(_poll_key(tag, install_id))
        if stored is None:
            return None
        polled_at = stored.get("polled_at")
        return Poll(
            tag,
            install_id,
            float(stored["poll_at"]),
            float(stored["asked_at"]),
            None if polled_at is None else float(polled_at),
        )

    def want(self, tag: str, install_id: str, now: float) -> bool:
        """Note that a widget wants this tag; true when it is new, and should be fetched at once.

        At most one write a day and poll: a poll that nobody wants for long is dropped some time.
        """
        poll = self.poll(tag, install_id)
        if poll is not None and poll.asked_at > now - DAY:
            return False
        written = self._done(
            "update_item",
            Key={"key": _poll_key(tag, install_id)},
            UpdateExpression="SET tag = :tag, install = :install, poll = :due, asked_at = :now, "
            "poll_at = if_not_exists(poll_at, :now)",
            ConditionExpression="attribute_not_exists(asked_at) OR asked_at <= :long_ago",
            ExpressionAttributeValues={
                ":tag": tag,
                ":install": install_id,
                ":due": "due",
                ":now": _number(now),
                ":long_ago": _number(now - DAY),
            },
        )
        if written:
            return poll is None
        # Somebody else was first, or an earlier try of ours was, and its reply was lost.
        stored = self.poll(tag, install_id)
        return poll is None and stored is not None and stored.poll_at == stored.asked_at == now

    def poll_again(self, tag: str, install_id: str, poll_at: float, polled_at: float | None = None) -> bool:
        """Set when it is polled next, and `polled_at` when it just was; false when nobody wants it any more."""
        update, values = "SET poll_at = :at", {":at": _number(poll_at)}
        if polled_at is not None:
            update, values = f"{update}, polled_at = :polled", {**values, ":polled": _number(polled_at)}
        return self._done(
            "update_item",
            Key={"key": _poll_key(tag, install_id)},
            UpdateExpression=update,
            ConditionExpression="attribute_exists(asked_at)",
            ExpressionAttributeValues=values,
        )

    def stop(self, poll: Poll) -> bool:
        """Poll it no longer; false when a widget wanted it again meanwhile."""
        return self._done(
            "delete_item",
            Key={"key": _poll_key(poll.tag, poll.install)},
            ConditionExpression="attribute_not_exists(asked_at) OR asked_at = :asked",
            ExpressionAttributeValues={":asked": _number(poll.asked_at)},
        )

    # ---------------------------------------------------------------------------------------------------- DynamoDB
    def _ledger(self, account_id: str) -> tuple[Ledger, int]:
        stored = self._get(f"asked#{account_id}") or {}
        return {tag: float(first) for tag, first in stored.get("tags", {}).items()}, int(stored.get("version", 0))

    def _put_ledger(self, account_id: str, ledger: Ledger, version: int) -> bool:
        return self._done(
            "put_item",
            Item={
                "key": f"asked#{account_id}",
                "tags": {tag: _number(first) for tag, first in ledger.items()},
                "version": version + 1,
            },
            ConditionExpression="version = :was" if version else "attribute_not_exists(version)",
            **({"ExpressionAttributeValues": {":was": version}} if version else {}),
        )

    def _get(self, key: str) -> dict[str, Any] | None:
        with named_errors(SERVICE):
            reply = self.client.get_item(TableName=self.table, Key={"key": key}, ConsistentRead=True)
        return reply.get("Item")

    def _done(self, operation: str, **parameters: Any) -> bool:
        """Do a conditional write; false when its condition does not hold."""
        return conditionally(SERVICE, getattr(self.client, operation), TableName=self.table, **parameters)


def _poll_key(tag: str, install_id: str) -> str:
    return f"poll#{tag}#{install_id}"


def _number(seconds: float) -> Decimal:
    return Decimal(str(seconds))
