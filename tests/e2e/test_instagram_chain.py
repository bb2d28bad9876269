"""Accounts, apps, webhooks and hashtags together on the running stack."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from local.meta.world import Account
from tests.e2e.instagram import Scene, failures, scene

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def here() -> Iterator[Scene]:
    with scene() as running:
        yield running
        assert failures(running) == {}


def new_account(here: Scene, name: str = "") -> Account:
    """An account with one post, and a Facebook login of the same name with a Page for it."""
    name = name or f"a{time.monotonic_ns()}"
    made = here.meta.add_account(name, login=f"login.of.{name}")
    here.meta.publish(name, "The first one #ed")
    return made


def connected(here: Scene, provider: str = "instagram") -> tuple[Account, str]:
    """A new account that is connected for an app of its name and has been fetched; also its install."""
    account = new_account(here)
    here.save_app(account.username)
    login = account.username if provider == "instagram" else f"login.of.{account.username}"
    here.connect(provider, login, account.username)
    install = f"{provider}-{account.id}"
    here.until(lambda: here.fetches(install, "connect") == ["fetched"], "the first fetch ended")
    return account, install


def test_a_batch_of_a_thousand_entries_makes_one_fetch(here: Scene) -> None:
    # Given a connected account
    account, install = connected(here)

    # When Meta sends a thousand comments in one delivery
    delivery = here.meta.send_batch("instagram", account.username, 1000)

    # Then it is accepted immediately, and leads to one fetch
    assert (delivery.state, [attempt.status for attempt in delivery.attempts]) == ("delivered", [200])
    here.until(lambda: bool(here.fetches(install, "webhook")), "the fetch ended")
    here.until(here.stack.idle, "everything is done")
    assert here.fetches(install, "webhook").count("fetched") == 1


def test_all_posts_come_though_meta_refuses_a_field_a_metric_and_large_pages(here: Scene) -> None:
    # Given an account with more posts than a first fetch asks for, and a Meta that refuses this and that
    account = new_account(here)
    here.meta.fill(account.username, 34, hours_apart=1)
    here.save_app(account.username)
    pressed = {
        "refuse_field": {"name": "alt_text"},
        "refuse_metric": {"name": "saved", "unnamed": "on"},
        "limit_pages": {"most": "10"},
        "limit_calls": {"users": "100"},
    }
    for button, fields in pressed.items():
        assert requests.post(f"{here.meta.url}/control/{button}", data=fields, timeout=60).status_code == 200

    # When it is connected
    here.connect("instagram", account.username, account.username)

    # Then all its posts arrive, and its app and its settings show when they have
    def shown() -> dict[str, Any]:
        [found] = here.app(account.username)["accounts"]
        return dict(found)

    here.until(lambda: bool(shown()["backfill"]["done"]), "the backfill is done")
    here.meta.calm()
    assert (shown()["posts_stored"], shown()["media_count"]) == (35, 35)
    assert here.posts(f"instagram-{account.id}") == 35
    query = {"app_id": account.username, "is_settings": "1"}
    settings = requests.get(f"{here.stack.url}/instagram", params=query, timeout=60).json()["settings"]
    assert (settings["posts_stored"], settings["backfill"]["stage"]) == (35, "done")
    # And they have all the other metrics
    stored = [each for each in here.items("Media") if each["owner"]["S"] == f"instagram-{account.id}"]
    assert all("reach" in each["metrics"]["M"] and "saved" not in each["metrics"]["M"] for each in stored)


def test_one_dead_token_does_not_stop_the_others(here: Scene) -> None:
    # Given two accounts, one of whose owners has changed the password
    dead, dead_install = connected(here)
    alive, install = connected(here)
    here.meta.kill_tokens(dead.username, 460)

    # When both publish and get comments
    for account in (dead, alive):
        here.meta.publish(account.username, "The second one")
        here.meta.send_comment("instagram", account.username, force=True)

    # Then the post of the other one is imported, and the dead connection is marked as such
    here.until(lambda: len(here.imports(install)) == 2, "the post is imported")
    here.until(lambda: bool(here.fetches(dead_install, "webhook")), "the other fetch ended")
    assert here.install("instagram", dead.username)["state"]["S"] in {"expired", "revoked"}
    assert here.feed(dead.username, f"@{dead.username}").json()["stale"] is True
    assert here.captions(alive.username, f"@{alive.username}") == ["The second one", "The first one #ed"]


def test_an_owner_who_removes_the_app_ends_the_connection(here: Scene) -> None:
    account, _ = connected(here)
    assert here.meta.revoke("instagram", account.username).problems == ()
    here.until(lambda: here.install("instagram", account.username)["state"]["S"] == "revoked", "it is ended")
    assert here.captions(account.username, f"@{account.username}") == ["The first one #ed"]


def test_a_hashtag_shows_the_posts_of_others_from_then_on(here: Scene) -> None:
    # Given an app with a hashtag, an account through Facebook Login, and another account's post with that tag
    account, _ = connected(here, "facebook")
    tag = f"tag{account.id}"
    here.save_app(account.username, feeds=[f"#{tag}"])
    here.meta.publish("lena.paints.demo", f"Mine #{tag}")

    # When the widget asks for it for the first time, then it is fetched, and shown from then on
    here.until(lambda: here.captions(account.username, f"#{tag}")[:1] == [f"Mine #{tag}"], "the post is shown")
    picture = here.feed(account.username, f"#{tag}").json()["data"][0]["picture"]
    assert requests.get(picture, timeout=60).headers["Content-Type"] == "image/png"

    # And an app's visitors cannot spend its account's 30 hashtags on others
    assert here.feed(account.username, "#somethingelse").status_code in {403, 404}


def test_an_old_app_migrates_when_its_account_is_connected(here: Scene) -> None:
    # Given an old app on the rollout list, saved with the Graph API on
    new_account(here, "powr_io")
    feeds = ["#food", "@powr_io", "@natgeo", "@apple", "@trees"]
    saved = here.save_app("old", is_new=False, graph_api=True, feeds=feeds)
    assert saved["instagram_graph_api_migrated_at"] == "never"
    assert saved["shows_banner"] is True

    # When its own account is connected
    here.connect("facebook", "login.of.powr_io", "old")

    # Then that account and the hashtag have migrated, and the others are listed
    moved = here.app("old")
    assert moved["instagram_graph_api_migrated_at"] not in {"never", None}
    assert moved["instagramNotMigratedFeeds"] == ["@natgeo", "@apple", "@trees"]
    assert moved["shows_banner"] is False

    # And those are still served by the legacy source, which is down, while the migrated ones come from Meta
    here.until(lambda: here.captions("old", "@powr_io") == ["The first one #ed"], "its post is shown")
    assert here.feed("old", "@powr_io").json()["source"] == "graph"
    legacy = here.feed("old", "@natgeo").json()
    assert (legacy["source"], legacy["stale"], legacy["data"]) == ("legacy", True, [])
