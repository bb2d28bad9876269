"""Posts and the clicks that they brought, as the API shows them."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from pydantic import BaseModel, Field

from signpost.platform.clock import rfc3339

if TYPE_CHECKING:
    from signpost.analytics.link_posts.brought import PostClicks
    from signpost.analytics.link_posts.queries import Chosen, LinkPosts, Published
    from signpost.instagram.readings import Install

_PER: int = 1000


class LinkPostView(BaseModel):
    """A post, and the clicks of people that it brought."""

    id: str = Field(description="The post's id at Meta.", examples=["17900000000000001"])
    account: str = Field(description="The id of its account's connection.", examples=["ig_17841400000000001"])
    username: str = Field(description="Who published it.", examples=["nora.bakes.demo"])
    caption: str = Field(description="Its text.", examples=["Good morning, rye"])
    permalink: str | None = Field(
        description="Its address at Instagram.", examples=["https://www.instagram.com/p/C1a2b3c4d5e/"]
    )
    picture: str | None = Field(
        description="Our copy of its first picture.",
        examples=["https://signpost.example/instagram/pictures/ig_17841400000000001/1.jpg"],
    )
    published_at: str = Field(description="When it was published.", examples=["2026-11-21T07:15:00.000000Z"])
    clicks: int = Field(description="All that it brought, estimated ones included.", examples=[41])
    estimated: int = Field(
        description="How many of them are an estimate: the post names no link, so it gets its share of the unusually "
        "many clicks in the 48 hours after it; or several posts name the link.",
        examples=[0],
    )
    share: float | None = Field(description="Of all clicks, from 0 to 1. Null: there were none.", examples=[0.21])
    reach: int | None = Field(description="How many accounts saw it. Null: Meta does not say.", examples=[14105])
    clicks_per_1000_reached: float | None = Field(description="Null without `reach`.", examples=[67.1])

    @classmethod
    def of(cls, install: "Install", found: "PostClicks", whole: int, base: str) -> Self:
        post = found.post
        reached = reach(found)
        return cls(
            id=post.media_id,
            account=install.id,
            username=install.instagram_account,
            caption=post.caption,
            permalink=post.permalink,
            picture=f"{base}/instagram/{post.pictures[0]}" if post.pictures else None,
            published_at=rfc3339(post.posted_at),
            clicks=found.clicks,
            estimated=found.estimated,
            share=found.clicks / whole if whole else None,
            reach=reached,
            clicks_per_1000_reached=per_1000(found),
        )


class _RangeView(BaseModel):
    start: str = Field(description="Where the range begins.", examples=["2026-11-15T00:00:00+01:00"])
    end: str = Field(description="Where it ends (exclusive).", examples=["2026-11-22T00:00:00+01:00"])
    tz: str = Field(description="The time zone whose days these are.", examples=["Europe/Berlin"])


class LinkPostsView(_RangeView):
    """The posts that brought a link's clicks in a range of time: those of the UTC hours that begin in it."""

    id: int = Field(description="The campaign's id.", examples=[1795244400000123])
    account: str | None = Field(
        description="The connection whose posts are looked at. Null: the campaign names none.",
        examples=["ig_17841400000000001"],
    )
    clicks: int = Field(description="All clicks of people.", examples=[4507])
    without_post: int = Field(description="Those that no post brought.", examples=[1127])
    posts: list[LinkPostView] = Field(description="Of the account's newest 300 posts, newest first.")

    @classmethod
    def of(cls, found: "LinkPosts", chosen: "Chosen", base: str) -> Self:
        install, whole = found.install, found.brought.clicks
        return cls(
            id=found.campaign.id,
            account=install.id if install else None,
            **_range(chosen),
            clicks=whole,
            without_post=found.brought.without_post,
            posts=[LinkPostView.of(install, each, whole, base) for each in found.brought.posts] if install else [],
        )


class PublishedView(_RangeView):
    """The posts that were published in a range of time, with the clicks that they brought in it.

    Those of at most 25 accounts that campaigns name, the ones of the newest campaigns.
    """

    posts: list[LinkPostView] = Field(description="Newest first. Shares are of all these posts' clicks.")

    @classmethod
    def of(cls, found: "list[Published]", chosen: "Chosen", base: str) -> Self:
        whole = sum(each.found.clicks for each in found)
        return cls(**_range(chosen), posts=[LinkPostView.of(each.install, each.found, whole, base) for each in found])


def reach(found: "PostClicks") -> int | None:
    number = found.post.metrics.get("reach")
    return None if number is None else int(number)


def per_1000(found: "PostClicks") -> float | None:
    """Clicks for each thousand accounts that saw the post."""
    reached = reach(found)
    return round(found.clicks / reached * _PER, 1) if reached else None


def _range(chosen: "Chosen") -> dict[str, str]:
    start, end = (datetime.fromtimestamp(each, chosen.zone).isoformat() for each in chosen.span)
    return {"start": start, "end": end, "tz": chosen.zone.key}
