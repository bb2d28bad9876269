"""The client over real connections to the local stand-in for Meta, which refuses what Meta refuses."""

from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from local.meta import Meta
from signpost.instagram import signatures
from signpost.instagram.connect import oauth
from signpost.instagram.graph import accounts as graph_accounts
from signpost.instagram.graph import hashtags as graph_hashtags
from signpost.instagram.graph import insights as graph_insights
from signpost.instagram.graph import login as graph_login
from signpost.instagram.graph import media as graph_media
from signpost.instagram.graph.client import Graph
from signpost.instagram.graph.errors import (
    CodeRefused,
    HashtagUnknown,
    MetaUnavailable,
    NotEnoughViewers,
    Throttled,
    TokenDead,
    TokenEnd,
)
from signpost.instagram.graph.wiring import Graphs, build
from signpost.instagram.products import GraphSettings, Provider
from signpost.instagram.scopes import REQUIRED_SCOPES, check_scopes
from tests.integration.instagram import graphs
from tests.timing import Time

BACK = "http://127.0.0.1:1/authcallback"
NORA, KILN = "nora.bakes.demo", "kiln.and.clay.demo"
LOGINS = {Provider.FACEBOOK: "nora", Provider.INSTAGRAM: KILN}
ACCOUNTS = {Provider.FACEBOOK: NORA, Provider.INSTAGRAM: KILN}


@pytest.fixture
def clients(meta: Meta) -> Iterator[Graphs]:
    given = meta.settings()
    hosts = GraphSettings(
        facebook_dialog=given["FB_DIALOG_BASE"],
        instagram_oauth=given["IG_OAUTH_BASE"],
        instagram_authorize=given["IG_AUTHORIZE_URL"],
    )
    with requests.Session() as session:
        yield build(graphs.settings(meta), defaults=hosts, apps=lambda: graphs.apps(meta), session=session)


@pytest.fixture
def facebook(clients: Graphs) -> Graph:
    return clients(Provider.FACEBOOK)


@pytest.fixture
def instagram(clients: Graphs) -> Graph:
    return clients(Provider.INSTAGRAM)


def log_in(graph: Graph, login: str) -> graph_login.Token:
    """Go through the dialog as a browser does; returns the short token."""
    dialog = oauth.dialog_address(oauth.Dialog(graph.provider, BACK, "st.ate"), graph.settings)
    page = requests.get(dialog, timeout=20)
    scopes = dict(parse_qsl(urlsplit(dialog).query))["scope"].split(",")
    form = {"decision": "allow", "login": login, "grant": scopes}
    allowed = requests.post(dialog, data=form, timeout=20, allow_redirects=False)
    assert (page.status_code, allowed.status_code) == (200, 302)
    # The fragment that Meta appends may be copied along.
    address = allowed.headers["Location"]
    parameters = dict(parse_qsl(urlsplit(address).query))
    assert parameters["state"] == "st.ate"
    code = oauth.read_callback({"code": f"{parameters['code']}#{urlsplit(address).fragment}"})
    return graph_login.exchange_code(graph, code, BACK).value


def test_a_facebook_login_from_the_dialog_to_the_account(clock: Time, facebook: Graph) -> None:
    # Given somebody who clicked "Allow"
    token = graph_login.lengthen(facebook, log_in(facebook, "nora").access_token).value

    # When the token is looked at and used
    facts = graph_login.debug_token(facebook, token.access_token).value
    [page] = graph_accounts.my_pages(facebook, token.access_token).value
    person = graph_accounts.my_facebook_user(facebook, token.access_token).value

    # Then it is for this app, with the scopes, and leads to the account through the Page
    oauth.check_app(facts.app_id, facebook.app.app_id)
    check_scopes(Provider.FACEBOOK, facts.scopes)
    assert facts.is_valid
    assert facts.expires_at == token.expires_at(clock())
    assert facts.data_access_expires_at is not None
    assert person.id == facts.user_id
    assert page.account is not None
    assert page.account.username == NORA
    account = graph_accounts.account_fields(facebook, token.access_token, page.account.id).value
    assert (account.id, account.username) == (page.account.id, NORA)
    assert graph_accounts.subscribe(facebook, str(page.access_token), page.id).value


@pytest.mark.parametrize("shape", ["flat", "list"])
def test_an_instagram_login_and_its_refresh(meta: Meta, clock: Time, instagram: Graph, shape: str) -> None:
    # Given somebody who logged in, with either shape of reply
    meta.switches.code_reply = shape  # type: ignore[assignment]
    short = log_in(instagram, KILN)
    check_scopes(Provider.INSTAGRAM, short.permissions or ())
    long = graph_login.lengthen(instagram, short.access_token).value
    account = graph_accounts.my_account(instagram, long.access_token).value
    assert (account.username, account.app_scoped_id != account.id) == (KILN, True)

    # When two days have passed, then the token can be refreshed
    clock.value += 2 * 86_400
    new = graph_login.refresh(instagram, long.access_token).value
    assert new.expires_in is not None
    assert new.expires_in > 59 * 86_400
    assert graph_accounts.subscribe(instagram, new.access_token, account.id).value


