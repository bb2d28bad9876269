"""What holds after a fault at any call of the administration: no half campaign, and no second one."""

import itertools

import pytest

from tests.faults import ALL_MODES, Fault, Mode, at_every_call
from tests.integration.tracking.callers import TARGET, Administrator

pytestmark = pytest.mark.slow

_slugs = (f"slug-{number}" for number in itertools.count())


@ALL_MODES
def test_a_campaign_with_a_slug_is_created_whole_and_once(mode: Mode, admin: Administrator) -> None:
    def scenario(fault: Fault) -> None:
        slug, before = next(_slugs), admin.campaigns()

        status, body, repeated = admin.send_under(fault, "POST", body={"redirect_url": TARGET, "slug": slug})

        # Then it is there once; a repeated request may hear that the slug is taken, which the first one did
        made = [item for number, item in admin.campaigns().items() if number not in before]
        assert [item["slug"] for item in made] == [slug]
        assert status in ((201, 409) if repeated and mode.done else (201,))
        if status == 201:
            assert (made[0]["id"], made[0]["redirect_url"]) == (body["id"], TARGET)

    at_every_call(scenario, mode)


@ALL_MODES
def test_no_retry_of_the_sdk_creates_a_second_campaign(mode: Mode, admin: Administrator) -> None:
    def scenario(fault: Fault) -> None:
        before = admin.campaigns()

        status, body, repeated = admin.send_under(fault, "POST", body={"redirect_url": TARGET})

        made = set(admin.campaigns()) - set(before)
        assert status == 201
        assert body["id"] in made
        assert len(made) in ((1, 2) if repeated and mode.done else (1,))

    at_every_call(scenario, mode)


@ALL_MODES
def test_a_change_is_made_whole(mode: Mode, admin: Administrator) -> None:
    def scenario(fault: Fault) -> None:
        old, new = next(_slugs), next(_slugs)
        _, made = admin.send("POST", body={"redirect_url": TARGET, "slug": old})
        wanted = {"redirect_url": "https://new.example/", "slug": new, "max_clicks": 5}

        status, body, repeated = admin.send_under(fault, "PUT", f"/{made['id']}", wanted)

        stored = admin.campaigns()[made["id"]]
        assert status == 200
        assert {name: stored[name] for name in wanted} == wanted == {name: body[name] for name in wanted}
        assert stored["version"] in ((2, 3) if repeated else (2,))

    at_every_call(scenario, mode)


@ALL_MODES
def test_a_limit_is_set_changed_and_removed_whole(mode: Mode, admin: Administrator) -> None:
    def scenario(fault: Fault) -> None:
        _, made = admin.send("POST", body={"redirect_url": TARGET})
        for limit in (5, 7, None):
            status, body, _ = admin.send_under(fault, "PUT", f"/{made['id']}", {"max_clicks": limit})

            # The quota, which decides, is the campaign's
            assert (status, body["max_clicks"]) == (200, limit)
            stored, quota = admin.campaigns()[made["id"]], admin.quota(made["id"])
            assert {name: quota[name] for name in quota.keys() & {"limit", "max", "used"}} == (
                {} if limit is None else {"limit": stored["limit"], "max": limit, "used": 0}
            )
            assert (body["limit_from"] is None) == (limit is None)

    at_every_call(scenario, mode)


@ALL_MODES
def test_a_campaign_is_deleted_whole(mode: Mode, admin: Administrator) -> None:
    def scenario(fault: Fault) -> None:
        slug = next(_slugs)
        _, made = admin.send("POST", body={"redirect_url": TARGET, "slug": slug})

        status, _, repeated = admin.send_under(fault, "DELETE", f"/{made['id']}")

        assert status in ((204, 404) if repeated and mode.done else (204,))
        assert made["id"] not in admin.campaigns()

    at_every_call(scenario, mode)


@ALL_MODES
def test_a_former_slug_is_taken_whole_and_once(mode: Mode, admin: Administrator) -> None:
    def scenario(fault: Fault) -> None:
        # Given a campaign that has changed its slug
        old, new = next(_slugs), next(_slugs)
        _, first = admin.send("POST", body={"redirect_url": TARGET, "slug": old})
        admin.send("PUT", f"/{first['id']}", {"slug": new})

        # When another one takes the former one
        status, _, repeated = admin.send_under(fault, "POST", body={"redirect_url": TARGET, "slug": old})

        # Then it has the slug, and the first campaign loses its alias at its next change
        assert status in ((201, 409) if repeated and mode.done else (201,))
        assert admin.send("PUT", f"/{first['id']}", {"platforms": []})[0] == 200
        campaigns = admin.campaigns()
        assert "aliases" not in campaigns[first["id"]]
        assert [each["id"] for each in campaigns.values() if each.get("slug") == old] != [first["id"]]
        assert len([each for each in campaigns.values() if each.get("slug") == old]) == 1

    at_every_call(scenario, mode)


@ALL_MODES
def test_credentials_that_cannot_be_read_are_answered(mode: Mode, admin: Administrator) -> None:
    def scenario(fault: Fault) -> None:
        admin.new_environment()

        status, _, _ = admin.send_under(fault, "GET")

        assert status == 200

    at_every_call(scenario, mode)
