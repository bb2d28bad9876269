"""What every API of the administrator has in common: passwords, their limits, and refused origins."""

from collections.abc import Callable
from typing import Any

import pytest

from signpost.platform import aws
from signpost.platform.errors import Unavailable
from tests import dynamodb
from tests.aws import empty
from tests.aws_calls import failing
from tests.http_events import ADMIN, basic, http_event
from tests.integration.conftest import Handlers

GUESSES = 10  # that an address has
WRONG = basic("admin", "wrong")
RIGHT = basic(*ADMIN)
# A route of each function that reads, or finds nothing to do
APIS = {
    "campaign_admin": ("GET", "/admin/campaigns"),
    "campaign_reports": ("GET", "/admin/campaigns/7/stats"),
    "campaign_stats": ("POST", "/tasks/update_stats"),
    "app_admin": ("GET", "/admin/instagram/apps/nobody"),
    "member_admin": ("GET", "/membership/nobody"),
    "link_posts": ("GET", "/admin/campaigns/7/posts"),
}
WRITES = {
    "campaign_admin": ("POST", "/admin/campaigns", {"redirect_url": "https://e.com/"}),
    "campaign_stats": ("POST", "/tasks/update_stats", None),
    "app_admin": ("PUT", "/admin/instagram/apps/forged", {"feeds": ["@nora"]}),
    "member_admin": ("POST", "/membership", {"id": "7"}),
}

Ask = Callable[..., dict[str, Any]]


@pytest.fixture(autouse=True)
def _empty(signpost_application: object) -> None:
    empty("RateLimits", "Campaigns", "InstagramApps", "Members")


@pytest.fixture(params=APIS)
def ask(request: pytest.FixtureRequest, handlers: Handlers, context: Any) -> Ask:
    """Asks one of the APIs from an address; returns the reply."""
    module = handlers(request.param)
    method, path = APIS[request.param]

    def asked(headers: dict[str, str], ip: str = "203.0.113.7") -> dict[str, Any]:
        reply: dict[str, Any] = module.handler(http_event(method, path, headers=headers, ip=ip), context)
        return reply

    return asked


def test_an_address_may_guess_ten_times(ask: Ask) -> None:
    assert [ask(WRONG)["statusCode"] for _ in range(GUESSES)] == [401] * GUESSES

    # Then it waits, even with the right password: otherwise it could go on guessing
    for headers in (WRONG, RIGHT):
        reply = ask(headers)
        assert reply["statusCode"] == 429
        assert 0 < int(reply["headers"]["retry-after"]) <= 60
        assert "try again later" in reply["body"]
        assert "www-authenticate" not in reply["headers"]


def test_nobody_is_locked_out_by_another_address(ask: Ask) -> None:
    for _ in range(GUESSES + 1):
        ask(WRONG)

    assert ask(RIGHT, ip="203.0.113.8")["statusCode"] in {200, 404}


def test_right_and_missing_passwords_are_not_guesses(ask: Ask) -> None:
    for headers in (RIGHT, {}):
        for _ in range(GUESSES + 2):
            assert ask(headers)["statusCode"] != 429

    assert dynamodb.items("RateLimits") == []


def test_the_apis_share_one_limit(handlers: Handlers, context: Any) -> None:
    names = list(APIS) * 3

    statuses = [handlers(name).handler(http_event(*APIS[name], headers=WRONG), context)["statusCode"] for name in names]

    assert statuses == [401] * GUESSES + [429] * (len(names) - GUESSES)


def test_wrong_passwords_are_counted(ask: Ask, capsys: pytest.CaptureFixture[str]) -> None:
    ask(WRONG)

    assert '"WrongPasswords":[1.0]' in capsys.readouterr().out


def test_the_right_password_works_while_the_limits_cannot_be_read(ask: Ask) -> None:
    with (
        failing(aws.dynamodb(), "dynamodb.UpdateItem", Unavailable("not now")),
        failing(aws.dynamodb(), "dynamodb.GetItem", Unavailable("not now")),
    ):
        assert ask(WRONG)["statusCode"] == 401
        assert ask(RIGHT)["statusCode"] in {200, 404, 503}  # which the API's own table may be


@pytest.mark.parametrize("name", WRITES)
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "cross-site", "content-type": "text/plain"}, 403),
        ({"sec-fetch-site": "same-site", "content-type": "application/json"}, 403),
        ({"origin": "https://evil.example", "content-type": "text/plain"}, 403),
        ({"origin": "null", "content-type": "text/plain"}, 403),
        ({"sec-fetch-site": "same-origin", "content-type": "text/plain"}, 415),
    ],
)
def test_a_forged_form_changes_nothing(
    handlers: Handlers, context: Any, name: str, headers: dict[str, str], status: int
) -> None:
    # Given a browser that remembers the password, and a page of another site with a form
    method, path, body = WRITES[name]

    reply = handlers(name).handler(http_event(method, path, headers={**RIGHT, **headers}, body=body), context)

    assert reply["statusCode"] == (status if body or status == 403 else 200)
    assert dynamodb.items("Campaigns") == dynamodb.items("InstagramApps") == dynamodb.items("Members") == []


def test_another_sites_picture_does_not_start_a_recount(handlers: Handlers, context: Any) -> None:
    event = http_event("GET", "/tasks/update_stats", headers={**RIGHT, "sec-fetch-site": "cross-site"})

    assert handlers("campaign_stats").handler(event, context)["statusCode"] == 403


def test_links_to_what_is_only_read_work_from_anywhere(handlers: Handlers, context: Any) -> None:
    event = http_event("GET", "/admin/campaigns", headers={**RIGHT, "sec-fetch-site": "cross-site"})

    assert handlers("campaign_admin").handler(event, context)["statusCode"] == 200
