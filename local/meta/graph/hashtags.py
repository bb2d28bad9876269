"""Hashtag search: ids that never change, 30 different tags per account in 7 days, and what strangers posted.

Source: Meta, "Hashtag Search", "IG Hashtag Search" and "Recently Searched Hashtags". Only with Facebook Login, and only
for apps that were granted Instagram Public Content Access.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from local.meta.drawings import MOTIFS
from local.meta.errors import invalid, known, missing_object
from local.meta.graph.nodes import Many, Query
from local.meta.state import MetaState
from local.meta.world import DAY_S, Account, Media

QUOTA: Final = 30
QUOTA_S: Final = 7 * DAY_S
PAGE: Final = 50
_EVERY_S: Final = 3600
_NAME: Final = re.compile(r"\w+")
_KINDS: Final = ("IMAGE", "IMAGE", "CAROUSEL_ALBUM", "IMAGE", "VIDEO", "IMAGE", "IMAGE")
_NOT_VIEWABLE: Final = "nosuch"


@dataclass(frozen=True)
class Hashtag:
    id: str
    name: str


def hashtag_id(name: str) -> str:
    return str(17_843_000_000_000_000 + int(hashlib.sha256(name.lower().encode()).hexdigest()[:12], 16) % 10**12)


def search(query: Query, params: Mapping[str, str]) -> Hashtag:
    """Any word is a hashtag, except those that begin with `nosuch` or were declared missing."""
    account = _account(query, params)
    name = params.get("q", "").lower()
    if not name:
        raise invalid("The parameter q is required.")
    missing = name.startswith(_NOT_VIEWABLE) or name in query.state.hashtags_missing
    if missing or not _NAME.fullmatch(name):
        raise known(24, 2207024)
    hashtag = Hashtag(hashtag_id(name), name)
    _count(query, account, hashtag.id)
    query.state.hashtag_names[hashtag.id] = name
    return hashtag


def find(state: MetaState, identifier: str) -> Hashtag | None:
    """The hashtag with this id, if it was searched for or is in a caption: ids never change."""
    name = state.hashtag_names.get(identifier)
    if name is None:
        every = (tag for account in state.world.accounts for media in account.media for tag in media.tags)
        name = next((tag for tag in every if hashtag_id(tag) == identifier), None)
    return None if name is None else Hashtag(identifier, name)


def posts(query: Query, hashtag: Hashtag, edge: str, params: Mapping[str, str]) -> Many:
    """`recent_media`: the last 24 hours, not quite in order. `top_media`: by likes, of any age."""
    account = _account(query, params)
    _count(query, account, hashtag.id)
    own = [media for owner in query.state.world.accounts for media in owner.media if hashtag.name in media.tags]
    every = [media for media in own if media.timestamp <= query.now] + _strangers(hashtag, query.now)
    if edge == "top_media":
        return Many("hashtag_media", sorted(every, key=lambda media: (-media.likes, media.id)), PAGE)
    recent = sorted((media for media in every if media.timestamp > query.now - DAY_S), key=lambda m: -m.timestamp)
    for place in range(0, len(recent) - 1, 5):  # Meta promises no order here
        recent[place], recent[place + 1] = recent[place + 1], recent[place]
    return Many("hashtag_media", recent, PAGE)


def recently_searched(query: Query, account: Account) -> Many:
    found = [
        Hashtag(tag, query.state.hashtag_names.get(tag, tag))
        for (owner, tag), at in query.state.hashtag_queries.items()
        if owner == account.id and at > query.now - QUOTA_S
    ]
    return Many("hashtag", found, QUOTA)


def _account(query: Query, params: Mapping[str, str]) -> Account:
    if not query.facebook:
        raise missing_object("ig_hashtag_search")
    if "instagram_basic" not in query.token.scopes or not query.state.switches.public_content_access:
        raise known(10)
    if "user_id" not in params:
        raise invalid("The parameter user_id is required.")
    for account in query.token.accounts:
        if account.id == params["user_id"]:
            return account
    raise missing_object(params["user_id"])


def _count(query: Query, account: Account, identifier: str) -> None:
    """The first query of a tag uses one of 30 places for 7 days; repeats are free and do not extend that."""
    queries, since = query.state.hashtag_queries, query.now - QUOTA_S
    for key in [key for key, at in queries.items() if at <= since]:
        del queries[key]
    if (account.id, identifier) in queries:
        return
    if sum(owner == account.id for owner, _tag in queries) >= QUOTA:
        raise known(18, 2207034)
    queries[account.id, identifier] = query.now


def _strangers(hashtag: Hashtag, now: float) -> list[Media]:
    """One post an hour by a stranger, the same in every call."""
    newest = int(now // _EVERY_S)
    return [_stranger(hashtag, hour) for hour in range(newest, newest - 48, -1)]


def _stranger(hashtag: Hashtag, hour: int) -> Media:
    number = int(hashlib.sha256(f"{hashtag.id}/{hour}".encode()).hexdigest()[:12], 16)
    identifier = str(18_000_000_000_000_000 + number)
    caption = None if number % 10 == 0 else f"Seen today #{hashtag.name}"
    media = Media(
        id=identifier,
        username="someone.demo",
        owner_id="0",
        timestamp=float(hour * _EVERY_S),
        caption=caption,
        media_type=_KINDS[number % len(_KINDS)],
        likes=number % 900,
        motif=MOTIFS[number % len(MOTIFS)],
    )
    if media.media_type == "CAROUSEL_ALBUM":
        media.children = [
            replace(media, id=f"{identifier}{place}", media_type="IMAGE", caption=None, parent_id=identifier)
            for place in (1, 2)
        ]
    return media


def usage(state: MetaState, account: Account, now: float) -> dict[str, int]:
    """How much of the quota is used, for the control page."""
    taken = [at for (owner, _tag), at in state.hashtag_queries.items() if owner == account.id and at > now - QUOTA_S]
    return {"taken": len(taken), "of": QUOTA}
