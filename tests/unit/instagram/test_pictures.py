"""Pictures: which addresses are fetched, what counts as a picture, and where it is stored."""

import io
import itertools
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from requests.adapters import BaseAdapter
from urllib3.response import HTTPResponse
from urllib3.util import parse_url

from signpost.instagram.fetch.picture_files import PictureFiles
from signpost.instagram.fetch.pictures import (
    PictureSource,
    PictureUnavailable,
    fetch_address,
    in_order,
    missing,
    sources,
)
from signpost.instagram.graph.models import Child, Media

HOSTS = ("cdninstagram.com", "fbcdn.net")
URL = "https://scontent.cdninstagram.com/v/1.jpg?oe=6B069B20"


@pytest.mark.parametrize(
    ("url", "hosts", "address"),
    [
        (URL, HOSTS, URL),
        ("https://cdninstagram.com/1.jpg#frame", HOSTS, "https://cdninstagram.com/1.jpg"),
        ("https://x.y.FBCDN.net:443/1.jpg", HOSTS, "https://x.y.fbcdn.net:443/1.jpg"),
        ("https://fbcdn.net./1.jpg", HOSTS, "https://fbcdn.net/1.jpg"),
        ("HTTPS://fbcdn.net?a=1", HOSTS, "https://fbcdn.net?a=1"),
        ("http://10.0.0.1:8080/1.png", ("10.0.0.1:8080",), "http://10.0.0.1:8080/1.png"),
        ("http://localhost:8080/1.png", ("localhost:8080",), "http://localhost:8080/1.png"),
    ],
)
def test_known_hosts_are_fetched_from(url: str, hosts: tuple[str, ...], address: str) -> None:
    assert fetch_address(url, hosts) == address


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("https://evilfbcdn.net/1.jpg", HOSTS),
        ("https://fbcdn.net.evil.example/1.jpg", HOSTS),
        ("https://evil.example/fbcdn.net", HOSTS),
        (r"https://evil.example\.cdninstagram.com/1.jpg", HOSTS),
        (r"https://evil.example\@cdninstagram.com/1.jpg", HOSTS),
        (r"https:\\evil.example/.cdninstagram.com", HOSTS),
        ("https://evil.example%2f.cdninstagram.com/1.jpg", HOSTS),
        ("https://evil.example .cdninstagram.com/1.jpg", HOSTS),
        ("https://evil.example?.cdninstagram.com/1.jpg", HOSTS),
        ("https://[::1].cdninstagram.com/1.jpg", HOSTS),
        ("https://evil.example\u2044.cdninstagram.com/1.jpg", HOSTS),
        ("https://..cdninstagram.com/1.jpg", HOSTS),
        ("http://scontent.cdninstagram.com/1.jpg", HOSTS),
        ("https://scontent.cdninstagram.com:8443/1.jpg", HOSTS),
        ("https://fbcdn.net@evil.example/1.jpg", HOSTS),
        ("https://user:word@fbcdn.net/1.jpg", HOSTS),
        ("https://fbcdn.net:word/1.jpg", HOSTS),
        ("file:///etc/passwd", HOSTS),
        ("https:///1.jpg", HOSTS),
        ("http://169.254.169.254/latest/meta-data", HOSTS),
        ("http://127.0.0.1:8080/1.png", HOSTS),
        ("http://127.0.0.1:8080/1.png", ("127.0.0.1",)),
        ("http://localhost:8081/1.png", ("localhost:8080",)),
        ("ftp://localhost:8080/1.png", ("localhost:8080",)),
    ],
)
def test_nothing_is_fetched_from_elsewhere(url: str, hosts: tuple[str, ...]) -> None:
    assert fetch_address(url, hosts) is None


@given(st.text(alphabet=r"ab.@:/\\?#%[] ", max_size=20))
def test_the_host_that_was_checked_is_the_one_that_is_connected_to(middle: str) -> None:
    # Given an address that may look like Meta's to one parser and not to another
    address = fetch_address(f"https://x{middle}.cdninstagram.com/1.jpg", HOSTS)

    # Then where it is fetched from, the HTTP client sees Meta's host too
    if address is not None:
        host = parse_url(str(requests.Request("GET", address).prepare().url)).host
        assert host is not None
        assert host.endswith(".cdninstagram.com")


