"""Logins through either product, from their start to what is stored."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from botocore.exceptions import EndpointConnectionError

from signpost.instagram.app_tokens import hashed
from signpost.instagram.connection_states import ConnectionState
from signpost.instagram.login_links import login_address
from signpost.instagram.products import Provider
from signpost.instagram.scopes import DEFAULT_SCOPES
from signpost.platform import aws
from signpost.platform.dynamodb import Change
from tests import dynamodb
from tests.aws_calls import failing, just_before
from tests.integration.instagram.connect.world import BACK, PUBLIC_URL, World, body, decide, query_of, refused
from tests.logs import logged_by

NORA, LENA, BIKES, KILN = "nora.bakes.demo", "lena.paints.demo", "ruth.bikes.demo", "kiln.and.clay.demo"
DAY = 86_400


def test_a_login_starts_at_the_dialog(world: World) -> None:
    reply = world.browser().get("/showlogin", {"provider": "facebook", "return_to": BACK, "app_id": "app-1"})

    assert reply["statusCode"] == 302
    assert reply["headers"]["cache-control"] == "no-store"
    assert reply["cookies"][0].startswith("__Host-signpost-login=")
    dialog = query_of(reply["headers"]["location"])
    assert dialog["redirect_uri"] == f"{PUBLIC_URL}/authcallback"
    assert dialog["scope"].split(",") == list(DEFAULT_SCOPES[Provider.FACEBOOK])


def test_without_a_domain_of_its_own_the_dialog_comes_back_to_the_api(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(world.module, "LOGINS", world.build(public_url=""))

    reply = world.browser().get("/showlogin", {"provider": "facebook"}, host="evil.example")
    page = world.browser().get(
        "/showlogin", {"provider": "facebook", "return_to": "https://signpost.example/connected"}
    )

    assert query_of(reply["headers"]["location"])["redirect_uri"] == "https://signpost.example/authcallback"
    assert page["statusCode"] == 302


@pytest.mark.parametrize("path", ["/showlogin", "/authorize-instagram"])
@pytest.mark.parametrize(("provider", "login", "username"), [("facebook", "nora", NORA), ("instagram", KILN, KILN)])
def test_a_login_connects_the_account(world: World, path: str, provider: str, login: str, username: str) -> None:
    # When somebody logs in and allows everything
    reply = world.browser().log_in(provider, login, path=path)

    # Then they are back where they came from
    assert reply["statusCode"] == 302
    assert reply["headers"]["location"] == f"{BACK}&after_instagram_auth=True"
    # And the install is stored, with a token that works for 60 days
    install, account = world.install(username, provider), world.meta.account(username)
    token = world.meta.state.tokens.tokens[world.token(username, provider)]
    assert (install.state, install.instagram_account) == (ConnectionState.ACTIVE, username)
    assert install.instagram_business_account_id == account.id
    assert token.kind == "long"
    assert install.expires_at == pytest.approx(token.expires_at, abs=5)
    assert set(install.scopes) >= set(DEFAULT_SCOPES[Provider(provider)])
    # And it can be found by its ids and by the person, and both sweeps will find it
    stored = world.stored()
    person = world.meta.state.world.holder(provider, login)
    assert stored[f"account#{account.id}"]["installs"] == {install.id}
    if provider == "instagram":
        assert stored[f"account#{account.app_scoped_id}"]["installs"] == {install.id}
        assert install.person_id == account.app_scoped_id
    else:
        assert install.person_id == person.id
        assert install.data_access_expires_at == pytest.approx(token.data_access_expires_at, abs=5)
        assert (install.page_name, install.page_id) == ("Nora Bakes", person.pages[0].id)  # type: ignore[union-attr]
    assert stored[f"person#{install.person_id}"]["installs"] == {install.id}
    assert stored[install.id]["sync"] == "due"
    assert install.sync_at == install.connected_at
    assert install.check_day
    # And its newest posts will be fetched, and webhooks are subscribed
    asked = {"install": install.id, "count": 20, "why": "connect", "asked_at": install.connected_at}
    assert world.messages() == [asked]
    assert account.subscribed or person.pages[0].subscribed  # type: ignore[union-attr]


def test_the_documented_shape_of_instagrams_answer_works_too(world: World) -> None:
    world.meta.switches.code_reply = "list"

    world.browser().log_in("instagram", KILN)

    assert world.install(KILN, "instagram").scopes == DEFAULT_SCOPES[Provider.INSTAGRAM]


def test_the_end_of_a_token_is_looked_up_when_meta_leaves_it_out(world: World) -> None:
    world.meta.switches.omit_expires_in = True

    world.browser().log_in("facebook", "nora")

    install = world.install(NORA)
    assert install.expires_at
    assert install.expires_at - install.connected_at == pytest.approx(60 * DAY, abs=5)


def test_a_mobile_client_gets_a_token_of_its_own(world: World) -> None:
    # When a login has nowhere to return to
    browser = world.browser()
    reply = browser.log_in("facebook", "nora", return_to="")

    # Then it ends at the address that the client reads
    location = urlsplit(reply["headers"]["location"])
    assert location.path == "/unwindor"
    told = browser.get(location.path, location.query)
    assert told["statusCode"] == 200
    assert told["headers"]["cache-control"] == "no-store"
    account = world.meta.account(NORA)
    fields = body(told)
    token = fields.pop("smaxx-token")
    assert fields.pop("smaxx-pic").startswith("http")
    assert fields == {"status": 200, "smaxx-id": account.id, "smaxx-name": NORA}
    # And only the token's hash is stored
    assert list(world.stored()[f"facebook-{account.id}"]["app_tokens"]) == [hashed(token)]
    assert token not in repr(dynamodb.items(world.settings.installs_table))
    assert token.startswith(f"{account.id}.")
    assert len(token) == len(account.id) + 44
    # And the next phone's token does not end the first one's
    browser.log_in("facebook", "nora", return_to="")
    hashes = world.stored()[f"facebook-{account.id}"]["app_tokens"]
    assert hashed(token) in hashes
    assert len(hashes) == 2


def test_all_accounts_that_a_person_chose_are_connected(world: World) -> None:
    # Given somebody with three Pages, two of which have an account
    reply = world.browser().log_in("facebook", "ruth", app_id="app-1")

    assert reply["statusCode"] == 302
    assert set(world.links("app-1")) == {world.install(name).id for name in (BIKES, LENA)}
    assert len(world.messages()) == 2


@pytest.mark.parametrize(("again", "name"), [(True, NORA), (False, None)])
def test_an_account_that_meta_does_not_name_is_connected_too(world: World, again: bool, name: str | None) -> None:
    # Given a Meta that leaves the name out of a Page's account, and perhaps out of the account itself
    def nameless(response: requests.Response, **_: object) -> None:
        if "me/accounts" in str(response.url) or not again:
            response._content = re.sub(rb'"username": ?"[^"]*",? ?', b"", response.content)

    world.session.hooks["response"].append(nameless)

    # When somebody logs in, then the account is connected, under its id at worst
    assert world.browser().log_in("facebook", "nora")["statusCode"] == 302
    assert world.install(NORA).instagram_account == (name or world.meta.account(NORA).id)


def test_two_apps_share_one_install(world: World) -> None:
    for app in ("app-1", "app-2"):
        world.browser().log_in("facebook", "nora", app_id=app)

    install = world.install(NORA)
    assert [each for each in world.stored() if not each.startswith(("account#", "person#"))] == [install.id]
    for app in ("app-1", "app-2"):
        [link] = world.app(app).values()
        assert (link["install"], link["instagram_account"]) == (install.id, NORA)


def test_a_reconnect_renews_the_connection_and_keeps_what_belongs_to_the_account(world: World) -> None:
    # Given an install whose owner got every e-mail, with a lease and a known last post
    world.browser().log_in("facebook", "nora")
    old = world.install(NORA)
    world.messages()
    emails = ("first_verify_email_sent_at", "second_verify_email_sent_at", "permission_email_sent_at")
    kept = {"apps": ["app-1"], "import_tags": ["ed"], "last_media_at": 1, "lease_by": "job"}
    known = {"state": "expired", **dict.fromkeys(emails, 1), "paused_until": 1, **kept}
    assert world.installs.change(old, Change(set=known, remove=("sync", "sync_at")))

    # When the account is connected again
    world.browser().log_in("facebook", "nora")

    # Then nothing of the old connection is left
    new, stored = world.install(NORA), world.stored()[old.id]
    assert new.connection != old.connection
    assert (new.state, new.sync_at, stored["sync"]) == (ConnectionState.ACTIVE, new.connected_at, "due")
    assert not {*emails, "paused_until"} & set(stored)
    assert new.token != old.token
    # And what belongs to the account is kept
    assert (new.apps, new.import_tags, new.last_media_at) == (("app-1",), ("ed",), 1)
    assert stored["lease_by"] == "job"
    assert len(world.messages()) == 1


def test_an_account_belongs_to_the_person_who_connected_it_last(world: World) -> None:
    # Given an account that Ruth connected
    world.browser().log_in("facebook", "ruth")
    former = world.install(LENA).person_id

    # When somebody else with a role on its Page connects it
    mia = world.meta.state.world.add_person("mia", "Mia", {"Lena": world.meta.account(LENA)})
    world.browser().log_in("facebook", "mia")

    # Then it is no longer among Ruth's installs
    assert world.install(LENA).person_id == mia.id
    assert world.installs.of_person(str(former)) == (world.install(BIKES).id,)
    assert world.installs.of_person(mia.id) == (world.install(LENA).id,)


def test_an_account_may_be_connected_through_both_products(world: World) -> None:
    world.browser().log_in("facebook", "nora")
    world.browser().log_in("instagram", NORA)

    account = world.meta.account(NORA)
    assert world.installs.of_accounts([account.id]) == {
        account.id: (f"facebook-{account.id}", f"instagram-{account.id}")
    }


def test_two_people_can_connect_an_account_at_the_same_time(world: World) -> None:
    # Given two people in front of the dialog for the same account
    browsers = [world.browser() for _ in range(2)]
    addresses = [decide(each.start("facebook", app_id=f"app-{i}"), "nora") for i, each in enumerate(browsers)]

    # When they come back at the same time
    with ThreadPoolExecutor(2) as pool:
        replies = list(pool.map(lambda pair: pair[0].follow(pair[1]), zip(browsers, addresses, strict=True)))

    # Then both logins succeed, and one token is stored
    assert [each["statusCode"] for each in replies] == [302, 302]
    assert world.meta.state.tokens.tokens[world.token(NORA)].kind == "long"
    assert len(world.app("app-0")) == len(world.app("app-1")) == 1


def test_two_tabs_of_a_browser_can_both_log_in(world: World) -> None:
    browser = world.browser()
    dialogs = [browser.start("facebook"), browser.start("instagram")]

    assert browser.follow(decide(dialogs[0], "nora"))["statusCode"] == 302
    assert browser.follow(decide(dialogs[1], KILN))["statusCode"] == 302


def test_an_account_cannot_be_connected_while_its_data_is_erased(world: World) -> None:
    world.browser().log_in("facebook", "nora")
    world.messages()
    old = world.install(NORA)
    assert world.installs.change(old, Change(set={"erasing": "abc"}))

    reply = world.browser().log_in("facebook", "nora")

    assert reply["statusCode"] == 409
    assert "try again in a minute" in body(reply)["error"]["message"]
    assert world.install(NORA) == old
    assert world.messages() == []


def test_an_account_whose_erasure_begins_during_the_login_is_not_connected(world: World) -> None:
    # Given a login that has read the install when a request to erase it comes
    world.browser().log_in("facebook", "nora")
    world.messages()
    old = world.install(NORA)

    def begin_erasure() -> None:
        assert world.installs.change(old, Change(set={"erasing": "abc"}))

    with just_before(aws.dynamodb(), "dynamodb.TransactWriteItems", begin_erasure):
        reply = world.browser().log_in("facebook", "nora")

    # Then nothing is written behind the erasure's back
    assert refused(reply) == (409, "being_erased")
    assert world.install(NORA) == old
    assert world.stored()[old.id]["erasing"] == "abc"
    assert world.messages() == []


def test_one_account_that_is_being_erased_does_not_stop_the_others(world: World) -> None:
    world.browser().log_in("facebook", "ruth")
    old = world.install(LENA)
    assert world.installs.change(old, Change(set={"erasing": "abc"}))

    reply = world.browser().log_in("facebook", "ruth")

    assert reply["statusCode"] == 302
    assert world.install(LENA) == old
    assert world.install(BIKES).connected_at > old.connected_at


def test_an_old_app_migrates_when_one_of_its_accounts_is_connected(world: World) -> None:
    # Given an app of a user on the rollout list
    feeds = ["#food", f"@{NORA}", "@natgeo", "@apple", f"@{BIKES}"]
    old: dict[str, Any] = {"app_type": "socialFeed", "user": "old-user", "is_new": False, "feeds": feeds}
    world.put_app("app-1", **old, migrated_at="never")

    # When its owner has one account connected, then it migrates and the others are listed
    world.browser().log_in("facebook", "nora", app_id="app-1", connect=world.proof("app-1"))
    app = world.app("app-1")["app"]
    assert float(app["migrated_at"]) == world.install(NORA).connected_at
    assert app["not_migrated"] == ["@natgeo", "@apple", f"@{BIKES}"]
    assert (app["feeds"], app["version"]) == (feeds, 2)

    # When another is connected, it leaves the list
    world.browser().log_in("facebook", "ruth", app_id="app-1", connect=world.proof("app-1"))
    assert world.app("app-1")["app"]["not_migrated"] == ["@natgeo", "@apple"]


def test_an_app_outside_the_rollout_stays_as_it_is(world: World) -> None:
    world.put_app("app-1", app_type="socialFeed", user="another", is_new=False, feeds=["@natgeo"])
    before = world.app("app-1")["app"]

    world.browser().log_in("facebook", "nora", app_id="app-1", connect=world.proof("app-1"))

    assert world.app("app-1")["app"] == before
    assert len(world.links("app-1")) == 1


def test_a_failure_after_the_account_is_stored_does_not_undo_it(world: World) -> None:
    # Given a Meta that refuses the subscription, and a queue that does not answer
    world.meta.fail_next(200, path="/subscribed_apps", count=5)

    # When somebody logs in, then they are connected, and the sync sweep will fetch
    silence = EndpointConnectionError(endpoint_url=world.settings.media_fetch_queue)
    with failing(aws.sqs(), "sqs.SendMessageBatch", silence), logged_by(world.module.observer.logger) as log:
        reply = world.browser().log_in("facebook", "nora")
    assert reply["statusCode"] == 302
    assert world.install(NORA).sync_at
    said = [json.loads(line)["message"] for line in log.getvalue().splitlines() if "message" in line]
    assert said == ["first fetch left to the sync sweep", "no webhooks"]


def test_without_time_left_the_subscription_is_left_out(world: World) -> None:
    context = world._context
    context.get_remaining_time_in_millis = lambda: 100

    assert world.browser().log_in("facebook", "nora")["statusCode"] == 302

    assert not [call for call in world.meta.calls if "subscribed_apps" in call.path]


@pytest.mark.parametrize(("provider", "login"), [("facebook", "nora"), ("instagram", KILN)])
def test_no_secret_is_stored_or_logged(
    world: World, provider: str, login: str, capsys: pytest.CaptureFixture[str]
) -> None:
    # When a login succeeds, one fails, and one is refused
    with logged_by(world.module.observer.logger) as log:
        browser = world.browser()
        reply = browser.log_in(provider, login, return_to="")
        app_token = query_of(reply["headers"]["location"])["smaxx-token"]
        world.meta.fail_next(2, path="me", count=9)
        failed = browser.log_in(provider, login)
        refused = browser.get("/authcallback", {"code": "SECRETCODE", "state": "x.y"})

    # Then no secret is in the logs, the tables or the queue
    assert failed["statusCode"] == 503
    assert refused["statusCode"] == 400
    printed = log.getvalue() + "".join(capsys.readouterr())
    assert "not connected" in printed
    tables = (world.settings.installs_table, world.settings.apps_table)
    kept = repr([dynamodb.items(table) for table in tables]) + repr(world.messages())
    state, meta = world.meta.state, world.meta
    apps = (meta.facebook.secret, meta.instagram.secret)
    for secret in (
        *state.tokens.tokens,
        *state.tokens.codes,
        *apps,
        *browser.cookies.values(),
        app_token,
        "SECRETCODE",
    ):
        assert secret not in printed
        assert secret not in kept


def test_a_login_from_an_email_ends_at_a_page(world: World) -> None:
    # Given the link in an e-mail, which leads back to a page of Signpost
    start = query_of(login_address(PUBLIC_URL, Provider.INSTAGRAM))
    browser = world.browser("text/html")

    # When the account is connected again
    reply = browser.log_in(start["provider"], KILN, return_to=start["return_to"])

    # Then the browser is sent to a page that says so
    target = urlsplit(reply["headers"]["location"])
    page = browser.get(target.path, query_of(target.geturl()))
    assert page["statusCode"] == 200
    assert "You can close this page" in page["body"]
