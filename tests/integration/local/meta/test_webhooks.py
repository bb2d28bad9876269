"""Requests of the stand-in to the application: handshake, webhooks, retries and signed requests."""

import base64
import hashlib
import hmac
import json
from itertools import pairwise
from typing import Any

import pytest
import requests

from local.meta import Meta
from local.meta.errors import MetaError
from local.meta.outbound import NotLocalError
from local.meta.webhooks.controls import NotSubscribedError
from tests.integration.local.meta.conftest import KILN, NORA, Received, Receiver, Time, signature


@pytest.fixture(autouse=True)
def _subscribed(meta: Meta) -> None:
    meta.account(KILN).subscribed |= {"comments", "story_insights"}
    meta.state.world.people[0].pages[0].subscribed |= {"feed"}


def entries(request: Received) -> list[dict[str, Any]]:
    body = json.loads(request.body)
    assert body["object"] == "instagram"
    found: list[dict[str, Any]] = body["entry"]
    return found


def test_the_handshake(meta: Meta, receiver: Receiver) -> None:
    meta.verify_webhook("instagram")
    assert meta.instagram.webhook_verified
    query = receiver.requests[0].query
    assert query["hub.mode"] == ["subscribe"]
    assert query["hub.verify_token"] == [meta.instagram.verify_token]


@pytest.mark.parametrize("why", ["token", "answer", "address", "silence"])
def test_a_failed_handshake_sends_nothing(meta: Meta, receiver: Receiver, why: str) -> None:
    # Given a receiver that refuses the token, answers more than the challenge, is not set, or does not answer
    if why == "token":
        receiver.verify_token = "another"
    if why == "answer":
        receiver.after_challenge = "<script>"
    if why == "address":
        meta.instagram.webhook_url = None
    if why == "silence":
        meta.instagram.webhook_url = "http://127.0.0.1:9/hook"
    # Then nothing can be sent
    with pytest.raises(MetaError, match="2200"):
        meta.send_comment("instagram", KILN)
    assert not receiver.posts


def test_a_comment_of_instagram_login(meta: Meta, receiver: Receiver, clock: Time) -> None:
    # When somebody comments
    delivery = meta.send_comment("instagram", KILN, "Grüße! 50 % <3 a/b @you")
    # Then the application hears of it, after a handshake
    assert delivery.delivered
    (request,) = receiver.posts
    assert request.headers["Content-Type"] == "application/json"
    entry = entries(request)[0]
    assert (entry["id"], entry["time"]) == (meta.account(KILN).id, int(clock()))
    change = entry["changes"][0]
    comment = meta.account(KILN).media[0].comments[-1]
    assert change["field"] == "comments"
    assert change["value"]["id"] == comment.id
    assert change["value"]["text"] == "Grüße! 50 % <3 a/b @you"
    assert change["value"]["media"]["id"] == meta.account(KILN).media[0].id


def test_the_signature_is_over_the_escaped_bytes(meta: Meta, receiver: Receiver) -> None:
    meta.send_comment("instagram", KILN, "Grüße! 50 % <3 a/b @you")
    (request,) = receiver.posts
    secret = meta.instagram.secret
    assert request.headers["X-Hub-Signature-256"] == "sha256=" + signature(secret, request.body)
    sha1 = hmac.new(secret.encode(), request.body, hashlib.sha1).hexdigest()
    assert request.headers["X-Hub-Signature"] == f"sha1={sha1}"
    assert rb"Gr\u00fc\u00dfe! 50 \u0025 \u003C3 a\/b \u0040you" in request.body
    # So JSON that is written again does not have that signature
    again = json.dumps(json.loads(request.body), separators=(",", ":")).encode()
    assert signature(secret, again) != signature(secret, request.body)


def test_each_app_signs_with_its_own_secret(meta: Meta, receiver: Receiver) -> None:
    meta.facebook.secret = "changed"
    meta.send_comment("facebook", NORA)
    (request,) = receiver.posts
    assert request.headers["X-Hub-Signature-256"] == "sha256=" + signature("changed", request.body)


def test_a_new_address_is_verified_again(meta: Meta, receiver: Receiver) -> None:
    meta.verify_webhook("instagram")
    meta.instagram.webhook_url = f"{receiver.url}/another"
    assert not meta.instagram.webhook_verified
    meta.send_comment("instagram", KILN)
    assert [request.method for request in receiver.requests] == ["GET", "GET", "POST"]


@pytest.mark.parametrize("way", ["python", "json"])
def test_the_application_may_call_during_a_webhook(meta: Meta, receiver: Receiver, way: str) -> None:
    # Given an application that reads the account before it answers the webhook
    token = meta.connect("instagram", KILN, ("instagram_business_basic",))
    address = f"{meta.settings()['GRAPH_IG_BASE']}/v26.0/me"
    statuses: list[int] = []

    def answer(_request: Received) -> tuple[int, str]:
        statuses.append(requests.get(address, params={"access_token": token.value}, timeout=20).status_code)
        return 200, ""

    receiver.answer = answer
    # When it is sent one
    if way == "python":
        meta.send_comment("instagram", KILN)
    else:
        control = f"{meta.url}/control/send_comment"
        requests.post(control, json={"provider": "instagram", "login": KILN}, timeout=20)
    # Then neither blocks the other
    assert statuses == [200]


