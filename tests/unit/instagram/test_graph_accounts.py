from typing import Any

import pytest

from signpost.instagram.graph import accounts as graph_accounts
from signpost.instagram.graph.errors import MetaUnavailable
from signpost.instagram.graph.models import FacebookUser, ProfessionalAccount
from signpost.instagram.products import Provider
from tests.unit.instagram.meta import TOKEN, Meta, Reply

FACEBOOK, INSTAGRAM = Provider.FACEBOOK, Provider.INSTAGRAM
ME = {"id": 2**60 + 1, "user_id": "17841400000000001", "username": "powr_io", "account_type": "Business"}


@pytest.mark.parametrize("body", [ME, {"data": [ME]}])
def test_an_instagram_account_has_two_ids(body: Any) -> None:
    meta = Meta(body)

    account = graph_accounts.my_account(meta.graph(INSTAGRAM), TOKEN).value

    assert account == ProfessionalAccount("17841400000000001", "powr_io", str(2**60 + 1), account_type="Business")
    assert {"id", "user_id", "username"} <= set(meta.asked[0].query["fields"].split(","))


def test_an_account_of_facebook_login_has_one_id() -> None:
    meta = Meta({"id": "17841400000000001", "username": "powr_io", "followers_count": 0, "media_count": 12})

    account = graph_accounts.account_fields(meta.graph(FACEBOOK), TOKEN, "17841400000000001").value

    assert (account.id, account.app_scoped_id, account.followers_count) == ("17841400000000001", None, 0)
    assert meta.asked[0].address.endswith("/v26.0/17841400000000001")


def test_an_instagram_token_reads_its_own_account() -> None:
    meta = Meta(ME)

    graph_accounts.account_fields(meta.graph(INSTAGRAM), TOKEN, "17841400000000001")

    assert meta.asked[0].address.endswith("/v26.0/me")


def test_an_account_without_an_id_is_not_an_answer() -> None:
    with pytest.raises(MetaUnavailable, match="id"):
        graph_accounts.account_fields(Meta({"username": "a"}).graph(FACEBOOK), TOKEN, "1")


def test_an_account_that_is_told_without_its_name_is_an_account() -> None:
    assert graph_accounts.account_fields(Meta({"id": "1"}).graph(FACEBOOK), TOKEN, "1").value.username is None


def test_the_facebook_user() -> None:
    meta = Meta({"id": "99", "name": "Ann"})

    assert graph_accounts.my_facebook_user(meta.graph(FACEBOOK), TOKEN).value == FacebookUser("99", "Ann")


def test_all_facebook_pages_are_read_by_cursor() -> None:
    meta = Meta(
        {
            "data": [
                {
                    "id": "1",
                    "name": "Food",
                    "access_token": "pageToken",
                    "tasks": ["MANAGE"],
                    "instagram_business_account": {"id": "178", "username": "food"},
                }
            ],
            "paging": {"cursors": {"after": "QVFI"}, "next": "https://evil.example/steal"},
        },
        Reply(
            {"data": [{"id": 2}, {"name": "no id"}], "paging": {"cursors": {"after": "last"}}},
            headers={"X-App-Usage": '{"call_count":95}'},
        ),
    )

    answer = graph_accounts.my_pages(meta.graph(FACEBOOK), TOKEN)

    first, second = answer.value
    assert (first.name, first.access_token, first.tasks) == ("Food", "pageToken", ("MANAGE",))
    assert first.account == ProfessionalAccount("178", "food")
    assert (second.id, second.account, second.access_token) == ("2", None, None)
    assert "pageToken" not in repr(answer)
    assert answer.usage.percent == 95
    assert [asked.query.get("after") for asked in meta.asked] == [None, "QVFI"]
    assert {asked.address for asked in meta.asked} == {"https://graph.facebook.com/v26.0/me/accounts"}
    assert "access_token" in meta.asked[0].query["fields"].split(",")


def test_one_malformed_facebook_page_does_not_hide_the_others() -> None:
    broken = {"id": "1", "instagram_business_account": {"username": "without an id"}}
    fine = {"id": "2", "instagram_business_account": {"id": "179", "username": "a"}}

    pages = graph_accounts.my_pages(Meta({"data": [broken, fine]}).graph(FACEBOOK), TOKEN).value

    assert [page.account for page in pages] == [None, ProfessionalAccount("179", "a")]


def test_a_pages_account_may_come_without_its_name() -> None:
    page = {"id": "1", "instagram_business_account": {"id": "178"}}

    [found] = graph_accounts.my_pages(Meta({"data": [page]}).graph(FACEBOOK), TOKEN).value

    assert found.account == ProfessionalAccount("178", None)


def test_reading_stops_after_twenty_pages() -> None:
    page = {"data": [{"id": "1"}], "paging": {"cursors": {"after": "same"}, "next": "https://x"}}
    meta = Meta(*[page] * 50)

    assert len(graph_accounts.my_pages(meta.graph(FACEBOOK), TOKEN).value) == 20


def test_webhooks_of_an_instagram_account() -> None:
    meta = Meta({"success": True})

    assert graph_accounts.subscribe(meta.graph(INSTAGRAM), TOKEN, "178").value is True

    assert (meta.asked[0].method, meta.asked[0].query) == ("POST", {"subscribed_fields": "comments,live_comments"})
    assert meta.asked[0].address == "https://graph.instagram.com/v26.0/178/subscribed_apps"


def test_webhooks_of_a_page() -> None:
    meta = Meta({"success": False})

    assert graph_accounts.subscribe(meta.graph(FACEBOOK), "pageToken", "1").value is False

    assert meta.asked[0].query["subscribed_fields"] == "feed"
    assert meta.asked[0].token == "pageToken"
