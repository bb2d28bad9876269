"""The control page: what it shows, its forms, and the same controls as JSON."""

import json
from html.parser import HTMLParser
from typing import Any

import pytest
import requests

from local.meta import Meta
from tests.integration.local.meta.conftest import INSTAGRAM, KILN, NORA, Client, Receiver


class Page(HTMLParser):
    """The forms of the page by their action, each with the values that a browser would send."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: dict[str, dict[str, str]] = {}
        self.labels = 0
        self.inputs = 0
        self._form, self._select = "", ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        match tag:
            case "form":
                assert found["method"] == "post"
                self._form = found["action"]
                self.forms[self._form] = {}
            case "label":
                self.labels += 1
            case "input":
                self.inputs += 1
                if found["type"] != "checkbox":
                    self.forms[self._form][found["name"]] = found["value"]
            case "select":
                self.inputs += 1
                self._select = found["name"]
            case "option":
                self.forms[self._form].setdefault(self._select, found["value"])


def page(meta: Meta) -> str:
    answer = requests.get(f"{meta.url}/", timeout=20)
    assert answer.status_code == 200
    return answer.text


def press(meta: Meta, action: str, **changes: str) -> str:
    """Post a form as the page fills it in; returns what the page then says."""
    fields = Page(page(meta)).forms[f"/control/{action}"] | changes
    answer = requests.post(f"{meta.url}/control/{action}", data=fields, timeout=20)
    assert answer.history[0].status_code == 303
    said = answer.text.partition('<p role="status"><strong>')[2].partition("</strong>")[0]
    assert said
    return said


def control(meta: Meta, action: str, **arguments: Any) -> Any:
    return requests.post(f"{meta.url}/control/{action}", json=arguments, timeout=20).json()


def test_the_page_lists_accounts_tokens_and_calls(meta: Meta, instagram: Client) -> None:
    instagram.get("me")
    shown = page(meta)
    assert all(name in shown for name in (NORA, KILN, "Tom Without Page", "Priya", meta.account(NORA).id))
    assert instagram.token
    assert instagram.token.masked in shown
    assert instagram.token.value not in shown
    assert "GET /graph.instagram.com/v26.0/me" in shown


def test_every_input_has_a_label(meta: Meta) -> None:
    found = Page(page(meta))
    assert found.labels == found.inputs > 30


def test_every_form_does_something(meta: Meta, receiver: Receiver) -> None:
    # Given an account that is connected
    receiver.answer = lambda _request: (200, json.dumps({"url": "http://127.0.0.1/s", "confirmation_code": "abc"}))
    meta.connect("instagram", NORA, INSTAGRAM)
    changes = {"login": NORA, "provider": "instagram", "scope": "instagram_business_basic", "media_type": "IMAGE"}
    # When each form is posted, then none of them fails
    for action, fields in Page(page(meta)).forms.items():
        given = {field: value for field, value in changes.items() if field in fields}
        said = press(meta, action.removeprefix("/control/"), **given, force="on")
        assert ": failed." not in said, said
        if action == "/control/rename":
            meta.rename(fields["username"], NORA)


def test_publishing_by_form(meta: Meta) -> None:
    assert "Publish a post" in press(meta, "publish", login=KILN, caption="<b>Fat</b> #ed", media_type="CAROUSEL_ALBUM")
    media = meta.account(KILN).media[0]
    assert (media.caption, media.media_type, len(media.children)) == ("<b>Fat</b> #ed", "CAROUSEL_ALBUM", 3)


def test_sending_a_webhook_by_form(meta: Meta, receiver: Receiver) -> None:
    said = press(meta, "send_comment", provider="instagram", login=KILN)
    assert "not subscribed" in said
    press(meta, "send_comment", provider="instagram", login=KILN, force="on", shape="flat", of_ad="on")
    entry = json.loads(receiver.posts[0].body)["entry"][0]
    assert entry["value"]["media"]["media_product_type"] == "AD"
    assert f"{receiver.url}/hook" in page(meta)
    assert "delivered" in page(meta)


def test_throttling_and_failing_by_form(meta: Meta, instagram: Client) -> None:
    press(meta, "throttle", code="80002", minutes="5", login=KILN)
    assert instagram.refused("me") == (80002, None)
    press(meta, "calm")
    press(meta, "fail_next", code="190", subcode="460", count="1", login="")
    assert instagram.refused("me") == (190, 460)
    press(meta, "kill_tokens", login=KILN, subcode="459")
    assert instagram.refused("me") == (190, 459)
    assert "460 password changed" in page(meta)


def test_the_page_reports_failures(meta: Meta) -> None:
    assert "Nobody is called" in press(meta, "publish", login="nobody")
    assert "no webhook address" in press(meta, "verify_webhook")
    assert "no deauthorize address" in press(meta, "revoke", login=NORA)
    assert "failed" in press(meta, "throttle", minutes="soon")


def test_reports_are_escaped(meta: Meta) -> None:
    shown = requests.get(f"{meta.url}/", params={"said": "<script>alert(1)</script>"}, timeout=20).text
    assert "<script>" not in shown


def test_the_same_controls_take_json(meta: Meta, receiver: Receiver) -> None:
    post = control(meta, "publish", login=KILN, caption="By program")["result"]
    assert post == {"id": meta.account(KILN).media[0].id}
    token = control(meta, "connect", provider="instagram", login=KILN, scopes=["instagram_business_basic"])["result"]
    client = Client(meta.settings()["GRAPH_IG_BASE"])
    assert client.get("me", fields="username", access_token=token["access_token"])["username"] == KILN
    sent = control(meta, "send_batch", provider="instagram", login=KILN, entries=3, force=True)
    assert sent == {"result": {"state": "delivered", "answers": [200]}}
    assert control(meta, "expire_tokens", login=KILN) == {"result": 1}
    assert control(meta, "throttle", code=4) == {"result": "done"}
    assert control(meta, "comment", login=KILN, text="Hm")["result"][0] == {"id": post["id"]}
    assert control(meta, "delete_data", provider="instagram", login=KILN)["result"]["problems"] == ["not a JSON object"]
    signed = control(meta, "signed_request", provider="instagram", login=KILN)["result"]
    assert signed.count(".") == 1
    added = control(meta, "add_account", username="added.demo", login="added")["result"]
    assert meta.state.world.holder("facebook", "added") is meta.state.world.holder("facebook", added["id"])
    assert control(meta, "add_account", username="added.demo")["error"] == "added.demo is there already."
    back = {"provider": "instagram", "login": KILN, "scopes": [], "redirect_uri": "http://127.0.0.1/back"}
    assert control(meta, "authorize", **back)["result"].startswith("http://127.0.0.1/back?code=")


@pytest.mark.parametrize(
    ("action", "body"), [("publish", b"{"), ("publish", b"[]"), ("publish", b"{}"), ("publish", b'{"login": "nobody"}')]
)
def test_wrong_json_is_refused(meta: Meta, action: str, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = requests.post(f"{meta.url}/control/{action}", data=body, headers=headers, timeout=20)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_other_paths_and_methods_are_refused(meta: Meta) -> None:
    assert requests.post(f"{meta.url}/control/stop", timeout=20).status_code == 404
    assert requests.post(f"{meta.url}/control/__init__", json={}, timeout=20).status_code == 404
    assert requests.get(f"{meta.url}/control/publish", timeout=20).status_code == 405
    assert requests.post(f"{meta.url}/", timeout=20).status_code == 405
