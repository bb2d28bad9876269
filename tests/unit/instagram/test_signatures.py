import base64
import hashlib
import hmac
import json
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signpost.instagram.signatures import (
    SignatureInvalid,
    SignedRequest,
    check_handshake,
    check_webhook,
    raw_body,
    read_signed_request,
)

SECRET, OTHER = "facebook-app-secret", "instagram-app-secret"
BODY = (
    '{"object":"instagram","entry":[{"id":"178","changes":[{"field":"comments","value":{"text":"äöå 🍕"}}]}]}'.encode()
)
ESCAPED = rb'{"text":"\u00e4\u00f6\u00e5 <\/a> \u0040"}'


def signature(body: bytes, secret: str = SECRET, method: str = "sha256") -> str:
    return hmac.new(secret.encode(), body, method).hexdigest()


def headers(body: bytes, secret: str = SECRET) -> dict[str, str]:
    return {"X-Hub-Signature-256": "sha256=" + signature(body, secret)}


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def signed_request(fields: object, secret: str = SECRET) -> str:
    payload = encoded(json.dumps(fields).encode())
    return encoded(hmac.new(secret.encode(), payload.encode(), hashlib.sha256).digest()) + "." + payload


def test_a_known_signature() -> None:
    # printf %s '{"a":1}' | openssl dgst -sha256 -hmac secret
    known = "sha256=aa9e2e3575f5d7098b6caccd790888c36d5fdb63342a73bada2d6a51747a8494"

    check_webhook(b'{"a":1}', {"X-Hub-Signature-256": known}, ["secret"])


@pytest.mark.parametrize("body", [BODY, ESCAPED, b"", bytes(range(256))])
@pytest.mark.parametrize("secrets", [[SECRET], [OTHER, SECRET], [SECRET, OTHER], ["", SECRET]])
def test_a_body_signed_with_any_of_the_secrets_passes(body: bytes, secrets: list[str]) -> None:
    check_webhook(body, headers(body), secrets)


@pytest.mark.parametrize("name", ["x-hub-signature-256", "X-HUB-SIGNATURE-256"])
def test_header_names_ignore_case(name: str) -> None:
    check_webhook(BODY, {name: "sha256=" + signature(BODY)}, [SECRET])


@pytest.mark.parametrize("secrets", [[], [""], [OTHER], ["", ""]])
def test_without_the_secret_nothing_passes(secrets: list[str]) -> None:
    with pytest.raises(SignatureInvalid):
        check_webhook(BODY, headers(BODY), secrets)
    with pytest.raises(SignatureInvalid):
        check_webhook(BODY, headers(BODY, ""), secrets)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "sha256=",
        signature(BODY),
        "sha256=" + signature(BODY).upper(),
        "sha256=" + signature(BODY) + "\n",
        " sha256=" + signature(BODY),
        "sha256=" + signature(BODY)[:-1],
        "sha256=" + signature(BODY) + "0",
        "SHA256=" + signature(BODY),
        "sha1=" + signature(BODY, method="sha1"),
        "sha256=" + "\u0661" * 64,
        "sha256=ä",
    ],
)
def test_any_other_form_is_refused(value: str) -> None:
    with pytest.raises(SignatureInvalid):
        check_webhook(BODY, {"X-Hub-Signature-256": value}, [SECRET], legacy=True)


@pytest.mark.parametrize("prefix", ["sha1=", ""])
def test_sha1_signatures_of_old_apps_pass_only_with_the_setting(prefix: str) -> None:
    old = {"X-Hub-Signature": prefix + signature(BODY, method="sha1")}

    check_webhook(BODY, old, [OTHER, SECRET], legacy=True)

    for body, sent, legacy in ((BODY, old, False), (BODY + b" ", old, True), (BODY, {}, True)):
        with pytest.raises(SignatureInvalid):
            check_webhook(body, sent, [SECRET], legacy=legacy)


def test_a_right_old_signature_does_not_make_up_for_a_wrong_new_one() -> None:
    both = {"X-Hub-Signature": "sha1=" + signature(BODY, method="sha1"), "X-Hub-Signature-256": "sha256=" + "0" * 64}

    with pytest.raises(SignatureInvalid):
        check_webhook(BODY, both, [SECRET], legacy=True)


@given(st.integers(), st.booleans())
@settings(max_examples=100)
def test_no_forgery_is_accepted(seed: int, legacy: bool) -> None:
    # Given 100 forgeries for each of 100 seeds
    random = Random(seed)
    for _ in range(100):
        body, given_headers = bytearray(BODY), headers(BODY)
        kind = random.randrange(4)
        if kind == 0:  # a changed bit in the body
            body[random.randrange(len(body))] ^= 1 << random.randrange(8)
        elif kind == 1:  # a changed bit in the signature
            changed = bytearray.fromhex(signature(BODY))
            changed[random.randrange(32)] ^= 1 << random.randrange(8)
            given_headers = {"x-hub-signature-256": "sha256=" + changed.hex()}
        elif kind == 2:  # signed with another secret
            given_headers = headers(BODY, random.randbytes(16).hex())
        else:  # a random one, as of an old app
            given_headers = {"X-Hub-Signature": random.choice(["sha1=", ""]) + random.randbytes(20).hex()}

        # When it is checked, then it is refused
        with pytest.raises(SignatureInvalid):
            check_webhook(bytes(body), given_headers, [SECRET, OTHER], legacy=legacy)


