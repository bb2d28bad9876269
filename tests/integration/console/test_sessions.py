"""Logging in and out of the console, and what a stolen cookie, a forged form or a guess comes to."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from signpost.console.session.sessions import COOKIE, FORM_COOKIE, SECONDS
from signpost.platform import aws
from tests.aws import empty
from tests.http_events import ADMIN
from tests.integration.console.conftest import Visitor
from tests.integration.tracking.world import World

PAGES = [
    "/fp",
    "/console",
    "/fp/links",
    "/fp/links/1",
    "/fp/links/1/edit",
    "/fp/links/1/delete",
    "/fp/accounts",
    "/fp/zone",
]
FILES = ["/fp/links/1/clicks.csv", "/fp/links/1/qr.svg", "/fp/links/1/qr.png"]
FORMS = ["/fp/zone", "/fp/links", "/fp/links/1", "/fp/links/1/delete"]


@pytest.fixture
def password() -> Iterator[Any]:
    """Changes the administrator's secret, and changes it back."""

    def change(username: str, password: str) -> None:
        text = json.dumps({"username": username, "password": password})
        aws.secretsmanager().put_secret_value(SecretId="AdminCredentials", SecretString=text)

    yield change
    change(*ADMIN)


def is_in(visitor: Visitor) -> bool:
    return bool(visitor.get("/fp")["statusCode"] == 200)


@pytest.mark.parametrize("address", PAGES + FILES)
def test_nobody_sees_a_page_without_logging_in(address: str, visitor: Visitor) -> None:
    reply = visitor.get(f"{address}?a=b")

    assert (reply["statusCode"], reply["body"]) == (303, "")
    assert reply["headers"]["location"] == f"/fp/login?next={address}%3Fa%3Db"


@pytest.mark.parametrize("address", FORMS)
def test_nobody_sends_a_form_without_logging_in(address: str, visitor: Visitor) -> None:
    reply = visitor.post(address, {"form_token": visitor.token("/fp/login")})

    assert (reply["statusCode"], reply["headers"]["location"]) == (303, "/fp/login")


def test_the_right_password_leads_to_where_one_wanted_to_go(visitor: Visitor) -> None:
    reply = visitor.log_in(next="/fp/links?q=a")

    assert (reply["statusCode"], reply["headers"]["location"]) == (303, "/fp/links?q=a")
    assert is_in(visitor)
    assert FORM_COOKIE not in visitor.cookies
    assert visitor.get("/fp/login")["headers"]["location"] == "/fp"


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/", "//evil.example", "/fp//evil", "/fpx", "/\\evil", "/fp\n", "/track/1", "", "/fp/login"],
)
def test_a_login_leads_to_pages_of_ours_only(address: str, visitor: Visitor) -> None:
    assert visitor.log_in(next=address)["headers"]["location"] == "/fp"


@pytest.mark.parametrize(("name", "password"), [("admin", "wrong"), ("other", ADMIN[1]), ("", ""), ("ädmin", "\ud800")])
def test_a_wrong_password_is_said_and_the_name_stays(name: str, password: str, visitor: Visitor) -> None:
    token = visitor.token("/fp/login")
    fields = {"form_token": token, "name": name, "password": password.encode(errors="replace").decode()}

    reply = visitor.post("/fp/login", fields)

    assert reply["statusCode"] == 403
    assert "Name or password is wrong." in reply["body"]
    assert f'value="{name}"' in reply["body"]
    assert COOKIE not in visitor.cookies


def test_after_five_wrong_tries_even_the_right_password_waits(visitor: Visitor, world: World) -> None:
    # Given five wrong tries
    assert {visitor.log_in("wrong")["statusCode"] for _ in range(5)} == {403}

    # Then the address waits, and others do not
    reply = visitor.log_in()
    assert (reply["statusCode"], reply["headers"]["retry-after"]) == (429, "12")
    visitor.ip = "203.0.113.8"
    assert visitor.log_in()["statusCode"] == 303

    # Until a minute is over
    visitor.cookies.clear()
    visitor.ip = "203.0.113.7"
    world.now += 60
    assert visitor.log_in()["statusCode"] == 303


def test_a_stolen_cookie_is_of_no_use_after_logging_out(owner: Visitor) -> None:
    # Given somebody with a copy of the cookie
    stolen = owner.cookies[COOKIE]

    # When the owner logs out
    reply = owner.submit("/fp", "/fp/logout")

    # Then both are out, also for a function that remembers nothing
    assert (reply["statusCode"], reply["headers"]["location"]) == (303, "/fp/login")
    assert COOKIE not in owner.cookies
    owner.cookies[COOKIE] = stolen
    owner.new_environment()
    assert not is_in(owner)


def test_logging_out_of_nothing_is_no_error(visitor: Visitor) -> None:
    assert visitor.post("/fp/logout", {})["statusCode"] == 303


def test_a_session_ends_after_twelve_hours(owner: Visitor, world: World) -> None:
    world.now += SECONDS - 1
    assert is_in(owner)

    world.now += 1
    assert not is_in(owner)


def test_a_session_ends_when_its_item_has_expired_though_it_is_still_there(owner: Visitor, world: World) -> None:
    aws.dynamodb()  # the table still holds it; only the time has passed
    world.now += SECONDS + 3600

    assert not is_in(owner)


