import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signpost.instagram.connect import login_state
from signpost.instagram.connect.login_state import LoginState, StateInvalid, read, sign
from signpost.instagram.products import Provider

NOW = 1_795_244_400.0
KEY, OLD = b"k" * 32, b"o" * 32
BROWSER = "b" * 43
STATE = LoginState(
    "n0nce", Provider.FACEBOOK, "https://app.example/a?b=c", "app-1", "https://me.example/authcallback", NOW
)


def test_the_state_comes_back_as_it_was_sent() -> None:
    signed = sign(STATE, BROWSER, [KEY])

    assert read(signed, BROWSER, [KEY], NOW + 1) == STATE
    assert STATE.expires_at == NOW + 600
    assert BROWSER not in urlsafe_b64decode(signed.partition(".")[0] + "==").decode()


def test_it_needs_no_escaping_in_an_address() -> None:
    assert not set(sign(STATE, BROWSER, [KEY])) & set("+/=&?# ")


@pytest.mark.parametrize("age", [0, 599, -60])
def test_it_is_valid_for_ten_minutes(age: float) -> None:
    assert read(sign(STATE, BROWSER, [KEY]), BROWSER, [KEY], NOW + age).id == "n0nce"


@pytest.mark.parametrize("age", [600, 601, 86_400, -61])
def test_after_that_it_only_says_how_to_start_again(age: float) -> None:
    with pytest.raises(StateInvalid, match="10 minutes") as caught:
        read(sign(STATE, BROWSER, [KEY]), BROWSER, [KEY], NOW + age)

    assert caught.value.state == STATE


@pytest.mark.parametrize(
    ("signed_for", "browser"), [*((BROWSER, other) for other in ("", "c" * 43, BROWSER + "b", "\ud800")), ("", "")]
)
def test_another_or_a_nameless_browser_cannot_use_it(signed_for: str, browser: str) -> None:
    with pytest.raises(StateInvalid, match="browser"):
        read(sign(STATE, signed_for, [KEY]), browser, [KEY], NOW)


def test_keys_can_be_rotated_while_people_log_in() -> None:
    signed = sign(STATE, BROWSER, [OLD])

    assert read(signed, BROWSER, [KEY, OLD], NOW) == STATE
    assert sign(STATE, BROWSER, [KEY, OLD]) == sign(STATE, BROWSER, [KEY])
    for keys in ([KEY], []):
        with pytest.raises(StateInvalid, match="not started here") as caught:
            read(signed, BROWSER, keys, NOW)
        # What it says is good for a link
        assert caught.value.state == STATE


def test_what_nobody_signed_does_not_lead_to_a_mobile_clients_token() -> None:
    mobile = sign(STATE._replace(return_to=""), BROWSER, [OLD])

    with pytest.raises(StateInvalid) as caught:
        read(mobile, BROWSER, [KEY], NOW)
    assert caught.value.state is None
    with pytest.raises(StateInvalid) as caught:
        read(mobile, BROWSER, [OLD], NOW + 601)
    assert caught.value.state == STATE._replace(return_to="")


@pytest.mark.parametrize("signed", ["", ".", "a", "a.b", "ä.ö", "\ud800.\ud800", "e30." + "0" * 64, "a" * 9000])
def test_a_state_that_was_not_signed_here_is_refused(signed: str) -> None:
    with pytest.raises(StateInvalid, match="not started here"):
        read(signed, BROWSER, [KEY], NOW)


def test_the_content_of_a_state_cannot_be_changed() -> None:
    payload, _, signature = sign(STATE, BROWSER, [KEY]).partition(".")
    fields = json.loads(urlsafe_b64decode(payload + "=="))
    changed = urlsafe_b64encode(json.dumps(fields | {"return_to": "https://evil.example"}).encode()).decode()

    with pytest.raises(StateInvalid):
        read(f"{changed.rstrip('=')}.{signature}", BROWSER, [KEY], NOW)


@given(st.integers())
@settings(max_examples=50)
def test_no_changed_letter_is_accepted(seed: int) -> None:
    random, signed = Random(seed), sign(STATE, BROWSER, [KEY])
    for _ in range(20):
        place = random.randrange(len(signed))
        letter = random.choice("ABCXYZabcxyz0189-_.=".replace(signed[place], ""))

        with pytest.raises(StateInvalid):
            read(signed[:place] + letter + signed[place + 1 :], BROWSER, [KEY], NOW)


def test_the_cookie_is_for_this_host_only() -> None:
    assert login_state.set_cookie(BROWSER) == (
        f"__Host-signpost-login={BROWSER}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=600"
    )
    assert login_state.clear_cookie() == ("__Host-signpost-login=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0")


@pytest.mark.parametrize("sent", [None, "", "short", "x; Domain=evil.example", "b" * 129, "ä" * 43, BROWSER + "\n"])
def test_a_cookie_that_was_not_made_here_is_replaced(sent: str | None) -> None:
    assert login_state.browser_name(sent, "fresh") == "fresh"


def test_several_tabs_of_a_browser_can_log_in() -> None:
    assert login_state.browser_name(BROWSER, "fresh") == BROWSER
