"""A connected account with everything that a sync stores, and the features that make reports of it."""

from collections.abc import Mapping
from typing import Any

from signpost.analytics.members import Member
from signpost.analytics.snapshots import wiring as snapshots
from signpost.analytics.snapshots.jobs import Job
from signpost.instagram import app_tokens
from signpost.instagram.comments import Comment, Thread
from signpost.instagram.fetch.media_store import MediaStore
from signpost.instagram.graph.models import ProfessionalAccount
from signpost.instagram.installs import Install, item
from signpost.instagram.posts import Post, account_numbers, demographics, stories_owner
from signpost.instagram.posts import item as post_item
from signpost.instagram.products import Provider
from signpost.platform import aws, settings
from tests import dynamodb
from tests.installs import connected, new_account

INSTALLS = "InstagramInstalls"
NOW = 1_795_244_400.0  # a Saturday
DAY = 86_400
HOSTILE = '<script>alert("caption")</script> "bread" \'rye\' & <b>#Rye</b>'


class Connected:
    """`token` opens the member's reports."""

    def __init__(self, environment: Mapping[str, str], username: str = "nora", **fields: Any) -> None:
        self.now, self._bucket = NOW, environment["SNAPSHOTS_BUCKET"]
        self.member = new_account()
        fields = {"backfill_stage": "done", "followers_count": 120, "media_count": 3, "posts_stored": 3, **fields}
        self.install: Install = connected(Provider.FACEBOOK, self.member, username, NOW - 30 * DAY, **fields)
        self.token = str(app_tokens.new(self.member))
        self.media = MediaStore(aws.dynamodb(), "Media")
        self.store(self.install)
        built = settings.load(snapshots.Settings, environment)
        self.feature = snapshots.build(built, clock=lambda: self.now)

    def store(self, install: Install) -> None:
        tokens = {app_tokens.hashed(self.token): NOW}
        dynamodb.put(INSTALLS, {**item(install), "app_tokens": tokens})
        dynamodb.put(INSTALLS, {"key": f"account#{self.member}", "installs": {install.id}})

    def publish(self, *posts: Post) -> None:
        for post in posts:
            self.media.add(self.install.id, post)

    def live(self) -> None:
        """Three posts, comments, a story, two days and demographics."""
        owner = self.install.id
        self.publish(
            Post(
                "18",
                NOW - DAY,
                HOSTILE,
                tags=("rye",),
                comment_tags=("bread",),
                media_type="IMAGE",
                permalink="https://www.instagram.com/p/C18/",
                pictures=(f"pictures/{owner}/18.jpg",),
                metrics={
                    "like_count": 1200,
                    "comments_count": 2,
                    "saved": 4,
                    "shares": 1,
                    "reach": 9000,
                    "views": 9500,
                },
                comments_read=2,
            ),
            Post("17", NOW - 2 * DAY, "", media_type="VIDEO", product_type="REELS", metrics={"like_count": 30}),
            Post("16", NOW - 9 * DAY, "@ann", permalink="javascript:alert(1)", metrics={"comments_count": 0}),
        )
        thread = [
            Comment("c1", NOW - 100, "2", '<img src="x" onerror="alert(1)">'),
            Comment("c2", NOW - 50, "3", "ann"),
        ]
        assert self.media.save_thread(owner, Thread("18"), Thread("18").adding(thread))
        story = Post(
            "s1", NOW - 3600, metrics={"reach": 80}, breakdowns={"navigation": {"tap_exit": 8, "tap_forward": 50}}
        )
        self.media.put(post_item(stories_owner(owner), story))
        account = ProfessionalAccount("178", "nora", followers_count=118, follows_count=40, media_count=3)
        for day, followers in ((2, 118), (1, 120)):
            self.media.put(account_numbers(owner, account._replace(followers_count=followers), NOW - day * DAY))
        self.media.put(demographics(owner, {"country": {"DE": 70, "SE": 30}}, NOW - DAY))

    def take(self, at: float | None = None) -> str:
        """Take a snapshot; returns what came of it."""
        return self.feature.snapshots.take(Job(self.member, at)).value

    @property
    def stored(self) -> Member | None:
        return self.feature.snapshots.members.get(self.member)

    def objects(self) -> list[str]:
        """The keys of the member's snapshots."""
        found = aws.s3().list_objects_v2(Bucket=self._bucket, Prefix=f"snapshots/{self.member}/").get("Contents", [])
        return [each["Key"].rpartition("/")[2] for each in found]
