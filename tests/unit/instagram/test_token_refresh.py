"""How Meta's answers to a refresh, which it hardly documents, are understood."""

import json
from typing import Any

import pytest

from signpost.instagram.connection_states import DAY
from signpost.instagram.graph.errors import MetaUnavailable, PermissionMissing, Throttled
from signpost.instagram.installs import Install
from signpost.instagram.products import Provider
from signpost.instagram.tokens.refresh import Refreshed, TokenRefresher
from tests.installs import connected
from tests.unit.instagram.meta import Meta, Reply

FACEBOOK, INSTAGRAM = Provider.FACEBOOK, Provider.INSTAGRAM
NOW = 1_795_244_400.0
END, ACCESS_END = NOW + 15 * DAY, NOW + 45 * DAY
NEW_END = int(NOW + 60 * DAY)
APP_FULL = {"X-App-Usage": json.dumps({"call_count": 93, "total_time": 5, "total_cputime": 5})}
ACCOUNT_FULL = {
    "X-Business-Use-Case-Usage": json.dumps(
        {"1": [{"type": "instagram", "call_count": 99, "estimated_time_to_regain_access": 30}]}
    )
}


def install(provider: Provider, **changes: Any) -> Install:
    ends = {"expires_at": END, "data_access_expires_at": ACCESS_END if provider is FACEBOOK else None}
    return connected(provider, "1", "nora.bakes.demo", NOW - 45 * DAY, **{**ends, "scopes": ("old",), **changes})


class Pauses:
    """Remembers pauses that were asked for; `until` is the end of the current one."""

    def __init__(self, until: float | None = None) -> None:
        self.until, self.asked = until, list[tuple[Provider, float]]()

    def paused_until(self, install: Install, now: float) -> float | None:
        return self.until

    def pause_product(self, provider: Provider, until: float) -> None:
        self.asked.append((provider, until))


def refreshed(meta: Meta, which: Install, pauses: Pauses | None = None) -> Refreshed:
    return TokenRefresher(meta.graph, pauses or Pauses()).refresh(which, "old-token", NOW)


def facts(**changes: Any) -> dict[str, Any]:
    known = {"is_valid": True, "scopes": ["new"], "expires_at": NEW_END, "data_access_expires_at": int(ACCESS_END)}
    return {"data": {**known, **changes}}


def new_token(**changes: Any) -> dict[str, Any]:
    return {"access_token": "new-token", "token_type": "bearer", "expires_in": 5_184_000, **changes}


def test_instagrams_answer_is_trusted() -> None:
    full, bare = Meta(new_token(permissions="a,b")), Meta({"access_token": "new-token"})

    assert refreshed(full, install(INSTAGRAM)) == ("new-token", NEW_END, None, ("a", "b"))
    assert refreshed(bare, install(INSTAGRAM)) == ("new-token", END, None, ("old",))


def test_facebooks_new_token_is_inspected() -> None:
    meta = Meta(new_token(), facts())

    assert refreshed(meta, install(FACEBOOK)) == ("new-token", NEW_END, ACCESS_END, ("new",))
    assert meta.asked[0].query["fb_exchange_token"] == "old-token"
    assert meta.asked[1].query["input_token"] == "new-token"


@pytest.mark.parametrize(
    ("said", "token", "end"),
    [
        ({"expires_at": int(END)}, None, END),
        ({"expires_at": int(END + DAY) - 1}, None, END),
        ({"expires_at": int(END + DAY)}, "new-token", END + DAY),
        ({"expires_at": int(END - DAY)}, None, END),
        ({"expires_at": 0}, "new-token", NEW_END),
        ({"is_valid": False, "scopes": []}, None, END),
    ],
)
def test_a_new_token_that_lives_no_longer_is_not_kept(said: dict[str, Any], token: str | None, end: float) -> None:
    found = refreshed(Meta(new_token(), facts(**said)), install(FACEBOOK))

    assert (found.token, found.expires_at) == (token, end)


def test_a_token_that_never_ends_is_kept() -> None:
    found = refreshed(Meta({"access_token": "new-token"}, facts(expires_at=0)), install(FACEBOOK))

    assert (found.token, found.expires_at) == ("new-token", None)


def test_the_end_of_the_data_access_and_the_scopes_are_kept_anyway() -> None:
    found = refreshed(Meta(new_token(), facts(expires_at=int(END), data_access_expires_at=7)), install(FACEBOOK))
    unknown = refreshed(Meta(new_token(), facts(data_access_expires_at=0, scopes=[])), install(FACEBOOK))

    assert found == Refreshed(None, END, 7, ("new",))
    assert unknown == ("new-token", NEW_END, ACCESS_END, ("old",))


def test_meta_is_not_called_during_a_pause() -> None:
    meta = Meta()

    with pytest.raises(Throttled) as throttled:
        refreshed(meta, install(INSTAGRAM), Pauses(until=NOW + 59.5))

    assert throttled.value.retry_after == 60
    assert meta.asked == []


@pytest.mark.parametrize(("code", "asked"), [(4, [(INSTAGRAM, NOW + 3600)]), (80002, [])])
def test_a_throttle_of_the_app_pauses_the_product(code: int, asked: list[Any]) -> None:
    pauses = Pauses()

    with pytest.raises(Throttled):
        refreshed(Meta(Reply({"error": {"code": code}}, 400)), install(INSTAGRAM), pauses)

    assert pauses.asked == asked


@pytest.mark.parametrize(("headers", "asked"), [(APP_FULL, [(INSTAGRAM, NOW + 600)]), (ACCOUNT_FULL, [])])
def test_a_nearly_used_up_limit_of_the_app_pauses_the_product(headers: dict[str, str], asked: list[Any]) -> None:
    pauses = Pauses()

    found = refreshed(Meta(Reply(new_token(), 200, headers)), install(INSTAGRAM), pauses)

    assert found.token == "new-token"
    assert pauses.asked == asked


@pytest.mark.parametrize(("code", "raised"), [(10, PermissionMissing), (2, MetaUnavailable)])
def test_other_errors_are_left_to_the_caller(code: int, raised: type[Exception]) -> None:
    with pytest.raises(raised):
        refreshed(Meta(new_token(), Reply({"error": {"code": code}}, 400)), install(FACEBOOK))