def test_a_new_login_has_a_new_session_and_ends_the_old_one(owner: Visitor) -> None:
    old = owner.cookies[COOKIE]
    first_form = owner.token("/fp/links?new")

    # When the same browser logs in again, through a form from before
    del owner.cookies[COOKIE]
    token = owner.token("/fp/login")
    owner.cookies[COOKIE] = old
    assert owner.post("/fp/login", {"form_token": token, "name": ADMIN[0], "password": ADMIN[1]})["statusCode"] == 303

    # Then nothing of the old session is good any more
    new = owner.cookies[COOKIE]
    assert new != old
    assert owner.post("/fp/zone", {"form_token": first_form, "zone": "UTC"})["statusCode"] == 403
    owner.cookies[COOKIE] = old
    assert not is_in(owner)


@pytest.mark.parametrize("planted", ["attacker", "eyJ2YWx1ZXMiOnt9fQ.AAAA", "a.b.c", "", "é"])
def test_nobody_can_plant_a_session(planted: str, visitor: Visitor) -> None:
    visitor.cookies[COOKIE] = planted
    assert not is_in(visitor)

    visitor.log_in()
    assert visitor.cookies[COOKIE] != planted


@pytest.mark.parametrize("changed", [("admin", "another-password"), ("another", ADMIN[1]), ("", "")])
def test_sessions_end_when_name_or_password_change(changed: tuple[str, str], owner: Visitor, password: Any) -> None:
    password(*changed)
    owner.new_environment()

    assert not is_in(owner)


def test_a_key_may_change_without_ending_sessions(owner: Visitor) -> None:
    secrets = aws.secretsmanager()
    old = json.loads(secrets.get_secret_value(SecretId="ConsoleSessionKey")["SecretString"])
    secrets.put_secret_value(
        SecretId="ConsoleSessionKey", SecretString=json.dumps({"key": "n" * 64, "old_key": old["key"]})
    )
    owner.new_environment()
    assert is_in(owner)

    secrets.put_secret_value(SecretId="ConsoleSessionKey", SecretString=json.dumps({"key": "n" * 64}))
    owner.new_environment()
    assert not is_in(owner)
    secrets.put_secret_value(SecretId="ConsoleSessionKey", SecretString=json.dumps(old))


@pytest.mark.parametrize("text", ["{}", '{"key": null}', "[]", '{"key": ""}'])
def test_without_a_key_nobody_is_let_in(text: str, visitor: Visitor) -> None:
    secrets = aws.secretsmanager()
    old = secrets.get_secret_value(SecretId="ConsoleSessionKey")["SecretString"]
    secrets.put_secret_value(SecretId="ConsoleSessionKey", SecretString=text)
    visitor.new_environment()

    reply = visitor.get("/fp/login")

    secrets.put_secret_value(SecretId="ConsoleSessionKey", SecretString=old)
    assert reply["statusCode"] == 503


def test_a_form_of_another_session_is_refused(owner: Visitor) -> None:
    # Given the form of a session, and another session
    token = owner.token("/fp/links?new")
    owner.submit("/fp", "/fp/logout")
    owner.log_in()

    reply = owner.post("/fp/links", {"form_token": token, "redirect_url": "https://e.com"})

    assert reply["statusCode"] == 403
    assert "load the page again" in reply["body"]


@pytest.mark.parametrize("token", ["", "x", "x.y", "é.ü"])
@pytest.mark.parametrize("address", [*FORMS, "/fp/logout", "/fp/login"])
def test_a_form_without_its_token_is_refused(address: str, token: str, owner: Visitor) -> None:
    assert owner.post(address, {"form_token": token, "zone": "UTC"})["statusCode"] == 403


@pytest.mark.parametrize(
    "headers", [{"sec_fetch_site": "cross-site"}, {"origin": "https://evil.example"}, {"origin": "null"}]
)
def test_a_form_of_another_site_is_refused(headers: dict[str, str], owner: Visitor) -> None:
    fields = {"form_token": owner.token("/fp/zone"), "zone": "Europe/Berlin"}

    assert owner.post("/fp/zone", fields, **headers)["statusCode"] == 403
    assert owner.post("/fp/zone", fields, sec_fetch_site="same-origin")["statusCode"] == 303


def test_a_login_form_is_for_the_browser_that_got_it(visitor: Visitor) -> None:
    token = visitor.token("/fp/login")
    visitor.cookies.clear()

    fields = {"form_token": token, "name": ADMIN[0], "password": ADMIN[1]}
    assert visitor.post("/fp/login", fields)["statusCode"] == 403


def test_pages_cannot_be_framed_cached_or_load_from_elsewhere(owner: Visitor) -> None:
    for address in ("/fp", "/fp/links", "/fp/accounts", "/fp/zone", "/docs"):
        headers = owner.get(address)["headers"]

        policy = headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["strict-transport-security"] == "max-age=31536000"
        assert headers["x-content-type-options"] == "nosniff"


def test_the_table_does_not_hold_what_the_cookie_holds(owner: Visitor) -> None:
    items = aws.dynamodb().scan(TableName="ConsoleSessions")["Items"]

    assert [set(each) for each in items] == [{"key", "user", "ends_at", "ttl"}]
    assert len(items[0]["key"]["S"]) == 64
    empty("ConsoleSessions")
    assert not is_in(owner)
