"""The InstagramHashtags table. Tags are in the form of `tags.normal`.

key                      what it holds
tag#<tag>                `hashtag_id`, for good and for all accounts; or `unknown`, for a day: `ttl`
asked#<account id>       `tags`: which tags this account asked Meta for, and when first (`hashtag_quota.py`); `version`
poll#<tag>#<install id>  that somebody wants this tag, asked for in the name of this install; in the index by_poll
"""

from typing import TYPE_CHECKING, Final

from signpost.instagram.fetch import hashtag_quota
from signpost.instagram.fetch.hashtag_quota import Ledger, Wait
from signpost.instagram.fetch.polls import Poll, Tag, TagRefusal
from signpost.platform.dynamodb import Attr, Change, Table
from signpost.platform.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SERVICE: Final = "The hashtag table"
DAY: Final = 86_400
_TRIES: Final = 30  # each failure means that another writer succeeded


class HashtagStore:
    """Every method raises `Unavailable` when DynamoDB does not answer."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._table = Table(client, table, SERVICE)

    # ------------------------------------------------------------------------------------------------ ids of tags
    def tag(self, tag: str, now: float) -> Tag | None:
        """What is known about a tag; None if Meta must be asked."""
        stored = self._table.get({"key": f"tag#{tag}"})
        if stored is None or ("unknown" in stored and stored["ttl"] <= now):
            return None
        return Tag(stored.get("hashtag_id"))

    def keep(self, tag: str, hashtag_id: str) -> None:
        self._table.put({"key": f"tag#{tag}", "hashtag_id": hashtag_id})

    def keep_unknown(self, tag: str, now: float) -> None:
        """Note that there is no such tag, unless somebody found one meanwhile."""
        unknown = {"key": f"tag#{tag}", "unknown": True, "ttl": int(now) + DAY}
        self._table.put_if(unknown, Attr("hashtag_id").not_exists())

    # -------------------------------------------------------------------------------------------------- the quota
    def ask(self, account_id: str, tag: str, now: float) -> Wait | None:
        """Count a tag that this account is about to ask Meta for. None: it may; otherwise it must wait until then.

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

    def take_back(self, account_id: str, tag: str) -> None:
        """Undo `ask`: Meta did not accept the query.

        Raises:
            Unavailable: too many others count for this account at the same time.
        """
        for _ in range(_TRIES):
            ledger, version = self._ledger(account_id)
            others = {name: first for name, first in ledger.items() if name != tag}
            if others == ledger or self._put_ledger(account_id, others, version):
                return
        raise Unavailable(f"{SERVICE} is busy; try again.")

    def would_wait(self, account_id: str, tag: str, now: float) -> Wait | None:
        """What `ask` would answer, without counting anything."""
        answer = hashtag_quota.ask(self._ledger(account_id)[0], tag, now)
        return answer if isinstance(answer, Wait) else None

    def _ledger(self, account_id: str) -> tuple[Ledger, int]:
        stored = self._table.get({"key": f"asked#{account_id}"}) or {}
        return stored.get("tags", {}), stored.get("version", 0)

    def _put_ledger(self, account_id: str, ledger: Ledger, version: int) -> bool:
        item = {"key": f"asked#{account_id}", "tags": ledger, "version": version + 1}
        return self._table.put_if(item, Attr("version").eq(version) if version else Attr("version").not_exists())

    # ------------------------------------------------------------------------------------------------------ polls
    def poll(self, tag: str, install_id: str) -> Poll | None:
        stored = self._table.get(poll_key(tag, install_id))
        if stored is None:
            return None
        refusal = stored.get("refusal")
        return Poll(
            tag,
            install_id,
            poll_at=stored["poll_at"],
            asked_at=stored["asked_at"],
            polled_at=stored.get("polled_at"),
            queued_until=stored.get("queued_until"),
            refusal=TagRefusal(refusal) if refusal else None,
        )

    def want(self, tag: str, install_id: str, now: float) -> bool:
        """Note that a widget wants this tag. Returns whether it is new and should be fetched immediately.

        Writes at most once a day for each poll: often enough to see that it is still wanted.
        """
        poll = self.poll(tag, install_id)
        if poll is not None and poll.asked_at > now - DAY:
            return False
        written = self._table.update_if(
            poll_key(tag, install_id),
            Change(set={"tag": tag, "install": install_id, "poll": "due", "asked_at": now}, set_once={"poll_at": now}),
            Attr("asked_at").not_exists() | Attr("asked_at").lte(now - DAY),
        )
        if written:
            return poll is None
        # Another request was first, or an earlier attempt of this one, whose reply was lost.
        stored = self.poll(tag, install_id)
        return poll is None and stored is not None and stored.poll_at == stored.asked_at == now

    def poll_again(self, poll: Poll) -> bool:
        """Keep its times, above all `poll_at`, and its refusal. False when nobody wants it any more."""
        kept = {name: getattr(poll, name) for name in ("poll_at", "polled_at", "queued_until", "refusal")}
        full = {name: value for name, value in kept.items() if value is not None}
        change = Change(set=full, remove=[name for name in kept if name not in full])
        return self._table.update_if(poll_key(poll.tag, poll.install), change, Attr("asked_at").exists())

    def stop(self, poll: Poll) -> bool:
        """Stop polling it. False when a widget has asked for it again meanwhile."""
        unwanted = Attr("asked_at").not_exists() | Attr("asked_at").eq(poll.asked_at)
        return self._table.delete_if(poll_key(poll.tag, poll.install), unwanted)


def poll_key(tag: str, install_id: str) -> dict[str, str]:
    return {"key": f"poll#{tag}#{install_id}"}
