"""Who may read what on the Graph API: versions, tokens, proofs, permissions, fields and paging."""

import re
from itertools import pairwise
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from local.meta import Meta
from tests.integration.local.meta.conftest import FACEBOOK, INSTAGRAM, KILN, NORA, NOW, READ, Client, first, signature

PROFILE = "user_id,username,name,account_type,profile_picture_url,followers_count,follows_count,media_count"


def nora(meta: Meta) -> str:
    return meta.account(NORA).id


@pytest.mark.parametrize("path", ["v26.0/me", "v21.0/me", "me", "v20.0/me", "v27.0/me"])
def test_versions_can_be_probed_without_a_token(meta: Meta, path: str) -> None:
    error = requests.get(f"{meta.settings()['GRAPH_FB_BASE']}/{path}", timeout=20).json()["error"]
    assert error["code"] == 2500
    assert ("Unknown path components" in error["message"]) == path.startswith("v27")


@pytest.mark.parametrize("version", ["", "/v26.0", "/v21.0", "/v20.0", "/v2.12"])
def test_live_and_expired_versions_work(facebook: Client, version: str) -> None:
    facebook.version = version
    answer = facebook.call("me")
    assert answer.json()["name"] == "Nora Lindqvist"
    # An expired version is served by the oldest one, silently
    assert answer.headers["facebook-api-version"] == ("v26.0" if version == "/v26.0" else "v21.0")


@pytest.mark.parametrize("version", ["/v27.0", "/v26.1", "/v99.0"])
def test_versions_that_do_not_exist_are_refused(facebook: Client, version: str) -> None:
    facebook.version = version
    assert facebook.refused("me") == (2500, None)


def test_the_token_may_be_a_parameter(facebook: Client) -> None:
    assert facebook.token
    token, facebook.token = facebook.token.value, None
    assert facebook.get("me", access_token=token)["name"] == "Nora Lindqvist"
    assert facebook.refused("me", access_token="EAAwrong") == (190, None)
    assert facebook.refused("me") == (2500, None)


def test_tokens_work_on_their_own_host_only(meta: Meta, facebook: Client, instagram: Client) -> None:
    facebook.base, instagram.base = instagram.base, facebook.base
    assert facebook.refused("me") == (190, None)
    assert instagram.refused("me") == (190, None)


def test_appsecret_proof_is_checked(meta: Meta, facebook: Client) -> None:
    # Given the right proof, a wrong one, and none
    assert facebook.token
    right = signature(meta.facebook.secret, facebook.token.value.encode())
    facebook.get("me", appsecret_proof=right)
    assert facebook.refused("me", appsecret_proof="0" * 64) == (100, None)
    facebook.get("me")
    # When the app makes it mandatory, then none is refused too
    meta.switches.require_appsecret_proof = True
    assert facebook.refused("me") == (100, None)
    facebook.get("me", appsecret_proof=right)
    # And `paging.next` does not contain it
    following = facebook.get(f"{nora(meta)}/media", limit=1, appsecret_proof=right)["paging"]["next"]
    assert requests.get(following, timeout=20).json()["error"]["code"] == 100
    assert requests.get(f"{following}&appsecret_proof={right}", timeout=20).status_code == 200


def test_instagram_login_has_no_appsecret_proof(meta: Meta, instagram: Client) -> None:
    meta.switches.require_appsecret_proof = True
    instagram.get("me")


def test_pages_lead_to_the_account(meta: Meta, facebook: Client) -> None:
    fields = "id,name,access_token,tasks,instagram_business_account{id,username,name,profile_picture_url,media_count}"
    page = facebook.get("me/accounts", fields=fields)["data"][0]
    assert page["name"] == "Nora Bakes"
    assert page["instagram_business_account"]["id"] == nora(meta)
    assert page["instagram_business_account"]["username"] == NORA
    # Naming fields drops the defaults
    assert facebook.get("me/accounts", fields="name")["data"][0].keys() == {"id", "name"}
    # And the Page itself leads to the account too, as in Meta's documents
    found = facebook.get(page["id"], fields="instagram_business_account")
    assert found == {"id": page["id"], "instagram_business_account": {"id": nora(meta)}}