@pytest.mark.parametrize("provider", Provider)
def test_a_code_works_once(meta: Meta, clients: Graphs, provider: Provider) -> None:
    address = meta.authorize(provider.value, LOGINS[provider], REQUIRED_SCOPES[provider][:1], BACK)
    code = oauth.read_callback(dict(parse_qsl(urlsplit(address).query)))
    graph_login.exchange_code(clients(provider), code, BACK)

    with pytest.raises(CodeRefused):
        graph_login.exchange_code(clients(provider), code, BACK)


@pytest.mark.parametrize("provider", Provider)
def test_all_posts_come_page_by_page(meta: Meta, clients: Graphs, provider: Provider) -> None:
    graph, account = clients(provider), meta.state.world.account(ACCOUNTS[provider])
    token = log_in(graph, LOGINS[provider]).access_token

    page = graph_media.account_media(graph, token, account.id, limit=10).value
    posts = [post.id for post in page.media]
    while page.after is not None:
        page = graph_media.account_media(graph, token, account.id, page.after, limit=10).value
        posts += [post.id for post in page.media]

    assert posts == [media.id for media in account.media]


def test_posts_with_all_their_gaps_are_read(meta: Meta, instagram: Graph) -> None:
    token = log_in(instagram, KILN).access_token
    account = meta.state.world.account(KILN)

    page = graph_media.account_media(instagram, token, account.id, limit=50).value

    assert len(page.media) == len(account.media)
    assert any(post.media_url is None for post in page.media)
    assert any(post.caption == "" for post in page.media)
    album = next(post for post in page.media if post.children)
    assert graph_media.album_children(instagram, token, album.id).value == album.children
    assert graph_media.one_media(instagram, token, album.id).value.permalink == album.permalink
    assert graph_media.account_stories(instagram, token, account.id).value.media[0].product_type == "STORY"


@pytest.mark.parametrize("provider", Provider)
def test_insights_of_every_kind_of_post(meta: Meta, clients: Graphs, provider: Provider) -> None:
    graph, account = clients(provider), meta.state.world.account(ACCOUNTS[provider])
    token = log_in(graph, LOGINS[provider]).access_token
    # Some of these have been removed from the API.
    wanted = ("impressions", "views", "video_views", "reach")

    for media in account.media[:4]:
        insights = graph_insights.media_insights(graph, token, media.id, media.product_type).value
        assert insights.values["reach"] > 0
        assert insights.dropped == ()
        some = graph_insights.some_insights(graph, token, media.id, wanted).value
        assert set(some.values) == {"views", "reach"}
        assert set(some.dropped) == {"impressions", "video_views"}
    with pytest.raises(NotEnoughViewers):
        graph_insights.media_insights(graph, token, account.stories[0].id, "STORY")


def test_hashtags(meta: Meta, facebook: Graph) -> None:
    token = log_in(facebook, "nora").access_token
    account_id = meta.state.world.account(NORA).id
    meta.state.hashtags_missing.add("nosuchtag")

    tag = graph_hashtags.hashtag_id(facebook, token, account_id, "#bread").value

    assert graph_hashtags.hashtag_media(facebook, token, account_id, tag).value.media
    with pytest.raises(HashtagUnknown):
        graph_hashtags.hashtag_id(facebook, token, account_id, "nosuchtag")


def test_throttles_dead_tokens_and_gateways(meta: Meta, instagram: Graph) -> None:
    token = log_in(instagram, KILN).access_token

    # Given an account that is throttled, then it is known for how long, and how full it is
    meta.throttle(80002, minutes=17, login=KILN)
    with pytest.raises(Throttled) as throttled:
        graph_accounts.my_account(instagram, token)
    assert throttled.value.retry_after >= 17 * 60
    assert throttled.value.facts.usage.must_pause
    meta.calm()
    meta.set_usage(93, KILN)
    assert graph_accounts.my_account(instagram, token).usage.percent == 93

    # Given an answer that is not JSON, then it can be tried again
    meta.fail_next(0, status=502)
    with pytest.raises(MetaUnavailable):
        graph_accounts.my_account(instagram, token)

    # Given somebody who removed the app, then that is the reason
    meta.kill_tokens(KILN, 458)
    with pytest.raises(TokenDead) as dead:
        graph_accounts.my_account(instagram, token)
    assert dead.value.reason is TokenEnd.REVOKED


@pytest.mark.parametrize("provider", Provider)
def test_signed_requests_that_meta_posts(meta: Meta, clock: Time, provider: Provider) -> None:
    sent = meta.signed_request(provider.value, LOGINS[provider])

    read = signatures.read_signed_request(sent, graphs.apps(meta).signing_secrets)

    assert read.issued_at == clock()
    assert read.user_id is not None


def test_an_unreachable_meta_is_named_without_the_token(instagram: Graph) -> None:
    nowhere = instagram.settings._replace(instagram_graph="http://127.0.0.1:9")

    with pytest.raises(MetaUnavailable) as caught:
        graph_login.refresh(Graph(Provider.INSTAGRAM, nowhere), "hush")

    assert "hush" not in f"{caught.value!r} {caught.value.facts}"
