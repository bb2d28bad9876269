"""Errors on demand, throttles, and the usage headers."""

import json
from typing import Any

import pytest
import requests

from local.meta import Meta
from local.meta.errors import CODES, THROTTLES
from tests.integration.local.meta.conftest import KILN, NORA, Client, Time


def app_usage(answer: requests.Response) -> int:
    found: int = json.loads(answer.headers["X-App-Usage"])["call_count"]
    return found


def account_usage(answer: requests.Response, account: str) -> Any:
    entry = json.loads(answer.headers["X-Business-Use-Case-Usage"])[account][0]
    assert entry["type"] == "instagram"
    return entry


@pytest.mark.parametrize(("code", "subcode"), [*CODES, (205, None), (299, None)])
def test_every_error_can_be_requested(meta: Meta, facebook: Client, code: int, subcode: int | None) -> None:
    meta.fail_next(code, subcode)
    # The next call fails, in Meta's shape, and the one after it does not
    answer = facebook.call("me")
    error = answer.json()["error"]
    assert (error["code"], error.get("error_subcode")) == (code, subcode)
    assert error["message"]
    assert answer.status_code == (500 if code in {1, 2} else 400)
    facebook.get("me")


def test_an_error_may_be_transient(meta: Meta, facebook: Client) -> None:
    meta.fail_next(100, transient=True)
    assert facebook.call("me").json()["error"]["is_transient"] is True
    meta.fail_next(2)
    assert facebook.call("me").json()["error"]["is_transient"] is True
    meta.fail_next(2, transient=False)
    assert "is_transient" not in facebook.call("me").json()["error"]


def test_some_subcodes_come_with_a_message_for_people(meta: Meta, facebook: Client) -> None:
    meta.fail_next(18, 2207034, message="In other words")
    error = facebook.call("me").json()["error"]
    assert error["message"] == "In other words"
    assert error["error_user_msg"] == "The request could not be completed due to resource limits."


def test_errors_can_be_limited_to_some_calls(meta: Meta, facebook: Client, instagram: Client) -> None:
    # Given two failures for one account, on one path
    meta.fail_next(1, count=2, login=KILN, path="/media")
    # Then other accounts and other paths still work
    facebook.get(f"{meta.account(NORA).id}/media")
    instagram.get("me")
    assert [instagram.call("me/media").status_code for _ in range(3)] == [500, 500, 200]


def test_answers_may_not_be_json(meta: Meta, facebook: Client) -> None:
    meta.fail_next(0, status=502)
    answer = facebook.call("me")
    assert answer.status_code == 502
    assert answer.headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("host", ["api.instagram.com", "graph.facebook.com"])
def test_exchanges_fail_on_demand(meta: Meta, host: str) -> None:
    meta.fail_next(2, path="oauth/access_token")
    meta.fail_next(0, status=503, path="oauth/access_token")
    address = f"{meta.url}/{host}/oauth/access_token"
    first = requests.post(address, timeout=20)
    assert first.status_code == 500
    assert ("error_type" in first.json()) == host.startswith("api")
    assert requests.post(address, timeout=20).status_code == 503


def test_refreshing_one_token_fails_on_demand(meta: Meta, instagram: Client, clock: Time) -> None:
    assert instagram.token
    clock.pass_by(days=2)
    meta.fail_next(2, path="/tokens/" + KILN)
    params = {"grant_type": "ig_refresh_token", "access_token": instagram.token.value}
    address = f"{meta.settings()['GRAPH_IG_BASE']}/refresh_access_token"
    assert [requests.get(address, params=params, timeout=20).status_code for _ in range(2)] == [500, 200]


@pytest.mark.parametrize("code", THROTTLES)
def test_throttles_end_with_time(meta: Meta, instagram: Client, clock: Time, code: int) -> None:
    # Given a throttle of an hour
    meta.throttle(code, minutes=60, login=KILN)
    # Then a call is refused, and the header says for how many minutes
    answer = instagram.call("me")
    error = answer.json()["error"]
    assert (error["code"], error.get("error_subcode")) == (code, 1996 if code == 613 else None)
    usage = account_usage(answer, meta.account(KILN).id)
    assert usage["call_count"] == 100
    assert usage["estimated_time_to_regain_access"] == 61  # a call while throttled makes it longer
    # And it ends
    clock.pass_by(hours=1, seconds=61)
    answer = instagram.call("me")
    assert answer.status_code == 200
    assert account_usage(answer, meta.account(KILN).id)["estimated_time_to_regain_access"] == 0


def test_throttles_of_an_account_do_not_affect_others(meta: Meta, facebook: Client, instagram: Client) -> None:
    meta.throttle(80002, login=KILN)
    assert app_usage(facebook.call("me")) < 100
    facebook.get("me")
    assert instagram.refused("me") == (80002, None)
    # A throttle of the app affects all, until it is cleared
    meta.throttle(4)
    answer = facebook.call("me")
    assert answer.json()["error"]["code"] == 4
    assert app_usage(answer) == 100
    meta.calm()
    instagram.get("me")
    facebook.get("me")


def test_other_codes_are_not_throttles(meta: Meta) -> None:
    with pytest.raises(ValueError, match="100 is not a throttle"):
        meta.throttle(100)


def test_usage_headers_can_be_set(meta: Meta, facebook: Client, instagram: Client) -> None:
    meta.set_usage(93)
    meta.set_usage(91, KILN)
    answer = instagram.call("me")
    assert answer.status_code == 200
    assert app_usage(answer) == 93
    assert account_usage(answer, meta.account(KILN).id)["call_count"] == 91
    assert account_usage(facebook.call("me"), meta.account(NORA).id)["call_count"] < 50
    meta.set_usage(None)
    assert app_usage(facebook.call("me")) < 50


def test_refusals_of_a_known_token_have_usage_headers(meta: Meta, facebook: Client) -> None:
    meta.expire_tokens("nora")
    answer = facebook.call("me")
    assert answer.status_code == 400
    assert account_usage(answer, meta.account(NORA).id)


def test_persons_without_accounts_have_no_account_usage(meta: Meta, facebook: Client) -> None:
    facebook.token = meta.connect("facebook", "tom", ())
    answer = facebook.call("me")
    assert "X-App-Usage" in answer.headers
    assert "X-Business-Use-Case-Usage" not in answer.headers


def test_calls_are_recorded(meta: Meta, facebook: Client, clock: Time) -> None:
    facebook.get("me")
    facebook.call("nope")
    assert [(call.method, call.path.rpartition("/")[2], call.status, call.code) for call in meta.calls] == [
        ("GET", "me", 200, 0),
        ("GET", "nope", 400, 100),
    ]
    assert meta.calls[0].at == clock()


def test_other_hosts_are_not_served(meta: Meta) -> None:
    assert requests.get(f"{meta.url}/graph.threads.net/me", timeout=20).status_code == 404
