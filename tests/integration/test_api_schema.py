"""Whatever is sent to them, the APIs keep to docs/openapi.json. Over HTTP, on the local stack."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import missing_required_header, negative_data_rejection

from local.demo.signpost_stack import SignpostStack
from local.runner.stack import LocalStack
from signpost.messaging import callers, keys
from tests.http_events import ADMIN, basic
from tests.openapi import DOCUMENT

pytestmark = pytest.mark.slow

# 412 is the right answer to an If-Match that is only well-formed.
ACCEPTED = ["2xx", "401", "404", "409", "412"]
# No schema says which time zones there are, that one date is before another, or how many bytes a text has.
ACCEPTED_OF_REPORTS = [*ACCEPTED, "3xx", "422"]
REPORTS_PATHS = "/(stats|posts|clicks.csv|qr.svg)$"
# No schema says how Meta signs, what it gave out, what letters a hashtag has, or what has to be confirmed.
ACCEPTED_OF_INSTAGRAM = [*ACCEPTED, "3xx", "400", "403", "422", "428", "429"]
ADMINISTRATION = "^/(admin/camp|tasks/)"


def document(accepted: list[str], paths: str = ADMINISTRATION, **only: str) -> Any:
    """The reference, without the old spelling, which is the same code, and the redirect, which leads out of here.

    `only`: what else has to be so of an operation.
    """
    config = SchemathesisConfig.from_dict(
        {
            # Some are the front page's to answer, which is not in the reference; test_methods.py tries all the others.
            "phases": {"coverage": {"unexpected-methods": []}},
            "checks": {"positive_data_acceptance": {"expected-statuses": accepted}},
        }
    )
    loaded: Any = schemathesis.openapi.from_dict(DOCUMENT, config=config)
    return loaded.include(path_regex=paths, **only).exclude(deprecated=True)


API = document(ACCEPTED).exclude(path_regex=REPORTS_PATHS)
REPORTS = document(ACCEPTED_OF_REPORTS, REPORTS_PATHS)
INSTAGRAM = document(ACCEPTED_OF_INSTAGRAM, "^/(?!admin/camp|tasks|track)").exclude(tag="Messaging")
# Messaging takes what its older apps send: forms, in which everything is text, and 403 without a token. Its reply about
# an app's version may be empty.
MESSAGING = document(ACCEPTED_OF_INSTAGRAM, "^/(?!track)", tag="Messaging").exclude(path="/api/app/update")
TOKEN, USER = "an-access-token-of-nora", 7
AS_EVER = [missing_required_header, negative_data_rejection]
SAME_EACH_TIME = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=10,
    stateful_step_count=6,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    secret = json.dumps({"username": ADMIN[0], "password": ADMIN[1]})
    with SignpostStack(secrets={"AdminCredentials": secret}, log=lambda _line: None) as running:
        yield running.stack


@API.auth()
@REPORTS.auth()
@INSTAGRAM.auth()
class Login:
    """Known to Schemathesis, so that it can also leave the credentials out, or send wrong ones."""

    def get(self, _case: schemathesis.Case[Any], _context: schemathesis.AuthContext) -> str:
        return basic(*ADMIN)["authorization"]

    def set(self, case: schemathesis.Case[Any], data: str, _context: schemathesis.AuthContext) -> None:
        case.headers["Authorization"] = data


@MESSAGING.auth()
class Phone:
    """One with an app that is logged in."""

    def get(self, _case: schemathesis.Case[Any], _context: schemathesis.AuthContext) -> str:
        return f"Bearer {TOKEN}"

    def set(self, case: schemathesis.Case[Any], data: str, _context: schemathesis.AuthContext) -> None:
        case.headers["Authorization"] = data


@API.hook("map_body")  # type: ignore[untyped-decorator]
def in_the_future(_context: schemathesis.HookContext, body: Any) -> Any:
    """No schema says that a campaign cannot expire in the past."""
    if isinstance(body, dict) and isinstance(body.get("expires_at"), str):
        body["expires_at"] = "2096" + body["expires_at"][4:]  # a leap year
    return body


@API.parametrize()  # type: ignore[untyped-decorator]
@SAME_EACH_TIME
def test_every_answer_is_one_that_the_reference_announces(case: schemathesis.Case[Any], stack: LocalStack) -> None:
    forget_tries(stack)
    case.call_and_validate(base_url=stack.url)


@REPORTS.parametrize()  # type: ignore[untyped-decorator]
@SAME_EACH_TIME
def test_every_report_is_one_that_the_reference_announces(case: schemathesis.Case[Any], stack: LocalStack) -> None:
    forget_tries(stack)
    case.call_and_validate(base_url=stack.url)


@INSTAGRAM.parametrize()  # type: ignore[untyped-decorator]
@SAME_EACH_TIME
def test_every_answer_about_instagram_is_one_that_the_reference_announces(
    case: schemathesis.Case[Any], stack: LocalStack
) -> None:
    forget_tries(stack)
    case.call_and_validate(base_url=stack.url)


@MESSAGING.parametrize()  # type: ignore[untyped-decorator]
@SAME_EACH_TIME
def test_every_answer_of_messaging_is_one_that_the_reference_announces(
    case: schemathesis.Case[Any], stack: LocalStack
) -> None:
    forget_tries(stack)
    sign_in(stack)
    case.call_and_validate(base_url=stack.url, excluded_checks=AS_EVER)


def test_what_is_created_can_be_read_and_changed_until_it_is_deleted(stack: LocalStack) -> None:
    # Given calls that follow one another by the reference's links, so with ids that were really given out
    class Calls(API.include(tag="Campaigns").exclude(operation_id="listCampaigns").as_state_machine()):  # type: ignore[misc]
        def setup(self) -> None:
            forget_campaigns(stack)  # or a slug would be free the first time and taken the second

        def before_call(self, _case: schemathesis.Case[Any]) -> None:
            forget_tries(stack)

        def get_call_kwargs(self, _case: schemathesis.Case[Any]) -> dict[str, Any]:
            return {"base_url": stack.url}

    # Then each answer is an announced one, a new campaign is found, and a deleted one is not
    Calls.run(settings=settings(SAME_EACH_TIME, max_examples=25))


def forget_tries(stack: LocalStack) -> None:
    """Schemathesis also sends wrong credentials, all from one address, which would soon be refused."""
    dynamodb = stack.client("dynamodb")
    for item in dynamodb.scan(TableName="RateLimits")["Items"]:
        dynamodb.delete_item(TableName="RateLimits", Key={"key": item["key"]})


def sign_in(stack: LocalStack) -> None:
    """Have the phone's user again, however a request changed or removed it."""
    now = time.time()
    profile = {"id": USER, "username": "nora", "email": "nora@example.com", "phone": "+14155550100"}
    seen = {"created_at": now, "verified_at": now, "last_active_at": now, "activity": keys.PROFILE_ACTIVITY}
    for item in (
        {**keys.profile(USER), **profile, **seen},
        {**keys.clock(USER), "version": 1},
        {**keys.device(USER, 1), "platform": "ios", "created_at": now},
        {**keys.token(callers.digest(TOKEN)), "user": USER, "device": 1, "active_at": now, "ttl": int(now) + 3_600},
    ):
        stored = {
            name: {"N": str(value)} if isinstance(value, int | float) else {"S": value} for name, value in item.items()
        }
        stack.client("dynamodb").put_item(TableName="Messaging", Item=stored)


def forget_campaigns(stack: LocalStack) -> None:
    dynamodb = stack.client("dynamodb")
    for item in dynamodb.scan(TableName="Campaigns")["Items"]:
        dynamodb.delete_item(TableName="Campaigns", Key={"key": item["key"]})
