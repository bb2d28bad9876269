"""The fields that are more than an attribute of the object."""

from typing import Any

from local.meta import pictures
from local.meta.errors import invalid, known, missing_object
from local.meta.graph import insights
from local.meta.graph.fields import Field
from local.meta.graph.nodes import ABSENT, Many, One, Query, Resolver, needs
from local.meta.world import DAY_S, Account, Comment, FacebookPage, Media, Person


def caption_of(query: Query, media: Media, _field: Field) -> Any:
    if not media.caption or media.parent_id:
        return ABSENT
    pages = query.token.holder.pages if isinstance(query.token.holder, Person) else []
    admin = any(page.account and page.account.id == media.owner_id and "MANAGE" in page.tasks for page in pages)
    return media.caption if admin or not query.facebook else media.caption.replace("@", "")


def media_url(query: Query, media: Media, _field: Field) -> Any:
    if not media.shown_url:
        return ABSENT
    name = f"{media.picture}.{'mp4' if media.media_type == 'VIDEO' else 'png'}"
    return pictures.address(query.state.url, name, query.now)


def thumbnail_of(query: Query, media: Media, _field: Field) -> Any:
    if media.media_type != "VIDEO":
        return ABSENT
    return pictures.address(query.state.url, f"{media.picture}.png", query.now)


def permalink_of(_query: Query, media: Media, _field: Field) -> Any:
    kind = "reel" if media.product_type == "REELS" else "p"
    return f"https://www.instagram.com/{kind}/{media.shortcode}/"


def children_of(_query: Query, media: Media, _field: Field) -> Any:
    return Many("media", media.children) if media.children else ABSENT


def comments_of(query: Query, media: Media, _field: Field) -> Any:
    needs(query, "instagram_manage_comments", "instagram_business_manage_comments")
    first = [each for each in media.comments if each.parent_id is None]
    return Many("comment", sorted(first, key=lambda each: (-each.timestamp, -int(each.id))), 50)


def media_insights(query: Query, media: Media, field: Field) -> Any:
    needs(query, "instagram_manage_insights", "instagram_business_manage_insights")
    query.state.limits.check_metrics(insights.asked(field.arguments))
    return {"data": insights.of_media(media, field.arguments, facebook=query.facebook)}


def account_insights(query: Query, account: Account, field: Field) -> Any:
    needs(query, "instagram_manage_insights", "instagram_business_manage_insights")
    query.state.limits.check_metrics(insights.asked(field.arguments))
    return {"data": insights.of_account(account, field.arguments, query.now)}


def metric(name: str) -> Resolver:
    return lambda _query, media, _field: insights.media_value(media, name)


def account_id(query: Query, account: Account, _field: Field) -> str:
    return account.id if query.facebook else account.app_scoped_id


def portrait_of(query: Query, account: Account, _field: Field) -> str:
    return pictures.address(query.state.url, f"{account.motifs[0]}-{account.id}.png", query.now)


def stories_of(query: Query, account: Account, _field: Field) -> Many:
    return Many("media", [story for story in account.stories if story.timestamp > query.now - DAY_S])


def discover_of(query: Query, _account: Account, field: Field) -> One:
    username = field.arguments.get("username")
    if username is None:
        raise invalid("The parameter username is required.")
    for account in query.state.world.accounts:
        if account.username == username:
            return One("discovered", account)
    raise known(110, 2207013)


def mentioned_media(query: Query, _account: Account, field: Field) -> One:
    media = query.state.world.media(field.arguments.get("media_id", ""))
    if media is None:
        raise missing_object(field.arguments.get("media_id", ""))
    return One("media", media)


def mentioned_comment(query: Query, account: Account, field: Field) -> One:
    wanted = field.arguments.get("comment_id", "")
    for owner in query.state.world.accounts:
        for media in owner.media:
            for comment in media.comments:
                if comment.id == wanted and f"@{account.username}" in comment.text:
                    return One("comment", comment)
    raise missing_object(wanted)


def tags_of(query: Query, account: Account, _field: Field) -> Many:
    tagged = f"@{account.username}"
    others = [owner for owner in query.state.world.accounts if owner is not account]
    return Many("media", [media for owner in others for media in owner.media if tagged in (media.caption or "")])


def page_account(query: Query, page: FacebookPage, _field: Field) -> Any:
    """Left out when the user did not grant `instagram_basic`, as if there were no account."""
    granted = "instagram_basic" in query.token.scopes
    return One("account", page.readable) if page.readable and granted else ABSENT


def page_token(query: Query, page: FacebookPage, _field: Field) -> str:
    return query.state.tokens.page_token(query.token, page).value


def from_of(_query: Query, comment: Comment, _field: Field) -> Any:
    """None for somebody who has deleted their account."""
    if not comment.from_id:
        return ABSENT
    return {"id": comment.from_id, "username": comment.username}
