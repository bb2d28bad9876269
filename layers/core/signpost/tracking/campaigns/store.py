"""The Campaigns table.

key          kind      what it holds
<id>         campaign  the campaign
slug#<slug>  (absent)  a copy of it, so that /track/<slug> needs only one read too; always written together. The slug is
                       in lower case. `alias` = true: a former slug of the campaign, which anybody may take
quota#<id>   (absent)  for a campaign with `max_clicks`: its `limit`, that limit's `max`, and how many are `used`
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import reduce
from itertools import islice
from operator import and_
from typing import TYPE_CHECKING, Any, NamedTuple

from signpost.platform.clock import from_rfc3339
from signpost.platform.dynamodb import (
    CONDITION_FAILED,
    CONFLICT,
    Action,
    Attr,
    Change,
    ConditionBase,
    Item,
    Key,
    Table,
)
from signpost.platform.errors import Conflict, NotFound
from signpost.platform.ids import is_number_id
from signpost.tracking.campaigns.campaign import Campaign
from signpost.tracking.campaigns.earlier_clicks import Quota

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_INDEX = "by_age"
_ACCOUNT_INDEX = "by_account"
_KIND = Key("kind").eq("campaign")
_NEW = Attr("key").not_exists()


class CampaignPage(NamedTuple):
    campaigns: list[Campaign]
    next_before: int | None  # the id to continue before; None at the end


class CampaignStore:
    """Every method raises `Unavailable` when DynamoDB does not answer."""

    most_pages = 20  # read for one reply
    filtered_page = 200  # campaigns read for a page of a filtered list

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._table = Table(client, table, "The campaign table")

    def get(self, key: str) -> Campaign | None:
        item = self._table.get({"key": key})
        return _campaign(item) if item else None

    def find(self, campaign_id: str) -> Campaign:
        """The campaign with the id in an address. Raises `NotFound`."""
        campaign = self.get(campaign_id) if is_number_id(campaign_id) else None
        if campaign is None:
            raise NotFound("There is no campaign with this id.")
        return campaign

    def create(self, campaign: Campaign) -> bool:
        """False if the id is taken: make a new one.

        Raises:
            Conflict: the slug is taken.
        """
        table = self._table
        actions = [table.putting(_item(campaign), _NEW)]
        if campaign.slug:
            actions.append(table.putting(_slug_item(campaign), _obtainable(campaign)))
        if campaign.max_clicks is not None:
            actions.append(self._new_quota(campaign, Quota()))
        if not table.transact(actions):
            return True
        stored = self.get(str(campaign.id))
        if stored is None:
            raise _slug_taken(campaign)
        return stored == campaign  # True if our first try succeeded, and its reply was lost

    def replace(self, old: Campaign, new: Campaign, quota: Quota | None = None) -> bool:
        """Replace `old` with `new`. A limit that `old` did not have starts with `quota`.

        False if the campaign has changed since `old` was read, or is gone.

        Raises:
            Conflict: the new slug is taken.
        """
        table = self._table
        actions = [table.putting(_item(new), _is(old))]
        if new.slug:
            actions.append(table.putting(_slug_item(new), _obtainable(new)))
        if old.slug and old.slug != old.slug.lower():
            actions.append(table.deleting({"key": f"slug#{old.slug}"}))  # where slugs with capitals used to be
        if old.limit is not None and new.limit is None:
            actions.append(table.deleting(_quota(new)))
        if old.limit is None and new.limit is not None:
            actions.append(self._new_quota(new, quota or Quota()))
        if old.limit == new.limit is not None and old.max_clicks != new.max_clicks:
            # Also in the quota, which alone decides, so that raising or lowering it works from this write on.
            changed = Change(set={"max": new.max_clicks})
            actions.append(table.updating(_quota(new), changed, Attr("limit").eq(new.limit)))
        codes, taken = self._transact(actions, self._alias_actions(old, new))
        if not codes:
            return True
        if taken:
            return self.replace(_without(old, taken), _without(new, taken), quota)
        stored = self.get(str(new.id))
        if stored is not None and stored != new and stored.version == old.version and CONFLICT not in codes:
            raise _slug_taken(new)
        return stored == new  # True if our first try succeeded, and its reply was lost

    def delete(self, campaign: Campaign) -> bool:
        """False if the campaign has changed since it was read."""
        table = self._table
        actions = [table.deleting({"key": str(campaign.id)}, _is(campaign))]
        if campaign.slug and campaign.slug != campaign.slug.lower():
            actions.append(table.deleting({"key": f"slug#{campaign.slug}"}))
        if campaign.max_clicks is not None:
            actions.append(table.deleting(_quota(campaign)))
        its_own = {slug: table.deleting(_key(slug), _belongs_to(campaign)) for slug in _slugs(campaign)}
        codes, taken = self._transact(actions, its_own)
        while taken:
            its_own = {slug: action for slug, action in its_own.items() if slug not in taken}
            codes, taken = self._transact(actions, its_own)
        return not codes or self.get(str(campaign.id)) is None

    def _transact(self, actions: Sequence[Action], of_slugs: Mapping[str, Action]) -> tuple[Sequence[str], set[str]]:
        """Do all of it or nothing. Returns `Table.transact`'s codes, and the slugs if nothing else prevented it."""
        codes = self._table.transact([*actions, *of_slugs.values()], tell_conflicts=True)
        if CONDITION_FAILED in codes[: len(actions)]:
            return codes, set()
        of_each = zip(of_slugs, codes[len(actions) :], strict=False)  # empty once it is done
        return codes, {slug for slug, code in of_each if code == CONDITION_FAILED}

    def _alias_actions(self, old: Campaign, new: Campaign) -> dict[str, Action]:
        """What a change does to each alias, unless another campaign has taken it."""
        table = self._table
        freed = {*_slugs(old)} - {*_slugs(new)}
        actions = {alias: table.deleting(_key(alias), _belongs_to(new)) for alias in sorted(freed)}
        for alias in new.aliases:
            mine = _belongs_to(new) if alias in old.aliases else _NEW | _belongs_to(new)
            actions[alias] = table.putting(_key(alias) | _attributes(new) | {"alias": True}, mine)
        return actions

    def _new_quota(self, campaign: Campaign, quota: Quota) -> Action:
        item: Item = {"limit": campaign.limit, "max": campaign.max_clicks, "used": quota.used}
        if quota.counted_to is not None:
            item |= {"counted_to": quota.counted_to, "uncounted": quota.uncounted}
        return self._table.putting(_quota(campaign) | item)

    def newest_first(self, platforms: Sequence[str], limit: int, before: int | None) -> CampaignPage:
        """Campaigns that list all of `platforms`, made before the one with the id `before`.

        A page may hold fewer than `limit`, or none, and still not be the last.
        """
        found: list[Campaign] = []
        last_seen: int | None = None
        pages = self._table.pages(
            _KIND if before is None else _KIND & Key("id").lt(before),
            index=_INDEX,
            newest_first=True,
            where=reduce(and_, [Attr("platforms").contains(name) for name in platforms]) if platforms else None,
            limit=max(limit + 1, self.filtered_page) if platforms else limit + 1,
        )
        for page in islice(pages, self.most_pages):
            found.extend(map(_campaign, page.items))
            if len(found) > limit:
                return CampaignPage(found[:limit], found[limit - 1].id)
            last_seen = page.last["id"] if page.last else None
        return CampaignPage(found, last_seen)

    def of_account(self, install_id: str) -> Iterator[Campaign]:
        """The campaigns that name this account; a change shows within a second."""
        wanted = Key("account").eq(install_id) & _KIND
        for page in self._table.pages(wanted, index=_ACCOUNT_INDEX):
            yield from map(_campaign, page.items)

    def ids(self) -> Iterator[list[str]]:
        """The ids of all campaigns, newest first, in pages."""
        for page in self._table.pages(_KIND, index=_INDEX, newest_first=True):
            yield [str(item["id"]) for item in page.items]


