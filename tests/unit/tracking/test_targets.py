from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signpost.tracking.targets import MAX_LENGTH, normalise, with_query


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("https://example.com/a?b=c&d=%20#e", "https://example.com/a?b=c&d=%20#e"),
        ("http://example.com", "http://example.com"),
        ("HTTPS://Example.com/Ä", "https://Example.com/%C3%84"),
        ("https://bücher.example:8443/x", "https://xn--bcher-kva.example:8443/x"),
        ("https://straße.example/", "https://xn--strae-oqa.example/"),  # IDNA 2003 made it strasse.example
        ("https://faß.βόλος.example/", "https://xn--fa-hia.xn--nxasmm1c.example/"),
        ("https://\uff22ücher。example/", "https://xn--bcher-kva.example/"),
        ("https://me@bücher.example/x", "https://me@xn--bcher-kva.example/x"),
        ("https://user@höst.example:8443/p", "https://user@xn--hst-sna.example:8443/p"),
        ("https://ü:p%40ss@höst.example:8443/p", "https://%C3%BC:p%40ss@xn--hst-sna.example:8443/p"),
        ("https://ü@[2001:db8::1]:8080/", "https://%C3%BC@[2001:db8::1]:8080/"),
        ("https://bücher.example:/", "https://xn--bcher-kva.example/"),
        ("https://[2001:db8::1]:8080/", "https://[2001:db8::1]:8080/"),
        ("https://example.com/" + "a" * (MAX_LENGTH - 20), "https://example.com/" + "a" * (MAX_LENGTH - 20)),
    ],
)
def test_an_allowed_address_is_made_fit_for_a_header(url: str, normal: str) -> None:
    assert normalise(url) == normal


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("javascript:alert(1)", "absolute http or https"),
        ("data:text/html,x", "absolute http or https"),
        ("ftp://example.com/", "absolute http or https"),
        ("//example.com/", "absolute http or https"),
        ("/path", "absolute http or https"),
        ("", "absolute http or https"),
        ("https://", "absolute http or https"),
        ("https:///path", "absolute http or https"),
        ("https://:80/", "absolute http or https"),
        ("https://example.com:99999/", "Port out of range"),
        ("https://example.com:x/", "Port could not be cast"),
        ("https://exam ple.com/", "must not hold spaces"),
        ("https://example.com\\@evil.example/", "backslashes"),
        ("https://example.com/\r\nSet-Cookie: a=b", "control characters"),
        ("java\tscript:alert(1)", "control characters"),
        ("https://example.com/\ud800", "halves"),
        ("https://ex\u2100mple..com/", "not valid|NFKC"),
        ("https://ö..example/", "host name that is not valid"),
        ("https://❤.example/", "write it as xn--"),  # an emoji: DNS has some, IDNA 2008 does not
        ("https://[::1/", "Invalid IPv6"),
        ("https://example.com/" + "a" * MAX_LENGTH, "longer than"),
        ("https://example.com/" + "ä" * 500, "longer than"),
    ],
)
def test_any_other_address_is_refused_with_the_reason(url: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        normalise(url)


@given(st.text(), st.sampled_from(["", "http://", "https://", "https://h/", "https://h/?", "https://u@"]))
def test_any_text_is_refused_or_safe_in_a_header(text: str, start: str) -> None:
    try:
        normal = normalise(start + text)
    except ValueError:
        return
    assert normal.isascii()
    assert normal.startswith(("http://", "https://"))
    assert not any(character <= " " for character in normal)
    assert urlsplit(normal).hostname
    assert normalise(normal) == normal


def test_the_clicks_parameters_take_precedence() -> None:
    merged = with_query("https://e.com/p?a=1&keep=2&a=3#top", [("a", "9"), ("b", "x y")])

    assert merged == "https://e.com/p?keep=2&a=9&b=x+y#top"


def test_a_target_without_parameters_to_add_is_left_as_it_is() -> None:
    assert with_query("https://e.com/?q=a%20b", []) == "https://e.com/?q=a%20b"


@given(st.lists(st.tuples(st.text(min_size=1), st.text()), min_size=1))
def test_no_parameter_can_leave_the_query(parameters: list[tuple[str, str]]) -> None:
    merged = with_query("https://e.com/p#f", parameters)

    parts = urlsplit(merged)
    assert (parts.scheme, parts.netloc, parts.path, parts.fragment) == ("https", "e.com", "/p", "f")
    assert {name for name, _ in parameters} == set(parse_qs(parts.query, keep_blank_values=True))
