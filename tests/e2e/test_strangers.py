"""A stranger with a browser and an app's id, which is in every website that shows the app: nothing shows or changes."""

from collections.abc import Iterator

import pytest
import requests

from tests.e2e.instagram import ADMIN, Scene, failures, scene

pytestmark = pytest.mark.slow

DAY = 86_400
NORA, STRANGER = "nora.bakes.demo", "kiln.and.clay.demo"


@pytest.fixture
def here() -> Iterator[Scene]:
    with scene() as running:
        yield running


def listed(here: Scene, app_id: str) -> dict[str, str]:
    """The accounts of an app: how each is linked, by its name."""
    address = f"{here.stack.url}/admin/instagram/apps/{app_id}/accounts"
    answer = requests.get(address, auth=(ADMIN.user, ADMIN.password), timeout=60)
    return {each["instagram_account"]: each["link"] for each in answer.json()["data"]}


def test_a_stranger_gets_nothing_out_of_an_apps_id(here: Scene) -> None:
    # Given two apps without an account, one of them old and about to migrate, and one that shows Nora's posts
    old = {"user": "demo", "is_new": False, "feeds": ["#food", f"@{NORA}", "@natgeo"], "graph_api": True}
    apps = {
        "empty": here.save_app("empty"),
        "old": here.save_app("old", **old),
        "shop": here.save_app("shop", import_tags=["ed"]),
    }
    assert here.connect("instagram", NORA, "shop").endswith("after_instagram_auth=True")
    here.until(here.stack.idle, "all of Nora's posts are there")
    apps["shop"] = here.app("shop")

    # When a stranger connects an account of theirs for each, by every way there is, and Nora's is connected again
    stranger = f"instagram-{here.meta.account(STRANGER).id}"
    for app_id in apps:
        for _ in range(2):
            assert here.ask("instagram", STRANGER, app_id).endswith("after_instagram_auth=Pending")
    here.connect("instagram", NORA, "shop")
    here.until(lambda: len(here.fetches(stranger, "connect")) >= 1, "the stranger's account is fetched")
    here.until(here.stack.idle, "everything is done")
    assert here.posts(stranger) > 0

    # Then no app shows it, whatever is asked for
    for app_id in apps:
        for name in ("@", "", f"@{STRANGER}", "#clay"):
            shown = here.feed(app_id, name)
            assert STRANGER not in shown.text.replace(f"@{STRANGER}", "").replace(f"account {STRANGER}", ""), shown.text
            assert {post["username"] for post in shown.json().get("data", [])} <= {NORA}
    # And no app has changed, apart from the request
    for app_id, before in apps.items():
        after = here.app(app_id)
        assert [each["instagram_account"] for each in after.pop("pending_accounts")] == [STRANGER]
        assert after == {name: value for name, value in before.items() if name != "pending_accounts"}
    # And imports for the stranger's account are nobody's
    assert all("#" not in each for each in here.import_keys(stranger))
    assert not [item for item in here.items("InstagramHashtags") if "clay" in repr(item)]

    # And no owner gets an e-mail about it, though its token dies
    here.meta.kill_tokens(STRANGER)
    here.signpost.set_clock_offset(61 * DAY)
    here.stack.run_schedule("TokenSweep")
    here.until(here.stack.idle, "the sweep is done")
    assert [mail for mail in here.stack.sent_mail() if STRANGER in mail["subject"]] == []

    # When one owner accepts it and one refuses it, then it is shown in the first one's app only
    here.decide("empty", stranger, "accepted")
    here.decide("shop", stranger, "refused")
    assert here.captions("empty", f"@{STRANGER}")
    assert here.feed("shop", f"@{STRANGER}").status_code == 404
    assert (listed(here, "empty"), listed(here, "shop")) == (
        {STRANGER: "accepted"},
        {NORA: "accepted", STRANGER: "refused"},
    )
    assert failures(here) == {}