def _slug_taken(campaign: Campaign) -> Conflict:
    return Conflict(f"The slug '{campaign.slug}' belongs to another campaign; choose another one.")


def _is(campaign: Campaign) -> ConditionBase:
    return Attr("version").eq(campaign.version)


def _obtainable(campaign: Campaign) -> ConditionBase:
    """Its slug is free, an alias of any campaign, or its own already."""
    return _NEW | Attr("alias").eq(True) | _belongs_to(campaign)


def _belongs_to(campaign: Campaign) -> ConditionBase:
    return Attr("id").eq(campaign.id)


def _slugs(campaign: Campaign) -> list[str]:
    """All slugs that lead to it, in lower case."""
    return [campaign.slug.lower(), *campaign.aliases] if campaign.slug else list(campaign.aliases)


def _without(campaign: Campaign, taken: Collection[str]) -> Campaign:
    return campaign._replace(aliases=tuple(alias for alias in campaign.aliases if alias not in taken))


def _key(slug: str) -> Item:
    return {"key": f"slug#{slug.lower()}"}


def _quota(campaign: Campaign) -> Item:
    return {"key": f"quota#{campaign.id}"}


def _item(campaign: Campaign) -> Item:
    return {"key": str(campaign.id), "kind": "campaign", **_attributes(campaign)}


def _slug_item(campaign: Campaign) -> Item:
    return _key(campaign.slug or "") | _attributes(campaign)


def _attributes(campaign: Campaign) -> Item:
    attributes = {name: value for name, value in campaign._asdict().items() if value is not None and value != ()}
    if campaign.expires_at is not None:
        # As a number too: the redirect compares it on every click.
        attributes["expires_at_seconds"] = from_rfc3339(campaign.expires_at)
    if campaign.limit_from is not None:
        attributes["limit_from_seconds"] = from_rfc3339(campaign.limit_from)
    return attributes


def _campaign(item: Item) -> Campaign:
    fields: dict[str, Any] = {name: item.get(name) for name in Campaign._fields}
    return Campaign(**{**fields, "aliases": tuple(item.get("aliases", ()))})
