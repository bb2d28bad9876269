"""Every row of Meta's table of errors that concerns us, and what it means."""

import traceback
from typing import Any

import pytest

from signpost.instagram.graph import errors
from signpost.instagram.graph.error_codes import error_from
from signpost.instagram.graph.errors import TokenEnd
from signpost.instagram.graph.usage import Usage

DAY = 86_400


def classified(code: Any, subcode: Any = None, message: str = "x", **more: Any) -> errors.MetaError:
    fields = {"code": code, "error_subcode": subcode, "message": message, "type": "OAuthException", **more}
    return error_from({"error": fields}, 400, Usage())


KINDS: dict[type[errors.MetaError], list[tuple[Any, int | None]]] = {
    errors.MetaUnavailable: [(-1, None), (-2, None), (1, None), (2, None), ("2", None)],
    errors.PermissionMissing: [(3, None), (10, None), (200, None), (299, None)],
    errors.Throttled: [(code, None) for code in (4, 17, 32, 341, 613, 80001, 80002)] + [(613, 1996)],
    errors.TokenDead: [(102, None), (190, None)],
    errors.ObjectMissing: [(100, 33)],
    errors.BeforeBusiness: [(100, 2108006)],
    errors.CodeRefused: [(100, 36007), (100, 36009)],
    errors.HashtagUnknown: [(24, 2207024), (24, None)],
    errors.HashtagQuota: [(18, 2207034), (18, None)],
    errors.UserUnknown: [(110, 2207013)],
    errors.PolicyBlock: [(368, None)],
    errors.GraphBug: [
        *((code, None) for code in (100, 199, 300, 2500, 12345)),
        *((24, 2207006), (9, 2207042), (4, 2207051), (36000, 2207004), (-2, 2207003), (-2, 2207020)),
    ],
}


@pytest.mark.parametrize(
    ("code", "subcode", "kind"), [(*code, kind) for kind, codes in KINDS.items() for code in codes]
)
def test_code_and_subcode_decide(code: Any, subcode: int | None, kind: type[errors.MetaError]) -> None:
    assert type(classified(code, subcode)) is kind


@pytest.mark.parametrize(
    "message",
    [
        "Unsupported get request. Object with ID '178' does not exist, cannot be loaded due to missing permissions",
        "(#100) Object does not exist, cannot be loaded due to missing permission or reviewable feature",
    ],
)
def test_an_object_that_is_missing_is_no_bug_of_ours_even_without_its_subcode(message: str) -> None:
    assert type(classified(100, message=message)) is errors.ObjectMissing
    assert type(classified(100, message="The parameter fields does not exist.")) is errors.GraphBug


@pytest.mark.parametrize(
    ("code", "kind"), [*((code, errors.MetaUnavailable) for code in (100, 190, 12345)), (4, errors.Throttled)]
)
def test_an_error_that_meta_calls_transient_is_retryable(code: int, kind: type[errors.MetaError]) -> None:
    assert isinstance(classified(code, is_transient=True), kind)
    assert not isinstance(classified(code, is_transient=False), errors.MetaUnavailable)


@pytest.mark.parametrize(
    ("code", "level", "pause"),
    [
        (4, "app", 3600),
        (17, "user", 3600),
        (32, "page", 3600),
        (341, "app", 3600),
        (613, "custom", 600),
        (80001, "page", 3600),
        (80002, "account", 3600),
    ],
)
def test_a_throttle_says_what_must_stop_and_for_how_long(code: int, level: str, pause: int) -> None:
    throttled = classified(code)

    assert isinstance(throttled, errors.Throttled)
    assert (throttled.level, throttled.retry_after, throttled.retryable) == (level, pause, True)


def test_a_throttle_lasts_as_long_as_meta_says() -> None:
    throttled = error_from({"error": {"code": 80002}}, 400, Usage(100, 17 * 60))

    assert throttled.retry_after == 1020


@pytest.mark.parametrize(
    ("subcode", "reason"),
    [
        (458, TokenEnd.REVOKED),
        (459, TokenEnd.CHECKPOINT),
        (460, TokenEnd.PASSWORD_CHANGED),
        (463, TokenEnd.EXPIRED),
        (464, TokenEnd.UNCONFIRMED),
        (467, TokenEnd.INVALID),
        (492, TokenEnd.ROLE_LOST),
        (None, TokenEnd.INVALID),
        (999, TokenEnd.INVALID),
    ],
)
@pytest.mark.parametrize("code", [102, 190])
def test_a_dead_token_has_a_reason(code: int, subcode: int | None, reason: TokenEnd) -> None:
    dead = classified(code, subcode)

    assert isinstance(dead, errors.TokenDead)
    assert (dead.reason, dead.retryable) == (reason, False)


def test_a_story_with_too_few_viewers_is_not_a_missing_permission() -> None:
    message = "(#10) Not enough viewers for the media to show insights"

    assert type(classified(10, None, message)) is errors.NotEnoughViewers