def test_the_body_is_checked_as_it_was_sent() -> None:
    in_base64 = {"body": base64.b64encode(BODY).decode(), "isBase64Encoded": True}

    assert raw_body({"body": "äöå", "isBase64Encoded": False}) == "äöå".encode()
    assert raw_body({}) == b""
    assert raw_body(in_base64) == BODY
    check_webhook(raw_body(in_base64), headers(BODY), [SECRET])


@pytest.mark.parametrize("body", ["!", "abc", "ä"])
def test_a_body_that_only_claims_to_be_base64_is_refused(body: str) -> None:
    with pytest.raises(SignatureInvalid):
        raw_body({"body": body, "isBase64Encoded": True})


def test_half_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(SignatureInvalid):
        check_webhook(raw_body({"body": "\ud800"}), headers(b""), [SECRET])


def test_a_signed_request_says_who_and_when() -> None:
    fields = {"algorithm": "HMAC-SHA256", "issued_at": 1795244400, "user_id": "99", "expires": 1795248000}

    assert read_signed_request(signed_request(fields, OTHER), [SECRET, OTHER]) == SignedRequest("99", 1795244400.0)


def test_a_signed_request_about_a_page() -> None:
    fields = {"algorithm": "hmac-sha256", "profile_id": 2**60, "user_id": 0}

    assert read_signed_request(signed_request(fields), [SECRET]) == SignedRequest(None, None)


@pytest.mark.parametrize(
    "forged",
    [
        "",
        ".",
        "a.b",
        "no dot",
        signed_request({"algorithm": "HMAC-SHA256", "user_id": "1"}, "another"),
        signed_request({"algorithm": "none", "user_id": "1"}),
        signed_request({"algorithm": "HMAC-MD5", "user_id": "1"}),
        signed_request({"user_id": "1"}),
        signed_request(["HMAC-SHA256"]),
        signed_request({"algorithm": "HMAC-SHA256"}) + "=",
        signed_request({"algorithm": "HMAC-SHA256"}) + "\n",
        "." + signed_request({"algorithm": "HMAC-SHA256"}).partition(".")[2],
        "ä" * 43 + ".ä",
    ],
)
def test_any_other_signed_request_is_refused(forged: str) -> None:
    with pytest.raises(SignatureInvalid):
        read_signed_request(forged, [SECRET])


@pytest.mark.parametrize("payload", ["AAAAA", "A", encoded(b"{"), encoded(b"\xff"), encoded(b"[" * 100_000)])
def test_a_signed_request_that_is_not_json_is_refused(payload: str) -> None:
    correct = encoded(hmac.new(SECRET.encode(), payload.encode(), hashlib.sha256).digest())

    with pytest.raises(SignatureInvalid, match="no JSON"):
        read_signed_request(f"{correct}.{payload}", [SECRET])


@pytest.mark.parametrize("secrets", [[], [""]])
def test_without_a_secret_no_signed_request_passes(secrets: list[str]) -> None:
    with pytest.raises(SignatureInvalid):
        read_signed_request(signed_request({"algorithm": "HMAC-SHA256"}, ""), secrets)


@given(st.integers())
@settings(max_examples=100)
def test_no_changed_signed_request_is_accepted(seed: int) -> None:
    # Given 100 requests for each of 100 seeds, with one letter changed somewhere
    random = Random(seed)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/"
    correct = signed_request({"algorithm": "HMAC-SHA256", "user_id": "99"})
    for _ in range(100):
        place = random.randrange(len(correct))
        letter = random.choice(letters.replace(correct[place], ""))

        # When it is read, then it is refused, even where base64 decodes to the same bytes
        with pytest.raises(SignatureInvalid):
            read_signed_request(correct[:place] + letter + correct[place + 1 :], [SECRET])


def test_the_handshake_gives_the_challenge_back() -> None:
    asked = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": "vérify"}

    assert check_handshake(asked, "vérify") == "1158201444"


@pytest.mark.parametrize(
    ("changed", "token"),
    [
        ({"hub.verify_token": "wrong"}, "verify"),
        ({"hub.verify_token": "\ud800"}, "verify"),
        ({"hub.verify_token": ""}, ""),
        ({"hub.mode": "unsubscribe"}, "verify"),
        ({"hub.mode": ""}, "verify"),
    ],
)
def test_any_other_handshake_is_refused(changed: dict[str, str], token: str) -> None:
    asked = {"hub.mode": "subscribe", "hub.challenge": "1", "hub.verify_token": "verify"} | changed

    with pytest.raises(SignatureInvalid):
        check_handshake(asked, token)
