"""The life of two connections, from the login to the last e-mail and the deletion: two months in seconds."""

from collections.abc import Iterator

import pytest
import requests

from local.meta import drawings
from tests.e2e.instagram import OWNER, Scene, failures, scene

pytestmark = pytest.mark.slow

DAY = 86_400
NORA = "nora.bakes.demo"
TAGS = {"ed", "eatdifferent"}
KINDS = ("instagram", "facebook")


@pytest.fixture
def life() -> Iterator[Scene]:
    with scene() as running:
        yield running


def test_the_life_of_a_connection(life: Scene) -> None:
    # Given an app that imports posts with two tags, whose owner connects her account through both products
    life.save_app("shop", feeds=[f"@{NORA}"], import_tags=["ED", "eatdifferent"])
    for provider, login in (("instagram", NORA), ("facebook", "nora")):
        ended = life.connect(provider, login, "shop")
        assert ended == f"{life.signpost.pages.url}/widget?after_instagram_auth=True"

    # Then her posts come, and keep coming
    the_latest_posts_are_imported_and_shown(life)
    a_burst_of_webhooks_brings_a_new_post_in_one_fetch(life)
    the_sweep_brings_a_post_without_a_hint(life)

    # And her tokens are cared for
    instagrams_token_is_refreshed_without_its_owner(life)
    the_owner_gets_an_email_before_and_after_facebooks_token_ends(life)
    a_new_connection_starts_afresh(life)

    # And her data is erased when she asks for it
    nothing_is_left_after_a_deletion(life)

    # And no message was given up; `scene` checks that no secret leaked
    assert failures(life) == {}


def the_latest_posts_are_imported_and_shown(life: Scene) -> None:
    # Given 25 posts at Meta, when the first fetches have ended
    account = life.meta.account(NORA)
    for kind in KINDS:
        install = f"{kind}-{account.id}"
        life.until(lambda name=install: life.fetches(name, "connect") == ["fetched"], "a first fetch ended")  # type: ignore[misc]

        # Then the latest 20 are stored, and those with a tag are imported; the older ones follow, and are not
        life.until(lambda name=install: life.posts(name) == 25, "the backfill ended")  # type: ignore[misc]
        assert life.imports(install) == {post.shortcode for post in account.media[:20] if post.tags & TAGS}

    # And the feed shows them, the newest first, with copied pictures
    shown = life.feed("shop", f"@{NORA}").json()
    assert [post["id"] for post in shown["data"]] == [post.id for post in account.media[:25]]
    assert (shown["source"], shown["stale"]) == ("graph", False)
    first = shown["data"][0]
    assert first["picture"].startswith(f"{life.stack.url}/instagram/pictures/")
    picture = requests.get(first["picture"], timeout=60)
    assert (picture.status_code, picture.headers["Content-Type"]) == (200, "image/png")
    assert picture.content == drawings.png(account.media[0].picture)


def a_burst_of_webhooks_brings_a_new_post_in_one_fetch(life: Scene) -> None:
    # When she publishes, and comments come in a burst
    new = life.meta.publish(NORA, "By a webhook #ed")
    assert life.meta.send_batch("instagram", NORA, 30).state == "delivered"
    imported = [f"{kind}-{life.meta.account(NORA).id}" for kind in KINDS]

    # Then one fetch for each connection imports the post
    life.until(lambda: all(new.shortcode in life.imports(install) for install in imported), "the post is imported")
    life.until(life.stack.idle, "the burst is over")
    assert life.captions("shop", f"@{NORA}")[0] == "By a webhook #ed"
    assert [life.fetches(install, "webhook").count("fetched") for install in imported] == [1, 1]


def the_sweep_brings_a_post_without_a_hint(life: Scene) -> None:
    new = life.meta.publish(NORA, "By the sweep #EatDifferent")
    sweep(life, 1.1, "SyncSweep")
    install = f"instagram-{life.meta.account(NORA).id}"
    life.until(lambda: new.shortcode in life.imports(install), "the post is imported")
    assert life.captions("shop", f"@{NORA}")[0] == "By the sweep #EatDifferent"


def instagrams_token_is_refreshed_without_its_owner(life: Scene) -> None:
    # Given 19 days of 60 left, and a Facebook that does not extend tokens, when the daily sweep runs
    life.meta.switches.extend_long_tokens = False
    before = float(life.install("instagram", NORA)["expires_at"]["N"])
    sweep(life, 41, "TokenSweep")

    # Then Instagram's token lasts longer, and nobody got an e-mail
    life.until(
        lambda: float(life.install("instagram", NORA)["expires_at"]["N"]) > before + 30 * DAY, "the token is refreshed"
    )
    assert subjects(life) == []


def the_owner_gets_an_email_before_and_after_facebooks_token_ends(life: Scene) -> None:
    # When 9 days are left of Facebook's token, which cannot be extended, and when none are
    for day, mails in ((51, 1), (61, 2)):
        sweep(life, day, "TokenSweep")
        life.until(lambda number=mails: len(subjects(life)) == number, f"e-mail {mails} is sent")  # type: ignore[misc]

        # Then another sweep sends nothing more
        sweep(life, day + 0.5, "TokenSweep")
        assert len(subjects(life)) == mails

    # And the e-mail says where to log in
    assert life.install("facebook", NORA)["state"]["S"] == "expired"
    mail = life.stack.sent_mail()[0]
    assert mail["to"] == [OWNER]
    assert f"@{NORA}" in mail["subject"]
    for part in ("text", "html"):
        assert f"{life.stack.url}/showlogin" in mail[part]


def a_new_connection_starts_afresh(life: Scene) -> None:
    # When she connects again
    life.connect("facebook", "nora", "shop")

    # Then the connection is active, and both e-mails may be sent again
    again = life.install("facebook", NORA)
    assert again["state"]["S"] == "active"
    assert not {"first_verify_email_sent_at", "second_verify_email_sent_at"} & set(again)
    life.until(life.stack.idle, "the account is fetched again")
    sweep(life, 62, "TokenSweep")
    assert len(subjects(life)) == 2


def nothing_is_left_after_a_deletion(life: Scene) -> None:
    # When she asks Instagram for the deletion of her data
    install = f"instagram-{life.meta.account(NORA).id}"
    answer = life.meta.delete_data("instagram", NORA)
    assert not answer.problems
    life.until(lambda: "is erased" in requests.get(str(answer.url), timeout=60).text, "the page says that it is done")

    # Then nothing is left of that connection, and the other one is complete
    for table in ("InstagramInstalls", "InstagramApps", "InstagramHashtags", "Media", "Imports"):
        assert install not in repr(life.items(table)), table
    files = life.stack.client("s3").list_objects_v2(Bucket="mediafiles")["Contents"]
    assert {file["Key"].split("/")[1].partition("-")[0] for file in files} == {"facebook"}
    assert life.posts(install.replace("instagram", "facebook")) > 20


def subjects(life: Scene) -> list[str]:
    return [mail["subject"] for mail in life.stack.sent_mail()]


def sweep(life: Scene, day: float, function: str) -> None:
    """Run a schedule on this day, and wait until everything is done."""
    life.signpost.set_clock_offset(day * DAY)
    life.stack.run_schedule(function)
    life.until(life.stack.idle, f"{function} on day {day} is done")
