"""Requests of people who removed the app or want their data erased, and the page about them."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from local.meta.signatures import signed_request
from signpost.instagram.deletion import page, request
from signpost.instagram.deletion.request import DeletionProgress, Erased, Kind, NotARequest, Request, Status
from signpost.instagram.installs import Install
from signpost.instagram.products import Provider
from signpost.instagram.signatures import SignatureInvalid
from signpost.platform.errors import NotFound, SignpostError, Unavailable
from tests.http_events import http_event
from tests.installs import connected

SECRETS = ("facebook-secret", "instagram-secret")
ISSUED = 1_795_247_130
NOW = ISSUED + 2.5
CODE = "5f0c1d2e3b4a59687766001242a7b1c9"
PERSON, ACCOUNT = "26000000000000002", "17841400000000002"


def form(secret: str = SECRETS[1], **changes: Any) -> bytes:
    payload = {"algorithm": "HMAC-SHA256", "issued_at": ISSUED, "user_id": PERSON, **changes}
    return urlencode({"signed_request": signed_request(payload, secret)}).encode()


def read(content: bytes, kind: Kind = Kind.ERASE, now: float = NOW) -> Request:
    return request.read_form(kind, content, SECRETS, now)


def install(**changes: Any) -> Install:
    provider = changes.pop("provider", Provider.INSTAGRAM)
    return connected(provider, ACCOUNT, "kiln", ISSUED - 1000.0, **{"person_id": PERSON, **changes})


# ---------------------------------------------------------------------------------------------------------- requests
@pytest.mark.parametrize("secret", SECRETS)
def test_a_request_signed_with_any_secret_names_the_person(secret: str) -> None:
    wanted = read(form(secret), Kind.DEAUTHORIZE)

    assert wanted == Request(Kind.DEAUTHORIZE, PERSON, ISSUED, NOW, "")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"signed_request=",
        b"signed_request=a.b",
        b"other=1",
        form("another-secret"),
        form() + b"A",
        form().replace(b"signed_request", b"Signed_Request"),
        "signed_request=ä".encode(),
        b"\xff\xfe",
        b"signed_request=" + b"&" * 10_000,
    ],
)
def test_what_meta_did_not_sign_is_refused(content: bytes) -> None:
    with pytest.raises(SignatureInvalid):
        read(content)


@pytest.mark.parametrize("user_id", [None, 0, "0", "", "../1"])
def test_a_request_that_names_nobody_is_refused(user_id: object) -> None:
    with pytest.raises(NotARequest):
        read(form(user_id=user_id))


@pytest.mark.parametrize("issued_at", [None, "", "soon", [], {}])
@pytest.mark.parametrize("kind", Kind)
def test_a_request_without_a_time_could_be_an_old_one(kind: Kind, issued_at: object) -> None:
    # Sent again years later, it would end a connection that was made since
    with pytest.raises(NotARequest, match="issued_at"):
        read(form(issued_at=issued_at), kind)


def test_a_request_is_never_about_connections_that_are_made_after_it_came() -> None:
    wanted = read(form(issued_at=ISSUED + 86_400), Kind.DEAUTHORIZE)

    assert request.is_about(wanted, install(connected_at=NOW))
    assert not request.is_about(wanted, install(connected_at=NOW + 60))


def test_a_repeated_request_has_the_same_code_and_a_new_one_another() -> None:
    codes = [read(form()).code, read(form(), now=NOW + 60).code, read(form(issued_at=ISSUED + 1)).code]

    assert codes[0] == codes[1] != codes[2]
    assert all(len(code) == 32 and code.isalnum() and code.isascii() for code in codes)


@pytest.mark.parametrize("issued_at", [ISSUED, None])  # None: queued by hand
@pytest.mark.parametrize("kind", Kind)
def test_a_message_can_be_read_back(kind: Kind, issued_at: int | None) -> None:
    code = "" if kind is Kind.DEAUTHORIZE else CODE
    wanted = read(form(), kind)._replace(issued_at=issued_at, code=code)

    assert request.read_message(json.dumps(request.message(wanted))) == wanted


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "other"},
        {"kind": ["erase"]},
        {"person_id": "x"},
        {"received_at": None},
        {"received_at": True},
        {"issued_at": "soon"},
        {"code": ""},
        {"code": "a/../b-123"},
        {"code": 12345678},
    ],
)
def test_a_malformed_message_is_refused(change: dict[str, object]) -> None:
    message = request.message(read(form()))

    with pytest.raises(NotARequest):
        request.read_message(json.dumps({**message, **change}))


@pytest.mark.parametrize("body", ["", "[]", "null", "[" * 100_000])
def test_a_message_that_is_not_an_object_is_refused(body: str) -> None:
    with pytest.raises(NotARequest):
        request.read_message(body)


# ------------------------------------------------------------------------------------------------ which connections
@pytest.mark.parametrize(
    ("connection", "meant"),
    [
        (install(), True),
        (install(person_id=None, app_scoped_id=PERSON), True),
        (install(provider=Provider.FACEBOOK), True),
        (install(person_id="26000000000000003"), False),
        (install(person_id=None), False),
    ],
)
def test_a_request_is_about_the_connections_of_that_person(connection: Install, meant: bool) -> None:
    assert request.is_about(read(form()), connection) is meant


@pytest.mark.parametrize(("provider", "meant"), [(Provider.INSTAGRAM, True), (Provider.FACEBOOK, False)])
def test_the_accounts_own_id_counts_only_with_instagram_login(provider: Provider, meant: bool) -> None:
    wanted = read(form(user_id=ACCOUNT))

    assert request.is_about(wanted, install(provider=provider)) is meant


@pytest.mark.parametrize(
    ("connected_at", "issued_at", "meant"),
    [
        (ISSUED - 0.001, ISSUED, True),
        (ISSUED + 0.9, ISSUED, True),  # in the same second: Meta's times are whole ones
        (ISSUED + 1.0, ISSUED, False),
        (NOW - 0.1, None, True),
        (NOW + 1.0, None, False),
    ],
)
def test_a_connection_made_after_the_request_stays(connected_at: float, issued_at: int | None, meant: bool) -> None:
    assert request.is_about(read(form())._replace(issued_at=issued_at), install(connected_at=connected_at)) is meant


# ----------------------------------------------------------------------------------------------------------- the page
HTML = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
ROUTE = f"/instagram/data-deletion/{CODE}"


def shown(progress: DeletionProgress) -> str:
    reply = page.answer(http_event("GET", ROUTE, headers={"accept": HTML}), progress)
    assert (reply["statusCode"], reply["headers"]["content-type"]) == (200, "text/html; charset=utf-8")
    assert "default-src 'none'" in reply["headers"]["content-security-policy"]
    assert reply["headers"]["cache-control"] == "no-store"
    text: str = reply["body"]
    assert "<script" not in text
    assert CODE in text
    return text


def test_the_page_shows_how_far_a_request_is() -> None:
    received = DeletionProgress(CODE, Status.RECEIVED, NOW)
    erasing = received._replace(status=Status.ERASING, erased=Erased(0, 1234, 5, 0))
    done = erasing._replace(status=Status.DONE, done_at=NOW + 86_400)

    assert "We received your request" in shown(received)
    assert '<time datetime="2026-11-21">21 November 2026</time>' in shown(received)
    assert "Erased so far" not in shown(received)
    assert "being erased" in shown(erasing)
    assert "<dt>Posts, with their figures</dt><dd>1,234</dd>" in shown(erasing)
    assert 'done on <time datetime="2026-11-22">' in shown(done)
    assert "There was nothing about you" in shown(done._replace(erased=Erased()))


def test_programs_get_the_same_as_json() -> None:
    event = http_event("GET", ROUTE, headers={"accept": "application/json"})

    reply = page.answer(event, DeletionProgress(CODE, Status.DONE, NOW, NOW + 1, Erased(1, 2, 3, 4)))

    assert json.loads(reply["body"]) == {
        "confirmation_code": CODE,
        "status": "done",
        "received_at": "2026-11-21T07:45:32.500000Z",
        "done_at": "2026-11-21T07:45:33.500000Z",
        "erased": {"accounts": 1, "posts": 2, "pictures": 3, "imports": 4},
    }
    assert reply["headers"]["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("error", "status", "title"),
    [(NotFound("There is <none>."), 404, "No such request"), (Unavailable("Not now."), 503, "Please try again")],
)
def test_errors_are_pages_too(error: SignpostError, status: int, title: str) -> None:
    as_page = page.refusal(http_event("GET", ROUTE), error)
    as_json = page.refusal(http_event("GET", ROUTE, headers={"accept": "application/json"}), error)

    assert (as_page["statusCode"], as_json["statusCode"]) == (status, status)
    assert f"<h1>{title}</h1>" in as_page["body"]
    assert "<none>" not in as_page["body"]
    assert json.loads(as_json["body"])["error"]["code"] == error.code