def test_the_same_delivery_may_come_twice(meta: Meta, receiver: Receiver) -> None:
    first = meta.send_comment("instagram", KILN)
    assert meta.resend(first).delivered
    one, two = receiver.posts
    assert (one.body, one.headers["X-Hub-Signature-256"]) == (two.body, two.headers["X-Hub-Signature-256"])


def test_a_webhook_needs_a_post_or_story(meta: Meta, receiver: Receiver) -> None:
    meta.state.world.add_account("empty.demo")
    with pytest.raises(ValueError, match="has no such post"):
        meta.send_comment("instagram", "empty.demo", force=True)
    with pytest.raises(ValueError, match="has no story"):
        meta.send_story_insights("instagram", "empty.demo", force=True)
    assert not receiver.requests


def test_the_shapes_of_a_comment(meta: Meta, receiver: Receiver) -> None:
    # Flat, of an ad's copy, within a list, and with Facebook Login's name for the id
    meta.send_comment("instagram", KILN, shape="flat")
    meta.send_comment("instagram", KILN, of_ad=True)
    meta.send_comment("instagram", KILN, as_list=True)
    meta.send_comment("facebook", NORA)
    flat, ad, listed, facebook = receiver.posts
    assert entries(flat)[0]["field"] == "comments"
    assert "changes" not in entries(flat)[0]
    about = entries(ad)[0]["changes"][0]["value"]["media"]
    assert about["media_product_type"] == "AD"
    assert about["original_media_id"] == meta.account(KILN).media[0].id != about["id"]
    assert isinstance(json.loads(listed.body), list)
    value = entries(facebook)[0]["changes"][0]["value"]
    assert "comment_id" in value
    assert "id" not in value


def test_mentions(meta: Meta, receiver: Receiver) -> None:
    meta.send_mention("facebook", NORA)
    meta.send_mention("instagram", KILN)
    facebook, instagram = (entries(request)[0]["changes"][0] for request in receiver.posts)
    assert facebook["field"] == "mentions"
    assert facebook["value"].keys() == {"media_id", "comment_id"}
    assert instagram["field"] == "comments"
    assert f"@{KILN}" in instagram["value"]["text"]


def test_story_insights_hide_small_numbers(meta: Meta, receiver: Receiver) -> None:
    meta.send_story_insights("facebook", NORA, shape="flat")
    value = entries(receiver.posts[0])[0]["value"]
    assert value["media_id"] == meta.account(NORA).stories[0].id
    assert value["reach"] == value["exits"] == -1
    assert value["impressions"] == 6


def test_a_batch_of_a_thousand(meta: Meta, receiver: Receiver) -> None:
    delivery = meta.send_batch("instagram", KILN, 1000)
    assert delivery.delivered
    found = entries(receiver.posts[0])
    assert len(found) == len({entry["changes"][0]["value"]["id"] for entry in found}) == 1000
    for wrong in (0, 1001):
        with pytest.raises(ValueError, match="1 to 1000 entries"):
            meta.send_batch("instagram", KILN, wrong)


def test_the_old_list_with_its_bare_signature(meta: Meta, receiver: Receiver, clock: Time) -> None:
    meta.send_legacy("facebook", NORA)
    (request,) = receiver.posts
    account = meta.account(NORA)
    about = {"object": "user", "object_id": account.id, "data": {"media_id": account.media[0].id}}
    expected = {**about, "changed_aspect": "media", "subscription_id": 1, "time": int(clock())}
    assert json.loads(request.body) == [expected]
    sha1 = hmac.new(meta.facebook.secret.encode(), request.body, hashlib.sha1).hexdigest()
    assert request.headers["X-Hub-Signature"] == sha1
    assert "X-Hub-Signature-256" not in request.headers


def test_any_body_with_a_forged_signature(meta: Meta, receiver: Receiver) -> None:
    receiver.answer = lambda _request: (401, "")
    delivery = meta.send_body("instagram", {"object": "page"}, signature="sha256=forged")
    assert [attempt.status for attempt in delivery.attempts] == [401, 401]
    assert receiver.posts[0].headers["X-Hub-Signature-256"] == "sha256=forged"


def test_accounts_that_are_not_subscribed_get_nothing(meta: Meta, receiver: Receiver) -> None:
    meta.account(KILN).subscribed.clear()
    meta.state.world.people[0].pages[0].subscribed.clear()
    for provider, login in (("instagram", KILN), ("facebook", NORA)):
        with pytest.raises(NotSubscribedError, match="not subscribed to comments"):
            meta.send_comment(provider, login)  # type: ignore[arg-type]
    assert not receiver.posts
    assert meta.send_comment("instagram", KILN, force=True).delivered


def test_publishing_sends_nothing(meta: Meta, receiver: Receiver) -> None:
    meta.publish(KILN, "No webhook for this")
    assert not receiver.requests


