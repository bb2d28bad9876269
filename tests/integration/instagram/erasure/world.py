"""Installs with everything that can be stored about them, in all tables and in the bucket, and what is left of them."""

import itertools
import json
import os
import time
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

from signpost.instagram.deletion.request import DeletionProgress, Kind, Request, message
from signpost.instagram.deletion.store import DeletionStore
from signpost.instagram.erasure import wiring
from signpost.instagram.fetch.media_store import MediaStore
from signpost.instagram.install_store import InstallStore, account_key, person_key
from signpost.instagram.installs import Install, item
from signpost.instagram.posts import Post
from signpost.instagram.products import Provider
from signpost.platform import aws, settings
from tests import dynamodb
from tests.installs import connected
from tests.integration.instagram.fetch.world import listen
from tests.queue_events import queue_event, taken

NOW = 1_795_247_130.0
TABLES = ("InstagramInstalls", "InstagramApps", "InstagramHashtags", "Media", "Imports")
INSTALLS, APPS, HASHTAGS, MEDIA, IMPORTS = TABLES
DONE: dict[str, Any] = {"batchItemFailures": []}
FAILED = {"batchItemFailures": [{"itemIdentifier": "message-0"}]}

_numbers = itertools.count(1000)


class World:
    """The handler of data_deletion with a clock of its own, and what it puts back into its queue.

    Every case uses fresh ids, so nothing has to be cleared between them.
    """

    def __init__(self, module: ModuleType) -> None:
        self._handler, self.logger, self.now = module.handler, module.observer.logger, NOW
        self.settings = settings.load(wiring.Settings, os.environ)
        self.installs = InstallStore(aws.dynamodb(), INSTALLS)
        self.requests = DeletionStore(aws.dynamodb(), INSTALLS)
        self.again: list[dict[str, Any]] = []
        self.put_off: list[int] = []
        self.build()
        self.announced()

    def build(self, timer: Callable[[], float] = time.monotonic) -> None:
        self.feature = wiring.build(self.settings, clock=lambda: self.now, timer=timer)

    def handle(self, request: Request, *, seconds: float = 900, receives: int = 1) -> Any:
        return self.send(queue_event(message(request), receives=receives), seconds)

    def send(self, event: dict[str, Any], seconds: float = 900) -> Any:
        context = SimpleNamespace(get_remaining_time_in_millis=lambda: seconds * 1000)
        return self._handler(event, context, feature=self.feature)

    def note(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        """Note what the function asks SQS for."""
        if model.name == "ChangeMessageVisibility":
            self.put_off.append(params["VisibilityTimeout"])
        elif model.name == "SendMessageBatch":
            self.again.extend(params["Entries"])

    def fresh(self) -> str:
        """An id that nobody has used."""
        return f"1784140000{next(_numbers)}"

    def connect(
        self,
        account: str,
        person: str,
        provider: Provider = Provider.FACEBOOK,
        connected_at: float = NOW - 1000,
        **fields: Any,
    ) -> Install:
        """Store an install as the connect function does, with the entries that it is found by."""
        given = {
            "connection": f"connection-of-{connected_at}",
            "person_id": person,
            "app_scoped_id": f"9{account}",
            "former_names": ("nora.before",),
            "check_day": "2026-11-22",
            "sync_at": NOW + 60,
            **fields,
        }
        install = connected(provider, account, f"user-{account}", connected_at, **given)
        dynamodb.put(INSTALLS, {**item(install), "sync": "due", "app_tokens": {"ab": 1}})
        for key in (account_key(account), account_key(f"9{account}"), person_key(person)):
            dynamodb.table(INSTALLS).update_item(
                Key={"key": key}, UpdateExpression="ADD installs :ids", ExpressionAttributeValues={":ids": {install.id}}
            )
        return install

    def fill(self, install: Install, posts: int = 2, *, measurements: int = 1, pictures: int = 2) -> None:
        """Store posts and everything else that an install gathers."""
        media: list[dict[str, Any]] = [
            *(
                {"owner": f"{install.id}#{name}", "item": "2026-11-21T00"}
                for name in ("account", "demographics", "stories", "comments")
            ),
            {"owner": f"legacy#{install.instagram_account}", "item": "copy"},
        ]
        files = ["lost.jpg"]  # of a fetch that was cut off
        for number in range(posts):
            names = [f"{number}-{each}.jpg" for each in range(pictures)]
            posted = f"media#2026-11-20T07:{number // 60 % 60:02}:{number % 60:02}Z#{number}"
            keys = [f"pictures/{install.id}/{name}" for name in names]
            media.append({"owner": install.id, "item": posted, "pictures": keys, "caption": "Grüße"})
            media += [{"owner": f"{install.id}#{number}", "item": f"2026-11-21T{n:04}"} for n in range(measurements)]
            files += names
        dynamodb.put(MEDIA, *media)
        dynamodb.put(IMPORTS, {"account": install.instagram_business_account_id, "post": "C0"})
        app_id = f"app-of-{install.id}"
        app = {"feeds": [], "owner_email": "nora@example.com", "version": 3}
        dynamodb.put(APPS, {"app_id": app_id, "part": "app", **app})
        self.link(app_id, install.id)
        if install.provider is Provider.FACEBOOK:
            asked = f"asked#{install.instagram_business_account_id}"
            poll = {"key": f"poll#food#{install.id}", "install": install.id, "tag": "food"}
            dynamodb.put(HASHTAGS, {"key": asked, "tags": {"food": 1}, "version": 1}, poll)
        for name in files:
            key = f"pictures/{install.id}/{name}"
            aws.s3().put_object(Bucket=self.settings.places.media_bucket, Key=key, Body=b"picture")

    def link(self, app_id: str, install_id: str, state: str = "accepted") -> None:
        """`older`: from before links had states."""
        link = {"app_id": app_id, "part": f"install#{install_id}", "install": install_id, "instagram_account": "user"}
        states = {} if state == "older" else {"state": state}
        dynamodb.put(APPS, {**link, "connected_at": NOW, **states})

    def somebody(self, posts: int = 2, **gathered: int) -> tuple[str, Install]:
        """A person, and the account that they connected, with posts."""
        person = self.fresh()
        install = self.connect(self.fresh(), person)
        self.fill(install, posts, **gathered)
        return person, install

    def show(self, tag: str, shortcode: str, media_id: str = "5") -> tuple[dict[str, str], str]:
        """Have a hashtag's feed show a post of that name. Returns its key, and its picture's."""
        picture = f"pictures/hashtag/{media_id}.jpg"
        post = Post(media_id, NOW - 500, permalink=f"https://www.instagram.com/p/{shortcode}/", pictures=(picture,))
        MediaStore(aws.dynamodb(), MEDIA).add_seen(f"hashtag#{tag}", post, NOW, int(NOW) + 1000)
        aws.s3().put_object(Bucket=self.settings.places.media_bucket, Key=picture, Body=b"picture")
        return {"owner": f"hashtag#{tag}", "item": post.key}, picture

    def left(self, *names: str) -> list[str]:
        """All items and pictures, apart from apps, that contain one of these texts."""
        found = [
            f"{table} {json.dumps(each, default=repr)}"
            for table in TABLES
            for each in dynamodb.items(table)
            if each.get("part") != "app"
        ]
        pictures = aws.s3().list_objects_v2(Bucket=self.settings.places.media_bucket).get("Contents", [])
        found += [each["Key"] for each in pictures]
        return sorted(key for key in found if any(name in key for name in names))

    def stored(self, install: Install) -> dict[str, Any]:
        return dynamodb.get(INSTALLS, key=install.id)

    def is_ended(self, install: Install) -> bool:
        stored = self.stored(install)
        ended = stored["state"] == "revoked" and not bytes(stored["token"])
        assert ended != bool({"sync", "sync_at", "check_day"} & stored.keys())
        return ended

    def announced(self) -> list[str]:
        """The installs whose erasure was announced since the last call of this."""
        events = taken(listen(self.settings.event_bus))
        for each in events:
            assert each["detail"]["install"].endswith(f"-{each['detail']['account']}")
        return [each["detail"]["install"] for each in events if each["detail-type"] == "AccountErased"]

    def progress(self, code: str) -> DeletionProgress:
        found = self.requests.get(code, self.now)
        assert found is not None
        return found


def erase(person: str, code: str, issued_at: float | None = NOW) -> Request:
    return Request(Kind.ERASE, person, issued_at, NOW + 1, code)


def deauthorize(person: str, issued_at: float | None = NOW) -> Request:
    return Request(Kind.DEAUTHORIZE, person, issued_at, NOW + 1)