def test_the_misleading_unsupported_request_is_a_missing_role() -> None:
    message = "Unsupported request - method type: get"

    assert type(classified(100, None, message, type="IGApiException")) is errors.PermissionMissing
    assert type(classified(100, None, message)) is errors.GraphBug
    assert type(classified(100, None, "Invalid parameter", type="IGApiException")) is errors.GraphBug


@pytest.mark.parametrize(
    ("message", "metrics", "index"),
    [
        (
            "(#100) The Media Insights API does not support the views metric for this media product type.",
            ("views",),
            None,
        ),
        ("Media Insights API does not support the plays, replies metrics for this media", ("plays", "replies"), None),
        (
            "(#100) Starting from version v22.0 and above, the impressions metric is no longer supported",
            ("impressions",),
            None,
        ),
        ("(#100) metric[2] must be one of the following values: reach, views", (), 2),
        ("(#100) The following metric is not supported", (), None),
        ("(#100) The following metrics are not supported for this media: plays, saved", ("plays", "saved"), None),
    ],
)
def test_a_removed_metric_is_named_as_meta_names_it(message: str, metrics: tuple[str, ...], index: int | None) -> None:
    removed = classified(100, None, message)

    assert isinstance(removed, errors.MetricRemoved)
    assert (removed.metrics, removed.index) == (metrics, index)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (100, "(#100) Tried accessing nonexisting field (shares_count) on node type (ShadowIGMedia)"),
        (12, "(#12) shares_count is deprecated for versions v27.0 and higher"),
        (12, "(#12) shares_count field is deprecated for versions v27.0 and higher"),
    ],
)
def test_a_refused_field_is_named(code: int, message: str) -> None:
    refused = classified(code, None, message)

    assert isinstance(refused, errors.FieldRefused)
    assert (refused.field, refused.retryable) == ("shares_count", False)


def test_a_page_that_is_too_large_is_not_an_outage() -> None:
    message = "Please reduce the amount of data you're asking for, then retry your request"

    assert type(classified(1, None, message)) is errors.TooMuchData
    assert type(classified(1, 99, message, is_transient=True)) is errors.TooMuchData


def test_blocks_and_quotas_wait_a_day() -> None:
    assert classified(368).retry_after == DAY
    assert classified(18, 2207034).retry_after == DAY
    assert classified(190).retry_after is None


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        (
            {"error_type": "OAuthException", "code": 400, "error_message": "Matching code was not found"},
            400,
            errors.CodeRefused,
        ),
        ({"error_type": "OAuthRateLimitException", "code": 429, "error_message": "x"}, 429, errors.Throttled),
        ({"error_type": "OAuthException", "code": 429}, 400, errors.Throttled),
        ({"error_type": "OAuthException", "code": 500}, 400, errors.MetaUnavailable),
        ({"error_type": "OAuthException"}, 503, errors.MetaUnavailable),
        ({"error": {"message": "x"}}, 400, errors.GraphBug),
        ({"error": "x"}, 200, errors.GraphBug),
        ({}, 429, errors.Throttled),
        ({}, 500, errors.MetaUnavailable),
        ({}, 404, errors.GraphBug),
    ],
)
def test_errors_of_the_login_and_odd_ones_have_a_meaning_too(
    body: dict[str, Any], status: int, kind: type[errors.MetaError]
) -> None:
    assert type(error_from(body, status, Usage())) is kind


@pytest.mark.parametrize(
    ("kind", "retryable", "status"),
    [
        (errors.MetaUnavailable, True, 503),
        (errors.Throttled, True, 503),
        (errors.HashtagQuota, True, 503),
        (errors.PolicyBlock, True, 503),
        (errors.ObjectMissing, True, 404),
        (errors.TokenDead, False, 409),
        (errors.PermissionMissing, False, 403),
        (errors.AppBlocked, False, 503),
        (errors.NotEnoughViewers, False, 404),
        (errors.BeforeBusiness, False, 404),
        (errors.HashtagUnknown, False, 404),
        (errors.UserUnknown, False, 404),
        (errors.MetricRemoved, False, 422),
        (errors.CodeRefused, False, 400),
        (errors.GraphBug, False, 502),
    ],
)
def test_each_error_says_whether_to_retry(kind: type[errors.MetaError], retryable: bool, status: int) -> None:
    assert (kind.retryable, kind.status) == (retryable, status)


def test_a_blocked_app_is_told_from_a_missing_permission() -> None:
    blocked = classified(200, message="API access blocked.")

    assert type(blocked) is errors.AppBlocked
    assert "later" in str(blocked)


def test_what_meta_said_is_for_logs_and_not_for_people() -> None:
    bug = classified(12345, 67, "Strange")

    assert "Strange" not in str(bug)
    assert "code=12345, subcode=67" in "".join(traceback.format_exception(bug))


def test_an_error_without_facts_has_empty_ones() -> None:
    assert errors.GraphBug("x").facts == errors.Facts()
