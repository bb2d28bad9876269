"""Webhook bodies, in every shape that Meta is known to send.

Sources: Meta, "Webhooks" (Instagram Platform) and "Instagram API: Real-time Updates" (v1, gone since 2018-20).
`time` is in seconds.
"""

from typing import Any, Final, Literal

from local.meta.world import Account, Comment, Media

Shape = Literal["changes", "flat"]
MOST_ENTRIES: Final = 1000
_FEWEST_VIEWERS: Final = 5


def entry(account: Account, field: str, value: dict[str, Any], now: float, shape: Shape = "changes") -> dict[str, Any]:
    """`{"id", "time", "changes": [{"field", "value"}]}`, or flat `{"id", "time", "field", "value"}`."""
    change = {"field": field, "value": value}
    head = {"id": account.id, "time": int(now)}
    return {**head, "changes": [change]} if shape == "changes" else {**head, **change}


def comment(media: Media, new: Comment, *, facebook: bool, of_ad: bool = False) -> dict[str, Any]:
    """A `comments` value: the comment is `comment_id` with Facebook Login, `id` with Instagram Login.

    `of_ad`: the media is an ad's copy of a post, which `original_media_id` names.
    """
    about: dict[str, Any] = {"id": media.id, "media_product_type": media.product_type}
    if of_ad:
        copy = str(int(media.id) + 10**15)
        about = {"id": copy, "ad_id": "120" + media.id[-12:], "original_media_id": media.id, "media_product_type": "AD"}
    value = {
        "from": {"id": new.from_id, "username": new.username},
        "media": about,
        ("comment_id" if facebook else "id"): new.id,
        "text": new.text,
    }
    return {**value, "parent_id": new.parent_id} if new.parent_id else value


def mention(media: Media, new: Comment | None) -> dict[str, Any]:
    """A `mentions` value, of Facebook Login only."""
    return {"media_id": media.id, **({"comment_id": new.id} if new else {})}


def story_insights(story: Media) -> dict[str, Any]:
    """A `story_insights` value: counts below 5 are -1, and metrics that the API no longer has are still in it."""
    counts = {
        "impressions": story.viewers * 2,
        "reach": story.viewers,
        "taps_forward": story.viewers // 2,
        "taps_back": story.viewers // 10,
        "exits": story.viewers // 5,
        "replies": story.viewers // 100,
    }
    shown = {name: count if count >= _FEWEST_VIEWERS else -1 for name, count in counts.items()}
    return {"media_id": story.id, **shown}


def body(entries: list[dict[str, Any]], *, as_list: bool = False) -> Any:
    """`{"object": "instagram", "entry": […]}`; some receivers got it within a list."""
    if not 0 < len(entries) <= MOST_ENTRIES:
        raise ValueError(f"A webhook has 1 to {MOST_ENTRIES} entries, not {len(entries)}.")
    whole = {"object": "instagram", "entry": entries}
    return [whole] if as_list else whole


def legacy(account: Account, media: list[Media], now: float) -> list[dict[str, Any]]:
    """The list that the old API sent, which did announce new media."""
    return [
        {
            "changed_aspect": "media",
            "object": "user",
            "object_id": account.id,
            "subscription_id": 1,
            "time": int(now),
            "data": {"media_id": each.id},
        }
        for each in media
    ]
