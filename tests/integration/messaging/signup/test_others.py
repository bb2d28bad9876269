"""The waiting list, the link to the app, whether an app is too old, and whether an address is free."""

import pytest

from tests.integration.messaging.signup.newcomers import NOWHERE, V1, Newcomers
from tests.integration.test_api_permissions import Right, granted, used

__all__ = ["used"]  # a fixture


def test_ac_c9_it_says_which_api_this_is(people: Newcomers) -> None:
    assert people.call("GET", "/api") == (200, {"meta": {"code": 200}, "data": "Signpost App Api v1"})


def test_an_address_may_end_in_a_slash(people: Newcomers) -> None:
    # Answered there, without a redirect on which the body or the token could be lost
    status, body = people.call("POST", "/api/email/available/", email="nora@signpost.example")

    assert (status, body["data"]) == (200, True)
    assert people.call("GET", "/api/register/")[0] == 405
    # What belongs to another function is found without the slash
    assert people.call("POST", "/api/contacts/")[0] == 308


def test_there_is_nothing_elsewhere(people: Newcomers) -> None:
    nothing = {"meta": {"code": 404, "msg": "not found", "errors": ["not found"]}}

    assert people.call("GET", NOWHERE) == (404, nothing)


def test_ac_c42_the_waiting_list_takes_each_address_once(people: Newcomers) -> None:
    assert people.call("POST", "/api/waitlist", email="nora")[1]["meta"]["errors"] == ["Email must be valid"]
    status, body = people.call("POST", "/api/waitlist", email="Nora@example.com", phone="4446667777")
    assert (status, body["data"]) == (200, {"email": "nora@example.com"})
    (entry,) = people.items("waitlist#")
    assert entry["phone"] == "+14446667777"
    assert people.call("POST", "/waitlist.json", email="nora@example.com") == (
        200,
        {"success": False, "msg": "thanks, you're on the list"},
    )
    assert people.call("POST", "/waitlist.json", email="ben@example.com") == (200, {"success": True})


def test_ac_c48_the_link_to_the_app_is_sent_to_the_number_that_was_given(people: Newcomers) -> None:
    assert people.call("POST", "/sms_app_link.json", phone="x") == (
        200,
        {"success": False, "msg": "Invalid phone number"},
    )
    assert people.call("POST", "/sms_app_link.json", phone="415 555 0100")[1]["success"] is True

    (sms,) = people.outbox("sms")
    assert (sms["to"], sms["text"]) == ("+14155550100", "Download Signpost: https://signpost.example/download")
    statuses = [people.call("POST", "/sms_app_link.json", phone="+14155550100")[0] for _ in range(2)]
    assert statuses == [200, 429]


def test_an_address_is_free_or_taken(people: Newcomers) -> None:
    new = people.register()

    assert people.call("POST", "/api/email/available", email="nobody@example.com")[1]["data"] is True
    assert people.call("POST", "/api/email/available", email=new["email"].upper())[1]["data"] is False
    for email, said in ((new["email"], "email taken"), ("nora", "invalid email"), ("nobody@example.com", None)):
        _, body = people.call("POST", "/api/email/available", headers=V1, email=email)
        assert body["data"] == {"free": said is None, "message": said}


def test_an_old_app_is_told_to_update(people: Newcomers) -> None:
    people.signup = people.signup._replace(oldest_app="2.0", oldest_beta="2.1")
    people.app = people.module.serving(people.signup)

    def asked(version: str | None, **query: str) -> object:
        headers = {"ios-app-ver": version} if version else {}
        return people.call("GET", "/api/app/update", headers=headers, **query)[1]

    assert asked("2.0") == ""
    assert asked("1.9", access_token="x")["url"] == "https://signpost.example/download"  # type: ignore[index]
    assert asked("2.0", beta="true")["url"] == "https://signpost.example/beta/ios"  # type: ignore[index]


@pytest.mark.parametrize(
    ("path", "query", "location"),
    [
        ("/beta/pals", {}, "/track/beta-pals"),
        ("/beta/..%2F..%2Fevil", {}, "/track/beta-..%252F..%252Fevil"),
        ("/beta/evil.example", {"src": "//evil.example"}, "/track/beta-evil.example?src=%2F%2Fevil.example"),
        ("/download", {"src": "mail"}, "/track/download?src=mail"),
        ("/invite", {}, "/track/invite"),
    ],
)
def test_links_to_the_app_lead_to_campaigns_and_nowhere_else(
    people: Newcomers, path: str, query: dict[str, str], location: str
) -> None:
    reply = people.reply("GET", path, **query)

    assert (reply["statusCode"], reply["headers"]["location"]) == (302, location)


def test_the_function_has_the_rights_that_it_needs(people: Newcomers, used: set[Right]) -> None:
    new = people.verified()
    login = {"email": new["email"], "password": new["password"], "platform": "ios", "device_token": "a1"}

    _, session = people.call("POST", "/api/session", **login)
    people.call("DELETE", "/api/session", access_token=session["access_token"])
    people.call("POST", "/api/password/forgot", email=new["email"])

    assert used == granted("MessagingSignup")