class Server(BaseAdapter):
    """Answers each request the same way (or raises `error`), and takes what is put into the bucket."""

    def __init__(
        self,
        body: bytes = b"picture",
        kind: str = "image/jpeg",
        status: int = 200,
        error: Exception | None = None,
        **headers: str,
    ) -> None:
        super().__init__()
        self._body, self._status, self._headers = body, status, {"Content-Type": kind, **headers}
        self._error, self.asked = error, list[str]()
        self.stored: dict[str, dict[str, Any]] = {}

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        self.asked.append(str(request.url))
        if self._error:
            raise self._error
        response = requests.Response()
        response.status_code, response.headers = self._status, requests.structures.CaseInsensitiveDict(self._headers)
        response.raw = HTTPResponse(io.BytesIO(self._body), preload_content=False)
        response.url, response.request = str(request.url), request
        return response

    def close(self) -> None: ...

    def put_object(self, *, Key: str, **fields: Any) -> None:  # noqa: N803
        self.stored[Key] = fields


def pictures(server: Server, clock: Iterator[float] | None = None) -> PictureFiles:
    session = requests.Session()
    session.mount("https://", server)
    ticks = clock or itertools.repeat(0.0)
    return PictureFiles(lambda: server, "bucket", HOSTS, session, lambda: next(ticks))  # type: ignore[arg-type, return-value]


@pytest.mark.parametrize(
    ("kind", "ending"),
    [("image/jpeg", "jpg"), ("IMAGE/PNG; q=1", "png"), ("image/webp", "webp"), ("image/avif", "avif")],
)
def test_a_picture_is_stored_with_its_kind(kind: str, ending: str) -> None:
    server = Server(kind=kind)

    key = pictures(server).copy(PictureSource("pictures/i/1", URL))

    assert key == f"pictures/i/1.{ending}"
    assert server.stored[key]["Body"] == b"picture"
    assert server.stored[key]["ContentType"] == kind.partition(";")[0].lower()


@pytest.mark.parametrize(
    "server",
    [
        Server(status=403),
        Server(status=302, Location="http://169.254.169.254/"),
        Server(kind="text/html"),
        Server(kind="image/svg+xml"),
        Server(kind=""),
        Server(b"x" * (4 * 1024 * 1024 + 1)),
        Server(error=requests.ConnectionError(f"cannot reach {URL}")),
    ],
    ids=["expired", "redirect", "page", "script", "nameless", "large", "unreachable"],
)
def test_what_is_not_a_picture_is_not_stored(server: Server) -> None:
    with pytest.raises(PictureUnavailable) as refused:
        pictures(server).copy(PictureSource("pictures/i/1", URL))

    assert len(server.asked) == 1
    assert server.stored == {}
    assert "cdninstagram" not in str(refused.value)
    assert refused.value.__context__ is None


def test_a_picture_that_comes_too_slowly_is_given_up() -> None:
    server = Server(b"x" * 200_000)

    with pytest.raises(PictureUnavailable):
        pictures(server, itertools.count(0.0, 10.0)).copy(PictureSource("pictures/i/1", URL))

    assert server.stored == {}


@pytest.mark.parametrize("url", [None, "https://evil.example/1.jpg"])
def test_an_address_elsewhere_is_not_called(url: str | None) -> None:
    server = Server()

    with pytest.raises(PictureUnavailable):
        pictures(server).copy(PictureSource("pictures/i/1", url))

    assert server.asked == []


def test_an_album_has_a_picture_for_each_child() -> None:
    children = (Child("2", "IMAGE", "https://a", None, None), Child("3", "VIDEO", "https://b", "https://c", None))
    album = sources("i", Media("1", media_type="CAROUSEL_ALBUM", media_url="https://a", children=children))
    video = sources("i", Media("1", media_type="VIDEO", media_url="https://b", thumbnail_url="https://c"))

    assert album == (PictureSource("pictures/i/1-1", "https://a"), PictureSource("pictures/i/1-2", "https://c"))
    assert video == (PictureSource("pictures/i/1", "https://c"),)
    assert missing(album, ["pictures/i/1-1.jpg"]) == (album[1],)
    assert missing((PictureSource("pictures/i/1", None),), []) == ()
    assert in_order(album, ["pictures/i/1-2.jpg", "pictures/i/1-1.png"]) == ("pictures/i/1-1.png", "pictures/i/1-2.jpg")