def test_failed_deliveries_are_retried_immediately_and_then_less_often(
    meta: Meta, receiver: Receiver, clock: Time
) -> None:
    # Given an application that fails
    receiver.answer = lambda _request: (500, "broken")
    delivery = meta.send_comment("instagram", KILN)
    assert [attempt.status for attempt in delivery.attempts] == [500, 500]
    assert meta.retry_deliveries(due_only=True) == 0
    # When time goes by for two days, half a minute at a time
    for _ in range(2 * 24 * 120):
        clock.pass_by(seconds=30)
        meta.retry_deliveries(due_only=True)
    # Then it was retried with longer and longer pauses, and dropped after 36 hours
    moments = [attempt.at - delivery.created for attempt in delivery.attempts]
    pauses = [later - earlier for earlier, later in pairwise(moments)]
    assert pauses == sorted(pauses)
    assert len(pauses) > 5
    assert 18 * 3600 < moments[-1] <= 36 * 3600
    assert delivery.state == "dropped"
    # And each time with the same bytes and signature
    assert len({(request.body, request.headers["X-Hub-Signature-256"]) for request in receiver.posts}) == 1


def test_a_delivery_arrives_when_the_application_is_back(meta: Meta, receiver: Receiver, clock: Time) -> None:
    receiver.answer = lambda _request: (503, "")
    delivery = meta.send_comment("instagram", KILN)
    assert delivery.state == "waiting"
    receiver.answer = lambda _request: (200, "")
    assert meta.retry_deliveries() == 1
    assert delivery.state == "delivered"
    assert meta.retry_deliveries() == 0


def test_only_this_machine_is_sent_to(meta: Meta) -> None:
    hosts = ("http://meta.example", "https://127.0.0.1", "http://127.0.0.1.example", "http://10.0.0.1")
    for address in hosts:
        meta.instagram.webhook_url = address
        with pytest.raises(NotLocalError, match="not on this machine"):
            meta.verify_webhook("instagram")


def payload(request: Received, secret: str) -> dict[str, Any]:
    """A signed request, checked as Meta's documents describe."""
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    signed, _, encoded = request.form["signed_request"].partition(".")
    assert "=" not in signed + encoded
    right = hmac.new(secret.encode(), encoded.encode(), hashlib.sha256).digest()
    assert base64.urlsafe_b64decode(signed + "=" * (-len(signed) % 4)) == right
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    return found


def test_removing_the_app_ends_the_tokens_and_notifies_it(meta: Meta, receiver: Receiver, clock: Time) -> None:
    token = meta.connect("instagram", KILN, ("instagram_business_basic",))
    other = meta.connect("facebook", "nora", ())
    answer = meta.revoke("instagram", KILN)
    assert answer.problems == ()
    (request,) = receiver.posts
    assert request.path == "/deauthorize"
    found = payload(request, meta.instagram.secret)
    assert (found["algorithm"], found["issued_at"]) == ("HMAC-SHA256", int(clock()))
    assert found["user_id"] == meta.account(KILN).app_scoped_id
    assert (token.subcode(clock()), other.subcode(clock())) == (458, None)
    assert not meta.account(KILN).subscribed


def test_facebook_users_are_named_by_their_id(meta: Meta, receiver: Receiver) -> None:
    receiver.answer = lambda _request: (500, "")
    answer = meta.revoke("facebook", "nora")
    assert answer.problems == ("status 500, not 200",)
    assert payload(receiver.posts[0], meta.facebook.secret)["user_id"] == meta.state.world.people[0].id
    assert not meta.state.world.people[0].pages[0].subscribed


def test_deletion_requires_an_address_and_a_code(meta: Meta, receiver: Receiver) -> None:
    right = {"url": "http://127.0.0.1/status/abc123", "confirmation_code": "abc123"}
    receiver.answer = lambda _request: (200, json.dumps(right))
    answer = meta.delete_data("instagram", KILN)
    assert (answer.problems, answer.url, answer.confirmation_code) == ((), *right.values())
    assert receiver.posts[0].path == "/deletion"


@pytest.mark.parametrize(
    ("status", "text", "problems"),
    [
        (500, "", 2),
        (200, "[]", 1),
        (200, "{}", 2),
        (200, '{"url": "status", "confirmation_code": "abc"}', 1),
        (200, '{"url": "http://127.0.0.1/s", "confirmation_code": "a-b"}', 1),
    ],
)
def test_problems_of_other_answers_to_deletion_are_listed(
    meta: Meta, receiver: Receiver, status: int, text: str, problems: int
) -> None:
    receiver.answer = lambda _request: (status, text)
    assert len(meta.delete_data("instagram", KILN).problems) == problems


def test_without_an_address_nothing_is_posted(meta: Meta) -> None:
    with pytest.raises(ValueError, match="no deauthorize address"):
        meta.revoke("instagram", KILN)


def test_a_signed_request_can_be_made_wrong_on_purpose(meta: Meta) -> None:
    wrong = meta.signed_request("instagram", KILN, algorithm="none").partition(".")[2]
    assert json.loads(base64.urlsafe_b64decode(wrong + "=" * (-len(wrong) % 4)))["algorithm"] == "none"
