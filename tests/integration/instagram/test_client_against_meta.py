"""The client over real connections to the stand-in for Meta: what no function calls yet, and posts with gaps."""

from collections.abc import Iterator

import pytest
import requests

from local.meta import Meta
from signpost.instagram.graph import insights as graph_insights
from signpost.instagram.graph import login as graph_login
from signpost.instagram.graph import media as graph_media
from signpost.instagram.graph.client import Graph
from signpost.instagram.graph.errors import MetaUnavailable, NotEnoughViewers
from signpost.instagram.graph.wiring import Graphs, build
from signpost.instagram.products import Provider
from signpost.instagram.scopes import DEFAULT_SCOPES
from tests.integration.instagram import graphs

LOGINS = {Provider.FACEBOOK: "nora", Provider.INSTAGRAM: "kiln.and.clay.demo"}
ACCOUNTS = {Provider.FACEBOOK: "nora.bakes.demo", Provider.INSTAGRAM: "kiln.and.clay.demo"}


@pytest.fixture
def clients(meta: Meta) -> Iterator[Graphs]:
    with requests.Session() as session:
        yield build(graphs.settings(meta), apps=lambda: graphs.apps(meta), session=session)


def token(meta: Meta, provider: Provider) -> str:
    return meta.connect(provider.value, LOGINS[provider], DEFAULT_SCOPES[provider]).value


@pytest.mark.parametrize("provider", Provider)
def test_all_posts_come_page_by_page(meta: Meta, clients: Graphs, provider: Provider) -> None:
    account, access = meta.account(ACCOUNTS[provider]), token(meta, provider)

    page = graph_media.account_media(clients(provider), access, account.id, limit=10).value
    posts = [post.id for post in page.media]
    while page.after is not None:
        page = graph_media.account_media(clients(provider), access, account.id, page.after, limit=10).value
        posts += [post.id for post in page.media]

    assert posts == [media.id for media in account.media]


def test_posts_with_all_their_gaps_are_read(meta: Meta, clients: Graphs) -> None:
    instagram, access = clients(Provider.INSTAGRAM), token(meta, Provider.INSTAGRAM)
    account = meta.account(ACCOUNTS[Provider.INSTAGRAM])

    page = graph_media.account_media(instagram, access, account.id, limit=50).value

    assert len(page.media) == len(account.media)
    assert any(post.media_url is None for post in page.media)
    assert any(post.caption == "" for post in page.media)
    album = next(post for post in page.media if post.children)
    assert graph_media.album_children(instagram, access, album.id).value == album.children
    assert graph_media.one_media(instagram, access, album.id).value.permalink == album.permalink
    assert graph_media.account_stories(instagram, access, account.id).value.media[0].product_type == "STORY"


@pytest.mark.parametrize("provider", Provider)
def test_insights_of_every_kind_of_post(meta: Meta, clients: Graphs, provider: Provider) -> None:
    graph, account, access = clients(provider), meta.account(ACCOUNTS[provider]), token(meta, provider)
    removed, left = {"impressions", "video_views"}, {"views", "reach"}

    for media in account.media[:4]:
        insights = graph_insights.media_insights(graph, access, media.id, media.product_type).value
        assert insights.values["reach"] > 0
        assert insights.dropped == ()
        some = graph_insights.some_insights(graph, access, media.id, sorted(removed | left)).value
        assert (set(some.values), set(some.dropped)) == (left, removed)
    with pytest.raises(NotEnoughViewers):
        graph_insights.media_insights(graph, access, account.stories[0].id, "STORY")


def test_an_unreachable_meta_is_named_without_the_token(clients: Graphs) -> None:
    nowhere = clients(Provider.INSTAGRAM).settings._replace(instagram_graph="http://127.0.0.1:9")

    with pytest.raises(MetaUnavailable) as caught:
        graph_login.refresh(Graph(Provider.INSTAGRAM, nowhere), "hush")

    assert "hush" not in f"{caught.value!r} {caught.value.facts}"