def test_logins_without_page_or_account(meta: Meta, facebook: Client) -> None:
    facebook.token = meta.connect("facebook", "tom", FACEBOOK)
    assert facebook.get("me/accounts") == {"data": []}
    facebook.token = meta.connect("facebook", "priya", FACEBOOK)
    page = facebook.get("me/accounts", fields="name,instagram_business_account")["data"][0]
    assert page.keys() == {"id", "name"}


def test_pages_need_permissions(meta: Meta, facebook: Client) -> None:
    facebook.token = meta.connect("facebook", "nora", ("instagram_basic",))
    assert facebook.get("me/accounts") == {"data": []}
    facebook.token = meta.connect("facebook", "nora", ("pages_show_list",))
    page = facebook.get("me/accounts", fields="instagram_business_account")["data"][0]
    assert "instagram_business_account" not in page


def test_pages_are_paged(meta: Meta, facebook: Client) -> None:
    facebook.token = meta.connect("facebook", "ruth", FACEBOOK)
    answer = facebook.get("me/accounts", fields="name", limit=1)
    seen = [page["name"] for page in answer["data"]]
    while "next" in answer["paging"]:
        answer = requests.get(answer["paging"]["next"], timeout=20).json()
        seen += [page["name"] for page in answer["data"]]
    assert seen == ["Ruth's Bikes", "Ruth's Choir", "Lena"]


@pytest.mark.parametrize("scopes", [("pages_read_engagement",), ("instagram_basic",)])
def test_accounts_need_permissions(meta: Meta, facebook: Client, scopes: tuple[str, ...]) -> None:
    facebook.token = meta.connect("facebook", "nora", scopes)
    assert facebook.refused(nora(meta)) == (10, None)
    assert facebook.refused(f"{nora(meta)}/media") == (10, None)


def test_instagram_login_identifies_its_account(meta: Meta, instagram: Client) -> None:
    kiln = meta.account(KILN)
    me = instagram.get("me", fields=PROFILE)
    assert (me["id"], me["user_id"]) == (kiln.app_scoped_id, kiln.id)
    assert (me["account_type"], me["media_count"]) == ("Media_Creator", 25)
    assert instagram.get("me") == {"id": kiln.app_scoped_id}
    assert instagram.get(kiln.id, fields="username") == instagram.get("me", fields="username")


def test_an_account_without_a_role_gets_the_misleading_error(meta: Meta, instagram: Client) -> None:
    meta.account(KILN).tester = False
    error = instagram.call("me").json()["error"]
    assert (error["type"], error["code"]) == ("IGApiException", 100)
    assert error["message"] == "Unsupported request - method type: get"


def test_instagram_login_needs_its_basic_permission(meta: Meta, instagram: Client) -> None:
    meta.remove_permission(KILN, "instagram_business_basic")
    assert instagram.refused("me") == (10, None)


@pytest.mark.parametrize("fields", ["nope", "id,nope", "media{nope}", "username,followers"])
def test_unknown_fields_are_refused(meta: Meta, facebook: Client, fields: str) -> None:
    assert facebook.refused(nora(meta), fields=fields) == (100, None)


@pytest.mark.parametrize("fields", ["id,", "media{id", "media.limit(2", "media.limit", "{id}", "id}", ","])
def test_fields_that_cannot_be_read_are_refused(meta: Meta, facebook: Client, fields: str) -> None:
    assert facebook.refused(nora(meta), fields=fields) == (2500, None)


@pytest.mark.parametrize(
    "field", ["saved_count", "shares_count", "total_views_count", "reposts_count", "media_audio_type"]
)
def test_some_fields_are_for_facebook_login_only(meta: Meta, facebook: Client, instagram: Client, field: str) -> None:
    facebook.get(f"{nora(meta)}/media", fields=field)
    assert instagram.refused("me/media", fields=field) == (100, None)


@pytest.mark.parametrize("field", ["user_id", "account_type"])
def test_some_fields_are_for_instagram_login_only(meta: Meta, facebook: Client, field: str) -> None:
    assert facebook.refused(nora(meta), fields=field) == (100, None)


@pytest.mark.parametrize("path", ["12345", "nope", "me/nope", "{account}/nope", "{account}/subscribed"])
def test_missing_objects_and_paths_are_refused(meta: Meta, facebook: Client, path: str) -> None:
    assert facebook.refused(path.format(account=nora(meta)))[0] in {100, 2500}


