import logging
import traceback
from pathlib import Path

import pytest
import requests

from signpost.instagram.graph.calls import Answer
from signpost.instagram.graph.client import Graph
from signpost.instagram.graph.errors import GraphBug, MetaError, MetaUnavailable, ObjectMissing
from signpost.instagram.graph.usage import Usage
from signpost.instagram.products import Provider
from tests.unit.instagram.meta import SETTINGS, TOKEN, Meta, Reply, error

FACEBOOK, INSTAGRAM = Provider.FACEBOOK, Provider.INSTAGRAM
USAGE = {
    "X-App-Usage": '{"call_count":28,"total_time":25,"total_cputime":25}',
    "X-Business-Use-Case-Usage": '{"1":[{"type":"instagram","call_count":91,"estimated_time_to_regain_access":14}]}',
}


def test_a_facebook_call_has_a_version_a_proof_and_timeouts() -> None:
    meta = Meta({"id": "1"})

    answer = meta.graph(FACEBOOK).get("me", TOKEN, {"fields": "id,name"})

    assert answer == Answer({"id": "1"}, Usage())
    [asked] = meta.asked
    assert (asked.method, asked.address) == ("GET", "https://graph.facebook.com/v26.0/me")
    assert asked.query == {
        "fields": "id,name",
        # printf %s <token> | openssl dgst -sha256 -hmac facebook-app-secret
        "appsecret_proof": "03a4a7d21b41a2c0cf461708ddd18760cd3274683c989b90ef2e3719615a24da",
    }
    assert asked.token == TOKEN
    assert asked.timeout == (2.0, 10.0)


def test_an_instagram_call_has_no_proof() -> None:
    meta = Meta({"id": "1"})

    meta.graph(INSTAGRAM).get("me", TOKEN)

    assert meta.asked[0].address == "https://graph.instagram.com/v26.0/me"
    assert meta.asked[0].query == {}
    assert meta.asked[0].token == TOKEN


def test_hosts_version_and_timeouts_are_settings() -> None:
    meta = Meta({})
    session = requests.Session()
    session.mount("https://", meta)
    settings = SETTINGS._replace(
        instagram_graph="https://meta.test/ig", version="v27.0", connect_timeout=1, read_timeout=3
    )

    Graph(INSTAGRAM, settings, session).get("me", TOKEN)

    assert meta.asked[0].address == "https://meta.test/ig/v27.0/me"
    assert meta.asked[0].timeout == (1, 3)


def test_a_post_carries_the_token_too() -> None:
    meta = Meta({"success": True})

    meta.graph(FACEBOOK).post("1/subscribed_apps", TOKEN, {"subscribed_fields": "feed"})

    [asked] = meta.asked
    assert (asked.method, asked.token) == ("POST", TOKEN)
    assert "appsecret_proof" in asked.query
    assert asked.query["subscribed_fields"] == "feed"


def test_an_object_in_a_list_of_one_is_that_object() -> None:
    assert Meta([{"id": "1"}]).graph().get("me", TOKEN).value == {"id": "1"}


def test_every_answer_and_every_error_has_the_usage() -> None:
    assert Meta(Reply({}, headers=USAGE)).graph().get("me", TOKEN).usage == Usage(91, 14 * 60, 28)
    with pytest.raises(ObjectMissing) as caught:
        Meta(error(100, 33)._replace(headers=USAGE)).graph().get("me", TOKEN)
    assert caught.value.facts.usage == Usage(91, 14 * 60, 28)


def test_no_redirect_is_followed() -> None:
    meta = Meta(Reply({}, 302, {"Location": "https://evil.example/"}), {})

    with pytest.raises(GraphBug):
        meta.graph().get("me", TOKEN)

    assert len(meta.asked) == 1


def test_one_persons_cookies_are_not_sent_with_anothers_call() -> None:
    meta = Meta(Reply({}, headers={"Set-Cookie": "datr=person-1; Path=/"}), {})
    graph = meta.graph()

    graph.get("me", TOKEN)
    graph.get("me", TOKEN)

    assert "Cookie" not in meta.asked[1].headers


def test_a_netrc_file_does_not_replace_the_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine graph.facebook.com login someone password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    meta = Meta({})

    meta.graph().get("me", TOKEN)

    assert meta.asked[0].token == TOKEN


@pytest.mark.parametrize(
    "failure",
    [
        requests.ConnectionError(f"/me?access_token={TOKEN}"),
        requests.ConnectTimeout(TOKEN),
        requests.ReadTimeout(TOKEN),
        requests.exceptions.ChunkedEncodingError(TOKEN),
        requests.exceptions.ContentDecodingError(TOKEN),
        Reply(b"<html>Bad gateway</html>", 502),
        Reply(b"", 503),
        Reply(b"<html>Sorry</html>", 200),
        Reply(b"[" * 100_000, 200),
        Reply(b'"text"', 200),
        Reply([], 200),
        Reply([{}, {}], 200),
    ],
)
def test_missing_and_unreadable_answers_are_retryable(failure: object) -> None:
    with pytest.raises(MetaUnavailable) as caught:
        Meta(failure).graph().get("me", TOKEN)

    assert caught.value.retryable
    assert TOKEN not in "".join(traceback.format_exception(caught.value))
    assert TOKEN not in repr(caught.value.facts)
    assert caught.value.__context__ is None


@pytest.mark.parametrize("token", ["tok\r\nX-Evil: 1", "tok\u20acen"])
def test_a_token_that_does_not_fit_into_a_header_is_not_repeated(token: str) -> None:
    # requests refuses the first itself; http.client fails like this at the second.
    with pytest.raises(GraphBug) as caught:
        Meta(UnicodeEncodeError("latin-1", token, 0, 1, "x")).graph().get("me", token)

    assert token not in "".join(traceback.format_exception(caught.value))
    assert caught.value.__context__ is None


def test_metas_message_is_kept_without_tokens_and_secrets() -> None:
    other = "IGQVJ" + "x" * 60
    message = f"Malformed access token {TOKEN}; see {other}; secret facebook-app-secret"

    with pytest.raises(MetaError) as caught:
        Meta(error(190, None, message)).graph().get("me", TOKEN)

    assert caught.value.facts.message == "Malformed access token ***; see ***; secret ***"
    assert (caught.value.facts.trace, caught.value.facts.http_status) == ("Atrace", 400)


def test_what_was_sent_in_a_form_is_not_repeated() -> None:
    form = {"code": "AQBcode", "client_secret": "hush"}

    with pytest.raises(MetaError) as caught:
        Meta(error(1, None, "AQBcode hush")).graph().call("POST", "https://graph.facebook.com/x", {}, form=form)

    assert caught.value.facts.message == "*** ***"


def test_an_incomplete_answer_is_retryable() -> None:
    with pytest.raises(MetaUnavailable, match="'id'"):
        Answer[dict[str, str]]({}, Usage()).map(lambda body: body["id"])


def test_urllib3_does_not_log_addresses() -> None:
    assert not logging.getLogger("urllib3.connectionpool").isEnabledFor(logging.DEBUG)


def test_secrets_are_hidden_in_representations_only() -> None:
    assert "app-secret" not in repr(SETTINGS)
    assert "app-secret" not in f"{SETTINGS.facebook.secret!r}"
    assert str(SETTINGS.facebook.secret) == "facebook-app-secret"
    assert "1001" in repr(SETTINGS)
