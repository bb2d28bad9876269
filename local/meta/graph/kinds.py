"""The fields of each kind of object.

Sources: Meta's references of "IG User", "IG Media", "IG Comment", "IG Hashtag" and "Page", for both products.
"""

from typing import Final

from local.meta.graph import resolvers
from local.meta.graph.nodes import ABSENT, Kind, Many, Resolver, just, of, stamp

_MEDIA: Final[dict[str, Resolver]] = {
    "id": of("id"),
    "caption": resolvers.caption_of,
    "media_type": of("media_type"),
    "media_product_type": of("product_type"),
    "media_url": resolvers.media_url,
    "thumbnail_url": resolvers.thumbnail_of,
    "permalink": resolvers.permalink_of,
    "shortcode": of("shortcode"),
    "timestamp": lambda _query, media, _field: stamp(media.timestamp),
    "username": of("username"),
    "owner": lambda query, media, _field: {
        "id": resolvers.account_id(query, query.state.world.account(media.owner_id), _field)
    },
    "like_count": of("likes"),
    "comments_count": lambda _query, media, _field: len(media.comments),
    "is_comment_enabled": just(value=True),
    "is_shared_to_feed": lambda _q, media, _f: media.product_type == "REELS" or ABSENT,
    "alt_text": just(ABSENT),
    "is_ai_generated": just(value=False),
    "children": resolvers.children_of,
    "comments": resolvers.comments_of,
    "insights": resolvers.media_insights,
    "reposts_count": resolvers.metric("reposts"),
    "saved_count": resolvers.metric("saved"),
    "shares_count": resolvers.metric("shares"),
    "total_like_count": resolvers.metric("likes"),
    "total_comments_count": resolvers.metric("comments"),
    "total_views_count": resolvers.metric("views"),
    "view_count": resolvers.metric("views"),
    "media_audio_type": just(ABSENT),
    "legacy_instagram_media_id": of("id"),
}
_ACCOUNT: Final[dict[str, Resolver]] = {
    "id": resolvers.account_id,
    "user_id": of("id"),
    "ig_id": lambda _query, account, _field: int(account.id[-10:]),
    "username": of("username"),
    "name": of("name"),
    "account_type": of("account_type"),
    "biography": of("biography"),
    "website": of("website"),
    "profile_picture_url": resolvers.portrait_of,
    "followers_count": of("followers"),
    "follows_count": of("follows"),
    "media_count": lambda _query, account, _field: len(account.media),
    "has_profile_pic": just(value=True),
    "is_published": just(value=True),
    "legacy_instagram_user_id": lambda _query, account, _field: account.id[-10:],
    "media": lambda _query, account, _field: Many("media", account.media, stamped=True),
    "stories": resolvers.stories_of,
    "insights": resolvers.account_insights,
    "business_discovery": resolvers.discover_of,
    "mentioned_media": resolvers.mentioned_media,
    "mentioned_comment": resolvers.mentioned_comment,
    "tags": resolvers.tags_of,
}
_HASHTAG_FIELDS: Final = ("caption", "children", "comments_count", "id", "like_count", "media_type", "permalink")
KINDS: Final[dict[str, Kind]] = {
    "media": Kind(
        _MEDIA,
        facebook_only=frozenset(list(_MEDIA)[list(_MEDIA).index("reposts_count") :]),
    ),
    "hashtag_media": Kind(
        {name: _MEDIA[name] for name in (*_HASHTAG_FIELDS, "timestamp")}
        | {
            "media_url": lambda q, m, f: (
                ABSENT if m.children or m.media_type == "CAROUSEL_ALBUM" else resolvers.media_url(q, m, f)
            )
        }
    ),
    "account": Kind(
        _ACCOUNT,
        facebook_only=frozenset({"business_discovery", "mentioned_media", "mentioned_comment", "tags", "ig_id"}),
        instagram_only=frozenset({"user_id", "account_type"}),
    ),
    "discovered": Kind({name: _ACCOUNT[name] for name in _ACCOUNT if name not in {"stories", "insights", "tags"}}),
    "comment": Kind(
        {
            "id": of("id"),
            "text": of("text"),
            "timestamp": lambda _query, comment, _field: stamp(comment.timestamp),
            "username": of("username"),
            "from": resolvers.from_of,
            "like_count": of("likes"),
            "hidden": of("hidden"),
            "parent_id": of("parent_id"),
            "replies": lambda _q, comment, _f: Many("comment", comment.replies, 50) if comment.replies else ABSENT,
        },
        default=("id", "text", "timestamp"),
    ),
    "page": Kind(
        {
            "id": of("id"),
            "name": of("name"),
            "category": just("Local business"),
            "tasks": of("tasks"),
            "access_token": resolvers.page_token,
            "instagram_business_account": resolvers.page_account,
        },
        default=("access_token", "category", "name", "id", "tasks"),
    ),
    "person": Kind({"id": of("id"), "name": of("name")}, default=("id", "name")),
    "hashtag": Kind({"id": of("id"), "name": of("name")}),
}