def test_objects_of_others_are_out_of_reach(meta: Meta, facebook: Client, instagram: Client) -> None:
    kiln = meta.account(KILN)
    assert facebook.refused(kiln.id) == (100, 33)
    assert facebook.refused(kiln.media[0].id) == (100, 33)
    assert instagram.refused(meta.account(NORA).media[0].id) == (100, 33)
    # The id of Instagram Login means nothing here
    assert facebook.refused(meta.account(NORA).app_scoped_id) == (100, 33)


@pytest.mark.parametrize("method", ["POST", "DELETE", "PUT"])
def test_objects_are_read_with_get(meta: Meta, facebook: Client, method: str) -> None:
    assert facebook.refused(f"{nora(meta)}/media", method)[0] == 100


def test_media_are_paged_newest_first(meta: Meta, facebook: Client) -> None:
    # Given a first page of ten
    answer = facebook.get(f"{nora(meta)}/media", fields="id,timestamp", limit=10)
    pages, stamps = 1, [each["timestamp"] for each in answer["data"]]
    # When something is published before `next` is followed
    meta.publish(NORA, "In between")
    while "next" in answer["paging"]:
        answer = requests.get(answer["paging"]["next"], timeout=20).json()
        pages += 1
        stamps += [each["timestamp"] for each in answer["data"]]
    # Then each old post comes once, newest first
    assert pages == 3
    assert len(stamps) == len(set(stamps)) == 25
    assert all(newer > older for newer, older in pairwise(stamps))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000", stamps[0])
    # And the way back is there
    back = requests.get(answer["paging"]["previous"], timeout=20).json()
    assert [each["timestamp"] for each in back["data"]] == stamps[10:20]


def test_the_cursor_can_be_used_without_next(meta: Meta, instagram: Client) -> None:
    one = instagram.get("me/media", limit=24)
    two = instagram.get("me/media", limit=24, after=one["paging"]["cursors"]["after"])
    assert len(two["data"]) == 1
    assert "next" not in two["paging"]
    assert instagram.get("me/media", after=two["paging"]["cursors"]["after"]) == {"data": []}


def test_media_can_be_read_by_time(meta: Meta, instagram: Client) -> None:
    posts = meta.account(KILN).media
    since = int(posts[3].timestamp)
    found = instagram.get("me/media", since=since, until=int(posts[0].timestamp), limit=2)
    assert [each["id"] for each in found["data"]] == [posts[1].id, posts[2].id]
    # And `next` keeps to it
    rest = requests.get(found["paging"]["next"], timeout=20).json()
    assert [each["id"] for each in rest["data"]] == [posts[3].id]
    assert instagram.get("me/media", since="2026-11-01T00:00:00+00:00", limit=1)["data"][0]["id"] == posts[0].id
    assert instagram.get("me/media", since=int(NOW) + 9) == {"data": []}


@pytest.mark.parametrize(
    "params", [{"limit": 0}, {"limit": "many"}, {"after": "wrong"}, {"after": "AAAA"}, {"since": "soon"}]
)
def test_wrong_paging_is_refused(instagram: Client, params: dict[str, str]) -> None:
    assert instagram.refused("me/media", **params) == (100, None)


def test_media_have_the_gaps_that_real_ones_have(meta: Meta, facebook: Client) -> None:
    fields = "id,caption,media_type,media_product_type,media_url,thumbnail_url,permalink,like_count,comments_count"
    fields += ",children{id,media_type,media_url}"
    data = facebook.get(f"{nora(meta)}/media", fields=fields, limit=100)["data"]
    assert len(data) == 25
    assert {each["media_type"] for each in data} == {"IMAGE", "VIDEO", "CAROUSEL_ALBUM"}
    assert {each["media_product_type"] for each in data} == {"FEED", "REELS"}
    for field in ("caption", "media_url", "like_count"):
        assert 0 < sum(field not in each for each in data) < 25, field
    assert all(("thumbnail_url" in each) == (each["media_type"] == "VIDEO") for each in data)
    assert all(("children" in each) == (each["media_type"] == "CAROUSEL_ALBUM") for each in data)


def test_hidden_likes_show_when_the_post_itself_is_read(meta: Meta, facebook: Client) -> None:
    media = first(meta.account(NORA).media, hides_likes=True)
    assert facebook.get(media.id, fields="like_count")["like_count"] == media.likes


