"""An app with one account and 60 posts, as DynamoDB returns them. Every fifth post is an album."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from boto3.dynamodb.types import TypeSerializer

from signpost.instagram.apps.app import App, app_item, link_item
from signpost.instagram.connection_states import ConnectionState
from signpost.instagram.installs import Install, item
from signpost.instagram.posts import Post
from signpost.instagram.posts import item as post_item
from signpost.instagram.products import Provider

APP_ID = "demo-widget"
INSTALL_ID = "facebook-17841400000000001"
PAGE = 25
NOW = 1_795_244_400.0
_POSTS = 60
_CHILDREN = 5
_NEVER = 4_000_000_000.0
_CAPTION = "Rye with a dark crust, risen over two nights. #bread #baking #sourdough #rye\n" * 4


def reply(operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
    if operation == "BatchGetItem":
        return {"Responses": {"InstagramInstalls": [_INSTALL]}, "UnprocessedKeys": {}}
    if request["TableName"] == "InstagramApps":
        return {"Items": _APP, "Count": len(_APP), "ScannedCount": len(_APP)}
    page = _PAGE_OF_POSTS[: request["Limit"]]
    last = {name: page[-1][name] for name in ("owner", "item")}
    return {"Items": page, "Count": len(page), "ScannedCount": len(page), "LastEvaluatedKey": last}


def _post(number: int) -> dict[str, Any]:
    post_id = f"180000000000{number:05}"
    is_album = number % 5 == 0
    stem = f"pictures/{INSTALL_ID}/{post_id}"
    return post_item(
        INSTALL_ID,
        Post(
            media_id=post_id,
            posted_at=NOW - number * 40_000,
            caption=_CAPTION,
            tags=("bread", "baking", "sourdough", "rye"),
            media_type="CAROUSEL_ALBUM" if is_album else "IMAGE",
            product_type="FEED",
            permalink=f"https://www.instagram.com/p/{post_id}/",
            username="nora.bakes.demo",
            alt_text="A loaf of bread on a wooden board",
            children=tuple({"id": f"{post_id}{n}", "media_type": "IMAGE"} for n in range(_CHILDREN))
            if is_album
            else (),
            metrics={"like_count": 120 + number, "comments_count": number},
            pictures=tuple(f"{stem}-{n + 1}.jpg" for n in range(_CHILDREN)) if is_album else (f"{stem}.jpg",),
        ),
    )


def _typed(stored: Mapping[str, Any]) -> dict[str, Any]:
    serialise = TypeSerializer().serialize
    exact = {name: Decimal(str(value)) if isinstance(value, float) else value for name, value in stored.items()}
    return {name: serialise(value) for name, value in exact.items()}


# What the feed's projection leaves out of a post.
_HIDDEN = ("posted_at", "shortcode")
_PAGE_OF_POSTS = [
    {name: value for name, value in _typed(_post(number)).items() if name not in _HIDDEN} for number in range(_POSTS)
]
_APP = [
    _typed(app_item(App(APP_ID, origins=("https://www.example.com",), version=1))),
    _typed(link_item(APP_ID, INSTALL_ID, "nora.bakes.demo", NOW)),
]
_INSTALL = _typed(
    item(
        Install(
            id=INSTALL_ID,
            provider=Provider.FACEBOOK,
            instagram_account="nora.bakes.demo",
            instagram_business_account_id="17841400000000001",
            connection="01",
            connected_at=NOW,
            state=ConnectionState.ACTIVE,
            token=b"x" * 300,
            issued_at=NOW,
            sync_at=_NEVER,
            synced_at=NOW,
        )
    )
)
_INSTALL["token"] = {"B": "eHh4eHh4"}  # as JSON has it
