"""What a snapshot is made of: what syncs, exports and campaigns say about an account."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

from signpost.analytics import attribution, gathering
from signpost.analytics.captions import mentions
from signpost.analytics.snapshot import Account, DailyCounts, Post, Snapshot, Story

if TYPE_CHECKING:
    from signpost.analytics.export.imports import ExportImports, ImportedList
    from signpost.analytics.members import Member
    from signpost.instagram.readings import Install, PostComment, Readings
    from signpost.instagram.readings import Post as StoredPost
    from signpost.tracking.readings import Readings as TrackingReadings

CLICKS_SINCE: Final = 2 * 366 * 86_400  # seconds: a year, and the same time of the year before
_PICTURES: Final = "/instagram/"  # the address of a picture, before its key in the bucket


class Sources(NamedTuple):
    """`host` is that of our tracked links, with its port if it has one."""

    accounts: "Readings"
    tracking: "TrackingReadings"
    exports: "ExportImports"
    host: str

    def snapshot(self, member: "Member", installs: "Sequence[Install]", now: float) -> Snapshot:
        """All about an account, by the first of its installs; only clicks may name the others.

        Raises:
            Unavailable: a store does not answer.
        """
        install = installs[0]
        stored = list(self.accounts.posts(install.id))
        days = [
            DailyCounts(each.at, each.followers_count, each.follows_count, each.media_count)
            for each in self.accounts.account_numbers(install.id)
        ]
        lists = self.exports.lists(member.id)
        demographics = self.accounts.demographics(install.id)
        taken = gathering.snapshot(
            gathering.Gathered(
                at=now,
                account=_account(member, install, days),
                posts=map(_post, stored),
                comments=_comments(self.accounts.comments(install.id), stored),
                followers=_contacts(lists.followers),
                following=_contacts(lists.following),
                days=days or None,
                stories=[_story(each) for each in self.accounts.stories(install.id)] or None,
                demographics=demographics.followers if demographics else None,
            )
        )
        campaigns = self.tracking.clicks_of_account([each.id for each in installs], now - CLICKS_SINCE, now)
        if not campaigns:
            return taken
        return gathering.with_clicks(
            taken,
            attribution.attribute(
                (
                    attribution.Campaign(each.keys, [attribution.Hour(*hour) for hour in each.hours])
                    for each in campaigns
                ),
                taken.posts,
                self.host,
                now,
            ),
        )


def host_of(address: str) -> str:
    """The host, with its port, of an address such as `https://links.example:8443`."""
    return urlsplit(address).netloc.lower()


def _account(member: "Member", install: "Install", days: Sequence[DailyCounts]) -> Account:
    return Account(
        id=install.instagram_business_account_id,
        username=install.instagram_account,
        name=install.name or "",
        zone=member.zone,
        followers=install.followers_count,
        following=next((each.following for each in reversed(days) if each.following is not None), None),
        posts=install.media_count,
    )


def _post(stored: "StoredPost") -> Post:
    def number(*names: str) -> int | None:
        """The first one that Meta gave: counts are fresher than insights, but not every post has them."""
        return next((int(found) for name in names if (found := stored.metrics.get(name)) is not None), None)

    return Post(
        id=stored.media_id,
        created=stored.posted_at,
        caption=stored.caption,
        permalink=stored.permalink,
        picture=_picture(stored),
        media_type=stored.media_type,
        product_type=stored.product_type,
        likes=number("like_count"),
        comments=number("comments_count"),
        saves=number("saved", "saved_count"),
        shares=number("shares", "shares_count"),
        reach=number("reach"),
        views=number("views"),
        tags=(*stored.tags, *stored.comment_tags),
        mentions=mentions(stored.caption),
    )


def _story(stored: "StoredPost") -> Story:
    navigation = stored.breakdowns.get("navigation", {})

    def number(name: str) -> int | None:
        return _whole(stored.metrics.get(name))

    return Story(
        id=stored.media_id,
        created=stored.posted_at,
        permalink=stored.permalink,
        picture=_picture(stored),
        media_type=stored.media_type,
        views=number("views"),
        reach=number("reach"),
        replies=number("replies"),
        shares=number("shares"),
        follows=number("follows"),
        profile_visits=number("profile_visits"),
        forward=_whole(navigation.get("tap_forward")),
        back=_whole(navigation.get("tap_back")),
        next_account=_whole(navigation.get("swipe_forward")),
        exits=_whole(navigation.get("tap_exit")),
    )


def _comments(found: "Iterable[PostComment]", posts: "Sequence[StoredPost]") -> list[gathering.Comment] | None:
    """None: Meta counts some, but we may not read them."""
    comments = [
        gathering.Comment(
            each.comment.id, each.media_id, each.comment.at, each.comment.author_id, each.comment.username
        )
        for each in found
    ]
    was_read = any(post.comments_read is not None for post in posts)
    there = any(post.metrics.get("comments_count") for post in posts)
    return comments if comments or was_read or not there else None


def _contacts(imported: "ImportedList | None") -> list[gathering.Contact] | None:
    return None if imported is None else [gathering.Contact(None, name) for name in imported.accounts]


def _picture(stored: "StoredPost") -> str | None:
    """Without our host: each reply adds the host that it was requested from."""
    return f"{_PICTURES}{stored.pictures[0]}" if stored.pictures else None


def _whole(number: float | None) -> int | None:
    return None if number is None else int(number)