def test_items_of_an_album(meta: Meta, instagram: Client) -> None:
    album = first(meta.account(KILN).media, media_type="CAROUSEL_ALBUM")
    children = instagram.get(f"{album.id}/children", fields="id,media_url,caption")["data"]
    assert [each["id"] for each in children] == [child.id for child in album.children]
    assert not any("caption" in each for each in children)
    single = first(meta.account(KILN).media, media_type="IMAGE")
    assert instagram.get(f"{single.id}/children") == {"data": []}


def test_captions_lose_their_mentions_without_an_admin_task(meta: Meta, facebook: Client) -> None:
    # Given Ruth, who may only analyze Lena's Page
    lena = meta.account("lena.paints.demo")
    post = meta.publish(lena.username, "With @someone")
    facebook.token = meta.connect("facebook", "ruth", FACEBOOK)
    assert facebook.get(post.id, fields="caption")["caption"] == "With someone"
    # On her own Page she sees all
    own = meta.publish("ruth.bikes.demo", "With @someone")
    assert facebook.get(own.id, fields="caption")["caption"] == "With @someone"


def test_comments_and_replies(meta: Meta, facebook: Client) -> None:
    media, comment = meta.comment(NORA, "Lovely!")
    _, reply = meta.comment(NORA, "Thanks!", username=NORA, media_id=media.id, reply_to=comment.id)
    fields = "id,text,timestamp,username,from,like_count,hidden,parent_id,replies{id,text}"
    found = {each["id"]: each for each in facebook.get(f"{media.id}/comments", fields=fields)["data"]}
    assert found[comment.id]["text"] == "Lovely!"
    assert found[comment.id]["from"] == {"id": comment.from_id, "username": "sam.cooks.demo"}
    assert found[comment.id]["replies"]["data"] == [{"id": reply.id, "text": "Thanks!"}]
    assert reply.id not in found
    assert facebook.get(reply.id, fields="parent_id")["parent_id"] == comment.id
    assert facebook.get(f"{comment.id}/replies")["data"][0]["id"] == reply.id


def test_comments_need_a_permission(meta: Meta, facebook: Client) -> None:
    media, comment = meta.comment(NORA, "Lovely!")
    facebook.token = meta.connect("facebook", "nora", READ)
    assert facebook.refused(f"{media.id}/comments") == (10, None)
    assert facebook.refused(comment.id) == (10, None)


def test_fields_expand_to_any_depth(meta: Meta, facebook: Client) -> None:
    fields = "instagram_business_account{media.limit(2){id,comments.limit(1){text}}}"
    media = facebook.get("me/accounts", fields=fields)["data"][0]["instagram_business_account"]["media"]
    assert len(media["data"]) == 2
    assert media["data"][0]["comments"]["data"][0].keys() == {"id", "text"}
    # And the inner edge's `next` can be followed
    following = requests.get(media["paging"]["next"], timeout=20).json()
    assert following["data"][0]["id"] == meta.account(NORA).media[2].id
    assert parse_qs(urlsplit(media["paging"]["next"]).query)["limit"] == ["2"]


def test_business_discovery(meta: Meta, facebook: Client, instagram: Client) -> None:
    inner = "followers_count,media_count,media.limit(3){id,caption,view_count}"
    fields = f"business_discovery.username({KILN}){{{inner}}}"
    found = facebook.get(nora(meta), fields=fields)["business_discovery"]
    assert found["media_count"] == 25
    assert len(found["media"]["data"]) == 3
    assert "view_count" in found["media"]["data"][0]
    assert facebook.refused(nora(meta), fields="business_discovery.username(nobody){id}") == (110, 2207013)
    assert facebook.refused(nora(meta), fields="business_discovery{id}") == (100, None)
    assert instagram.refused("me", fields=fields) == (100, None)


def test_mentions_and_photo_tags(meta: Meta, facebook: Client) -> None:
    post = meta.publish(KILN, f"Made for @{NORA}")
    _, comment = meta.comment(KILN, f"@{NORA} look")
    _, other = meta.comment(KILN, "Nobody is named")
    account = nora(meta)
    found = facebook.get(account, fields=f"mentioned_media.media_id({post.id}){{caption,username}}")
    assert found["mentioned_media"]["username"] == KILN
    found = facebook.get(account, fields=f"mentioned_comment.comment_id({comment.id}){{text}}")
    assert found["mentioned_comment"]["text"] == f"@{NORA} look"
    assert facebook.refused(account, fields=f"mentioned_comment.comment_id({other.id}){{text}}") == (100, 33)
    assert facebook.refused(account, fields="mentioned_media.media_id(1){id}") == (100, 33)
    assert [each["id"] for each in facebook.get(f"{account}/tags")["data"]] == [post.id]


