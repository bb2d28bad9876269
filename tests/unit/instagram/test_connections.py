import pytest

from signpost.instagram.apps.app import App
from signpost.instagram.apps.migration import Rollout
from signpost.instagram.connect.connections import (
    KEPT,
    AppReference,
    Login,
    LoginAccount,
    app_after,
    new_install,
    with_app_token,
)
from signpost.instagram.connection_states import DAY, ConnectionState
from signpost.instagram.graph.models import ProfessionalAccount
from signpost.instagram.installs import Install
from signpost.instagram.products import Provider
from signpost.instagram.secret_text import SecretText

NOW = 1_795_244_400.0  # 2026-11-21
ACCOUNT = ProfessionalAccount("17841400000000001", "nora", followers_count=7)
ROLLOUT = Rollout(["old-user"])
OLD = App(
    "a", "socialFeed", "old-user", is_new=False, feeds=("#food", "@nora", "@natgeo"), migrated_at="never", version=1
)


def login(expires_at: float | None, data_access: float | None) -> Login:
    return Login(
        provider=Provider.FACEBOOK,
        token=SecretText("t"),
        issued_at=NOW,
        expires_at=expires_at,
        data_access_expires_at=data_access,
        scopes=("instagram_basic",),
        person_id="1",
        accounts=(LoginAccount(ACCOUNT),),
    )


@pytest.mark.parametrize(
    ("days", "data_access_days", "state", "check_day"),
    [
        (60, 90, ConnectionState.ACTIVE, "2026-12-31"),  # 20 days before its end
        (None, None, ConnectionState.ACTIVE, None),
        (60, 9, ConnectionState.EXPIRING, "2026-11-22"),
    ],
)
def test_an_install_is_checked_when_its_token_needs_something(
    days: int | None, data_access_days: int | None, state: ConnectionState, check_day: str | None
) -> None:
    ends = [None if each is None else NOW + each * DAY for each in (days, data_access_days)]

    install = new_install(login(*ends), LoginAccount(ACCOUNT, "5", "Nora Bakes"), "01", NOW)

    assert (install.state, install.check_day) == (state, check_day)
    assert (install.id, install.page_id, install.page_name) == ("facebook-17841400000000001", "5", "Nora Bakes")
    assert (install.sync_at, install.connected_at, install.person_id) == (NOW, NOW, "1")
    assert "t" not in (install.token.decode(), *install.scopes)


def test_a_new_install_is_empty_where_the_old_one_is_kept() -> None:
    install = new_install(login(None, None), LoginAccount(ACCOUNT), "01", NOW)

    assert set(Install._fields) >= KEPT
    assert {getattr(install, name) for name in KEPT} == {None, ()}


@pytest.mark.parametrize(
    ("app", "reference", "after"),
    [
        (App("a"), AppReference("a"), App("a")),
        (App("a"), AppReference("a", user="u"), App("a", "", "u")),
        (App("a"), AppReference("a", "socialFeed", "old-user"), App("a", "socialFeed", "old-user", migrated_at=NOW)),
        (App("a", "x", "u", version=3), AppReference("a", "y", "other"), App("a", "x", "u", version=3)),
        (OLD, AppReference("a"), OLD._replace(migrated_at=NOW, not_migrated=("@natgeo",))),
    ],
)
def test_a_connection_gives_an_app_its_user_or_migrates_it(app: App, reference: AppReference, after: App) -> None:
    assert app_after(app, reference, "nora", NOW, ROLLOUT) == after


def test_an_install_keeps_its_ten_newest_app_tokens() -> None:
    given: dict[str, float] = {}
    for number in range(12):
        given = with_app_token(given, f"hash{number}", NOW + number)

    assert sorted(given) == sorted(f"hash{number}" for number in range(2, 12))
    assert with_app_token(given, "hash5", NOW + 99)["hash5"] == NOW + 99
    assert len(with_app_token(given, "hash5", NOW + 99)) == 10
    # A clock that was set back does not lose the token that was just given
    assert "new" in with_app_token(given, "new", NOW - 99)
