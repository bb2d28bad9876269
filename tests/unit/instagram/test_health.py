"""What a missing permission is about, and when many changes are a storm."""

from typing import Any

import pytest

from signpost.instagram.graph.errors import (
    AppBlocked,
    Facts,
    MetaUnavailable,
    PermissionMissing,
    TokenDead,
    TokenEnd,
)
from signpost.instagram.health import Cause, Health, cause_of, is_storm, slot_at, within_an_hour
from signpost.instagram.installs import Install
from signpost.instagram.products import Provider
from signpost.instagram.scopes import REQUIRED_SCOPES
from tests.installs import connected
from tests.unit.instagram.meta import Meta, error

FACEBOOK, INSTAGRAM = Provider.FACEBOOK, Provider.INSTAGRAM
NOW = 1_795_244_400.0  # 2026-11-21T07:00:00Z
LONG_AGO, JUST_NOW = NOW - 301, NOW - 300
QUIET, BUSY = Health(worked_at=LONG_AGO), Health(worked_at=JUST_NOW)


def install(provider: Provider, **changes: Any) -> Install:
    return connected(provider, "17841400000000001", "nora.bakes.demo", NOW - 1000, **changes)


def refusal(code: int = 10) -> PermissionMissing:
    return PermissionMissing("refused", Facts(code=code))


def facts(**changes: Any) -> dict[str, Any]:
    known = {"is_valid": True, "scopes": list(REQUIRED_SCOPES[FACEBOOK]), "data_access_expires_at": int(NOW + 1)}
    return {"data": {**known, **changes}}


def cause(meta: Meta, which: Install, health: Health = QUIET, refused: PermissionMissing | None = None) -> Cause:
    graph = meta.graph(which.provider)
    return cause_of(refused or refusal(), which, health, graph=graph, token="token", now=NOW)


@pytest.mark.parametrize("refused", [AppBlocked("blocked", Facts(code=200)), refusal(3)])
@pytest.mark.parametrize("provider", list(Provider))
def test_some_refusals_are_about_the_app_whatever_the_token_may_do(
    provider: Provider, refused: PermissionMissing
) -> None:
    meta = Meta()

    assert cause(meta, install(provider, refused_since=NOW - 1000), BUSY, refused) is Cause.APP
    assert meta.asked == []


@pytest.mark.parametrize(
    "changes",
    [
        {"scopes": ["instagram_basic", "pages_show_list"]},
        {"granular_scopes": [{"scope": "instagram_basic", "target_ids": ["17841400000000002"]}]},
        {"data_access_expires_at": int(NOW)},
    ],
)
def test_a_token_that_lacks_something_is_the_accounts_trouble(changes: dict[str, Any]) -> None:
    assert cause(Meta(facts(**changes)), install(FACEBOOK)) is Cause.ACCOUNT


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"granular_scopes": [{"scope": "instagram_basic", "target_ids": ["17841400000000001"]}]},
        {"granular_scopes": [{"scope": "instagram_basic"}, {"scope": "pages_show_list", "target_ids": ["5"]}]},
        {"data_access_expires_at": 0},
    ],
)
def test_a_token_that_lacks_nothing_is_the_apps_trouble(changes: dict[str, Any]) -> None:
    assert cause(Meta(facts(**changes)), install(FACEBOOK)) is Cause.APP


@pytest.mark.parametrize("provider", list(Provider))
@pytest.mark.parametrize(
    ("health", "refused_since", "expected"),
    [
        (QUIET, None, Cause.APP),
        (Health(), None, Cause.APP),
        (BUSY, None, Cause.UNCLEAR),
        (BUSY, JUST_NOW, Cause.UNCLEAR),
        (BUSY, JUST_NOW - 1, Cause.ACCOUNT),
        (QUIET, LONG_AGO - 1, Cause.ACCOUNT),
        (QUIET, LONG_AGO, Cause.APP),
    ],
)
def test_others_that_could_be_read_since_show_that_the_app_works(
    provider: Provider, health: Health, refused_since: float | None, expected: Cause
) -> None:
    assert cause(Meta(facts()), install(provider, refused_since=refused_since), health) is expected


@pytest.mark.parametrize(("code", "expected"), [(200, Cause.APP), (190, Cause.APP), (100, Cause.UNCLEAR)])
def test_a_refused_question_is_about_the_app_too(code: int, expected: Cause) -> None:
    assert cause(Meta(error(code)), install(FACEBOOK)) is expected


def test_a_question_without_an_answer_is_asked_again() -> None:
    with pytest.raises(MetaUnavailable):
        cause(Meta(error(2)), install(FACEBOOK))


def test_a_token_may_turn_out_to_be_dead() -> None:
    dead = facts(is_valid=False, error={"code": 190, "subcode": 460})

    with pytest.raises(TokenDead) as raised:
        cause(Meta(dead), install(FACEBOOK))
    assert raised.value.reason is TokenEnd.PASSWORD_CHANGED


@pytest.mark.parametrize(
    ("changes", "accounts", "storm"),
    [(10, 0, False), (11, 0, True), (11, 200, True), (50, 1000, False), (51, 1000, True), (5000, 100_000, False)],
)
def test_a_storm_is_more_than_a_twentieth_and_more_than_a_few(changes: int, accounts: int, storm: bool) -> None:
    assert is_storm(changes, accounts) is storm


def test_changes_are_counted_over_the_last_hour() -> None:
    counted = {
        "2026-11-21T05": {"m55": 1},
        "2026-11-21T06": {"m00": 2, "m05": 4, "m55": 8, "ttl": 1_795_250_000},
        "2026-11-21T07": {"m00": 16},
    }

    assert (slot_at(NOW), slot_at(NOW - 1)) == (("2026-11-21T07", "m00"), ("2026-11-21T06", "m55"))
    assert within_an_hour(NOW, counted) == 4 + 8 + 16
    assert within_an_hour(NOW + 299, counted) == 4 + 8 + 16
    assert within_an_hour(NOW + 300, counted) == 8 + 16
    assert within_an_hour(NOW - 1, counted) == 2 + 4 + 8
    assert within_an_hour(NOW + 2 * 3600, counted) == 0