def test_stories_live_for_a_day_and_are_not_media(meta: Meta, instagram: Client) -> None:
    story = meta.publish(KILN, product_type="STORY")
    assert instagram.get("me/stories")["data"][0]["id"] == story.id
    assert story.id not in {each["id"] for each in instagram.get("me/media")["data"]}
    meta.publish(KILN, product_type="STORY", seconds_ago=86_400)
    assert len(instagram.get("me/stories")["data"]) == 2


def test_new_posts_are_seen_by_polling(meta: Meta, instagram: Client) -> None:
    meta.publish(KILN, "Old, but only now", seconds_ago=7200)
    post = meta.publish(KILN, "Nové! 🎉 #ED")
    found = instagram.get("me/media", fields="id,caption,permalink,owner,shortcode", since=int(NOW) - 60)["data"]
    assert [each["id"] for each in found] == [post.id]
    assert found[0]["caption"] == "Nové! 🎉 #ED"
    assert found[0]["owner"] == {"id": meta.account(KILN).app_scoped_id}


def test_subscriptions_of_instagram_login(meta: Meta, instagram: Client) -> None:
    path = f"{meta.account(KILN).id}/subscribed_apps"
    assert instagram.get(path) == {"data": []}
    assert instagram.call(path, "POST", subscribed_fields="comments,mentions").json() == {"success": True}
    assert instagram.get(path)["data"][0]["subscribed_fields"] == ["comments", "mentions"]
    assert instagram.call(path, "DELETE").json() == {"success": True}
    assert instagram.get(path) == {"data": []}
    # There is no event for new media, and an empty list and `me` are refused
    assert instagram.refused(path, "POST", subscribed_fields="media") == (100, None)
    assert instagram.refused(path, "POST") == (100, None)
    assert instagram.refused(path, "PUT") == (100, 33)
    assert instagram.refused("me/subscribed_apps", "POST", subscribed_fields="comments") == (100, None)
    assert instagram.refused("1/subscribed_apps", "POST", subscribed_fields="comments") == (100, 33)


def test_subscriptions_of_pages_need_the_page_token(meta: Meta, facebook: Client) -> None:
    page = facebook.get("me/accounts")["data"][0]
    path = f"{page['id']}/subscribed_apps"
    assert facebook.refused(path, "POST", subscribed_fields="feed") == (210, None)
    owner = Client(facebook.base, meta.state.tokens.tokens[page["access_token"]])
    assert owner.call(path, "POST", subscribed_fields="feed").json() == {"success": True}
    assert owner.get(path)["data"][0]["subscribed_fields"] == ["feed"]
    assert owner.refused(path, "POST", subscribed_fields="comments") == (100, None)
    assert owner.refused("1/subscribed_apps", "POST", subscribed_fields="feed") == (100, 33)
    meta.remove_permission("nora", "pages_manage_metadata")
    assert owner.refused(path, "POST", subscribed_fields="feed") == (200, None)


def test_both_products_read_the_same_account(meta: Meta, facebook: Client, instagram: Client) -> None:
    instagram.token = meta.connect("instagram", NORA, INSTAGRAM)
    theirs = [each["id"] for each in instagram.get("me/media")["data"]]
    assert theirs == [each["id"] for each in facebook.get(f"{nora(meta)}/media")["data"]]


def test_a_renamed_account_keeps_its_ids_and_posts(meta: Meta, instagram: Client) -> None:
    before = instagram.get("me", fields="id,user_id,username,media_count")
    meta.rename(before["username"], "renamed.demo")
    try:
        assert instagram.get("me", fields="id,user_id,username,media_count") == {**before, "username": "renamed.demo"}
        [post, *_] = instagram.get("me/media", fields="username")["data"]
        assert post["username"] == "renamed.demo"
        with pytest.raises(ValueError, match="there already"):
            meta.rename("renamed.demo", "renamed.demo")
    finally:
        meta.rename("renamed.demo", before["username"])
