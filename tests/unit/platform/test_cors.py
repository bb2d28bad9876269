import pytest

from signpost.platform.cors import headers, of_hosts, origin


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://www.example.com", "https://www.example.com"),
        (" HTTPS://Www.Example.Com:443/ ", "https://www.example.com"),
        ("https://www.example.com:8443", "https://www.example.com:8443"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://127.0.0.1:80", "http://127.0.0.1"),
    ],
)
def test_an_origin_is_kept_as_browsers_send_it(text: str, expected: str) -> None:
    assert origin(text) == expected


def test_hosts_use_https_and_on_this_machine_also_http() -> None:
    assert of_hosts(["WWW.example.com", "localhost:8080"]) == {
        "https://www.example.com",
        "https://localhost:8080",
        "http://localhost:8080",
    }


def test_a_preflight_gets_more_headers_when_its_origin_is_allowed() -> None:
    allowed = {"https://e.com"}

    assert headers("https://e.com", allowed) == {"vary": "Origin", "access-control-allow-origin": "https://e.com"}
    assert "access-control-allow-methods" in headers("https://e.com", allowed, preflight=True)
    assert headers("https://e.com.evil", allowed, preflight=True) == {"vary": "Origin"}
    assert headers(None, allowed, preflight=True) == {"vary": "Origin"}
