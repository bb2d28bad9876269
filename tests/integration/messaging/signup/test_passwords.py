"""Choosing a new password: by the API, and on pages."""

import re
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.http_events import http_event
from tests.integration.messaging.signup.newcomers import Newcomers
from tests.lambda_context import context

FORM = "application/x-www-form-urlencoded"


def token(people: Newcomers) -> str:
    """Of the last e-mail."""
    match = re.search(r"https://signpost\.example/changepw/([\w-]{43})\n", people.outbox("email")[-1]["text"])
    assert match
    return match[1]


def page(
    people: Newcomers, method: str, path: str, headers: dict[str, str] | None = None, **form: str
) -> dict[str, Any]:
    event = http_event(
        method, path, headers={"content-type": FORM, **(headers or {})}, body=urlencode(form) if form else None
    )
    app = people.module.serving(people.signup)
    reply: dict[str, Any] = people.module.handler(event, context(), feature=app)
    assert "text/html" in str(reply["headers"]), reply
    return reply


def test_somebody_who_forgot_the_password_chooses_another_once(people: Newcomers) -> None:
    # Given somebody with a session
    new = people.verified()

    # When they ask for a link, and use it
    assert people.call("POST", "/api/password/forgot", email=new["email"].upper())[1]["data"] is None
    (mail,) = people.outbox("email")
    assert (mail["to"], mail["subject"]) == (new["email"], "Signpost password change")
    chosen = {"token": token(people), "password": "another horse"}
    assert (
        people.call("POST", "/api/password/reset", confirm="other horse", **chosen)[1]["meta"]["msg"]
        == "passwords do not match"
    )
    assert people.call("POST", "/api/password/reset", **chosen)[0] == 200

    # Then only the new password is right, all sessions are over, and the link is used up
    assert people.call("POST", "/api/session", email=new["email"], password=new["password"])[0] == 403
    assert people.call("DELETE", "/api/session", access_token=new["token"])[0] == 403
    assert people.call("POST", "/api/session", email=new["email"], password="another horse")[0] == 200
    status, body = people.call("POST", "/api/password/reset", **chosen)
    assert (status, body["meta"]["errors"]) == (400, ["Link has expired"])
    assert token(people) not in str([item for item in people.items() if not item["pk"].startswith("outbox#")])


def test_a_link_is_good_for_an_hour(people: Newcomers) -> None:
    new = people.verified()
    people.call("POST", "/api/password/forgot", email=new["email"])
    people.clock.now += 3601

    assert people.call("POST", "/api/password/reset", token=token(people), password="another horse")[0] == 400


def test_an_address_gets_few_e_mails_whoever_asks(people: Newcomers) -> None:
    for email in (people.verified()["email"], "nobody@example.com"):
        statuses = [people.call("POST", "/api/password/forgot", email=email)[0] for _ in range(4)]
        assert statuses == [200, 200, 200, 429]
    assert len(people.outbox("email")) == 3


def test_the_pages_do_the_same(people: Newcomers) -> None:
    new = people.verified()

    assert "<form" in page(people, "GET", "/forgotpw")["body"]
    assert "Please enter an email." in page(people, "POST", "/forgotpw", email="")["body"]
    said = page(people, "POST", "/forgotpw", email=new["email"])["body"]
    assert page(people, "POST", "/forgotpw", email="nobody@example.com")["body"] == said
    link = f"/changepw/{token(people)}"
    assert "<form" in page(people, "GET", link)["body"]
    assert "Passwords do not match." in page(people, "POST", link, password="another horse", confirm="x")["body"]
    changed = page(people, "POST", link, password="another horse", confirm="another horse")
    assert (changed["statusCode"], "is changed" in changed["body"]) == (200, True)
    for method in ("GET", "POST"):
        assert "Link has expired" in page(people, method, link, password="a" * 9, confirm="a" * 9)["body"]
    assert people.call("POST", "/api/session", email=new["email"], password="another horse")[0] == 200


def test_a_page_of_another_site_cannot_send_the_forms(people: Newcomers) -> None:
    new = people.verified()
    people.call("POST", "/api/password/forgot", email=new["email"])
    link, other = f"/changepw/{token(people)}", {"sec-fetch-site": "cross-site"}

    assert page(people, "POST", link, other, password="another horse", confirm="another horse")["statusCode"] == 403
    assert page(people, "POST", "/forgotpw", other, email=new["email"])["statusCode"] == 403
    assert people.call("POST", "/api/session", email=new["email"], password=new["password"])[0] == 200


@pytest.mark.parametrize("path", ["/forgotpw", "/changepw/x"])
def test_a_page_may_be_kept_or_framed_by_nobody(people: Newcomers, path: str) -> None:
    headers = {name.lower(): value for name, value in page(people, "GET", path)["headers"].items()}

    assert headers["cache-control"] == "no-store"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
