"""The life of a member, from the log-in of a mobile client to the deletion. The stand-in for Meta answers its calls."""

from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests import exports
from tests.e2e.conftest import PASSWORD, USER
from tests.e2e.instagram import Scene, failures, scene

pytestmark = pytest.mark.slow

NORA = "nora.bakes.demo"


@pytest.fixture(scope="module")
def life() -> Iterator[Scene]:
    with scene() as running:
        yield running


class Client(NamedTuple):
    """A mobile client of one account."""

    url: str
    member: str
    token: str

    def call(self, method: str, path: str, member: str = "") -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self.token}"}
        address = self.url + path.format(member or self.member)
        reply = requests.request(method, address, headers=headers, timeout=60)
        return reply.status_code, reply.json()

    def member_view(self) -> dict[str, Any]:
        return dict(self.call("GET", "/membership/{}")[1]["data"])


def logged_in(life: Scene) -> Client:
    end = life.log_in(f"{life.stack.url}/showlogin?provider=facebook&type=mobile", "nora")
    told = {name: values[0] for name, values in parse_qs(urlsplit(end).query).items()}
    return Client(life.stack.url, told["smaxx-id"], told["smaxx-token"])


def administrator(life: Scene, method: str, path: str, **named: Any) -> Any:
    return requests.request(method, life.stack.url + path, auth=(USER, PASSWORD), timeout=60, **named)


def stored(life: Scene, member: str) -> list[str]:
    """What is left of a member, in all tables and buckets."""
    tables = ("Members", "ExportImports", "InstagramInstalls", "Media")
    items = [f"{table} {each}" for table in tables for each in life.items(table) if member in repr(each)]
    files = [
        each["Key"]
        for bucket in ("exportfiles", "reportsnapshots", "mediafiles")
        for each in life.stack.client("s3").list_objects_v2(Bucket=bucket).get("Contents", ())
    ]
    return items + [key for key in files if member in key]


def test_a_member_comes_works_and_goes(life: Scene) -> None:
    # Given somebody whom the administrator has added, and an account that a mobile client connects
    assert administrator(life, "POST", "/membership", params={"id": "123", "title": "Otto"}).status_code == 201
    client = logged_in(life)
    life.until(lambda: client.member_view()["sync"]["phase"] == "done", "the first sync ends")
    listed = administrator(life, "GET", "/membership").json()["data"]
    assert [(each["id"], each["username"]) for each in listed] == [("123", None), (client.member, NORA)]
    assert client.call("GET", "/membership/{}", "123")[0] == 403

    # When it uploads its export as a browser does, reports get the lists in it
    begun = client.call("POST", "/membership/{}/import")[1]["data"]
    form = begun["upload"]
    content = exports.export(**{exports.PROFILE: exports.profile(NORA)})
    files = {form["file_field"]: ("my export (1).zip", content)}
    assert requests.post(form["url"], data=form["fields"], files=files, timeout=60).status_code == 204
    address = f"/membership/{{}}/imports/{begun['id']}"
    life.until(lambda: client.call("GET", address)[1]["data"]["state"] == "read", "the export is read")
    (file,) = client.call("GET", address)[1]["data"]["files"]
    assert (file["name"], file["refusal"]) == ("my export (1).zip", None)
    assert file["lists"]["followers"] == 2
    uploads = life.stack.client("s3").list_objects_v2(Bucket="exportfiles", Prefix="uploads/")
    assert uploads.get("Contents", []) == []

    # And its worker starts and stops when it says so
    life.until(lambda: client.call("GET", "/workers/stop/{}")[0] == 200, "the worker stops")
    assert client.call("GET", "/workers/stop/{}")[1]["status"] == 538
    assert client.call("POST", "/workers/start/{}")[1]["newstate"] == "started"
    assert client.call("POST", "/workers/start/{}")[1]["status"] == 533

    # When it has itself deleted, nothing of it is left, and the other one is
    assert client.call("DELETE", "/membership/{}")[0] == 200
    life.until(lambda: not stored(life, client.member), "everything is deleted")
    assert client.call("GET", "/membership/{}")[0] == 401
    assert [each["id"] for each in administrator(life, "GET", "/membership").json()["data"]] == ["123"]

    # And when it connects again, it begins anew
    again = logged_in(life)
    assert again.member == client.member
    assert again.call("GET", "/membership/{}/imports")[1]["data"] == []
    assert failures(life) == {}
