"""The HTTP API of the local stack: what a function gets, and what a client gets back."""

import base64
import http.client
import json
import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

pytestmark = pytest.mark.slow

TEMPLATE = """
Resources:
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      CorsConfiguration:
        AllowOrigins: ["https://widget.example"]
        AllowMethods: [GET, POST]
        AllowHeaders: [content-type]
        MaxAge: 600
  Echo:
    Type: AWS::Serverless::Function
    Properties:
      Handler: echo.handler
      Events:
        Item: { Type: HttpApi, Properties: { ApiId: !Ref Api, Method: ANY, Path: "/items/{id}" } }
        Rest: { Type: HttpApi, Properties: { ApiId: !Ref Api, Method: ANY, Path: "/files/{proxy+}" } }
  Answer:
    Type: AWS::Serverless::Function
    Properties:
      Handler: answer.handler
      Events:
        Fixed: { Type: HttpApi, Properties: { ApiId: !Ref Api, Method: GET, Path: /files/fixed } }
        Give: { Type: HttpApi, Properties: { ApiId: !Ref Api, Method: ANY, Path: /answer } }
"""
ANSWER = """
import json, os

def handler(event, context):
    settings = json.load(open(os.environ["SETTINGS"]))
    if "raise" in settings:
        raise ValueError(settings["raise"])
    return settings.get("answer")
"""


@pytest.fixture(scope="module")
def stage(start: Callable[..., Any]) -> Any:
    return start(TEMPLATE, {"echo": "def handler(event, context): return event", "answer": ANSWER})


@pytest.fixture(scope="module")
def url(stage: Any) -> str:
    address: str = stage.stack.url
    return address


def test_event_has_the_shape_of_payload_format_2(url: str) -> None:
    # Given a request with repeated headers, cookies, an encoded path and a repeated query parameter
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc)
    connection.putrequest("GET", "/items/a%20b?x=1&x=2&y=%C3%A9&z", skip_accept_encoding=True)
    for name, value in [("X-Two", "1"), ("X-Two", "2"), ("Cookie", "a=1; b=2"), ("User-Agent", "tester/1")]:
        connection.putheader(name, value)
    connection.endheaders()

    # When the function gets it
    response = connection.getresponse()
    event = json.loads(response.read())
    connection.close()

    # Then the event is what AWS would send
    context = event.pop("requestContext")
    assert event == {
        "version": "2.0",
        "routeKey": "ANY /items/{id}",
        "rawPath": "/items/a b",
        "rawQueryString": "x=1&x=2&y=%C3%A9&z",
        "cookies": ["a=1", "b=2"],
        "headers": {
            "host": parts.netloc,
            "x-two": "1,2",
            "user-agent": "tester/1",
            "x-forwarded-for": "127.0.0.1",
            "x-forwarded-port": str(parts.port),
            "x-forwarded-proto": "http",
        },
        "queryStringParameters": {"x": "1,2", "y": "é", "z": ""},
        "pathParameters": {"id": "a b"},
        "isBase64Encoded": False,
    }
    assert context.pop("http") == {
        "method": "GET",
        "path": "/items/a b",
        "protocol": "HTTP/1.1",
        "sourceIp": "127.0.0.1",
        "userAgent": "tester/1",
    }
    assert context["stage"] == "$default"
    assert context["routeKey"] == "ANY /items/{id}"
    assert context["requestId"] == response.headers["apigw-requestid"]
    assert context["timeEpoch"] > 1_700_000_000_000
    assert context["time"].endswith("+0000")


@pytest.mark.parametrize(
    ("content_type", "body", "sent", "encoded"),
    [
        ("application/json; charset=utf-8", b'{"a": "\xc3\xa9"}', '{"a": "é"}', False),
        ("text/csv", b"a,b", "a,b", False),
        ("application/x-www-form-urlencoded", b"a=1", base64.b64encode(b"a=1").decode(), True),
        ("image/png", b"\x89PNG", base64.b64encode(b"\x89PNG").decode(), True),
        ("text/plain", b"\xff", base64.b64encode(b"\xff").decode(), True),
    ],
)
def test_body_is_text_or_base64_by_its_type(url: str, content_type: str, body: bytes, sent: str, encoded: bool) -> None:
    event = requests.post(f"{url}/items/1", data=body, headers={"Content-Type": content_type}, timeout=60).json()

    assert (event["body"], event["isBase64Encoded"]) == (sent, encoded)


def test_chunked_body_is_put_together(url: str) -> None:
    chunks, headers = iter([b"one ", b"two"]), {"Content-Type": "text/plain"}

    assert requests.post(f"{url}/items/1", data=chunks, headers=headers, timeout=60).json()["body"] == "one two"


@pytest.mark.parametrize("chunks", [b"7FFFFF\r\nall that comes", b"not a length\r\n"])
def test_broken_chunks_are_a_bad_request(url: str, chunks: bytes) -> None:
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), timeout=60) as client:
        client.sendall(b"POST /items/1 HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks)
        client.shutdown(socket.SHUT_WR)
        answer = client.makefile("rb").read()

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.endswith(b'{"message":"Bad Request"}')


def test_greedy_variable_takes_the_rest_and_an_exact_route_wins(stage: Any, url: str) -> None:
    stage.configure(answer={"statusCode": 200, "body": "exact"})

    greedy = requests.get(f"{url}/files/a/b%2Fc", timeout=60).json()
    assert greedy["pathParameters"] == {"proxy": "a/b/c"}
    assert requests.get(f"{url}/files/fixed", timeout=60).text == "exact"


@pytest.mark.parametrize("path", ["/nothing", "/items", "/items/", "/"])
def test_unknown_route_is_404_as_on_aws(url: str, path: str) -> None:
    response = requests.get(url + path, timeout=60)

    assert (response.status_code, response.text) == (404, '{"message":"Not Found"}')


@pytest.mark.parametrize(
    ("answer", "status", "content_type", "body"),
    [
        ({"statusCode": 201, "body": "made"}, 201, "text/plain;charset=UTF-8", b"made"),
        ({"statusCode": "204"}, 204, None, b""),
        ({"a": 1}, 200, "application/json", b'{"a": 1}'),
        ("text", 200, "application/json", b"text"),
        (
            {"statusCode": 200, "headers": {"Content-Type": "image/png"}, "body": "iVBORw==", "isBase64Encoded": True},
            200,
            "image/png",
            b"\x89PNG",
        ),
        ({"errorType": "looks like", "errorMessage": "an error"}, 200, "application/json", None),
    ],
)
def test_reply_becomes_a_response(
    stage: Any, answer: Any, status: int, content_type: str | None, body: bytes | None
) -> None:
    stage.configure(answer=answer)

    response = requests.get(f"{stage.stack.url}/answer", timeout=60)

    assert response.status_code == status
    assert response.headers.get("content-type") == content_type
    assert body is None or response.content == body


def test_reply_may_set_several_cookies(stage: Any, url: str) -> None:
    stage.configure(answer={"statusCode": 302, "headers": {"Location": "/x"}, "cookies": ["a=1", "b=2; Path=/"]})

    response = requests.get(f"{url}/answer", timeout=60, allow_redirects=False)

    assert response.raw.headers.getlist("set-cookie") == ["a=1", "b=2; Path=/"]
    assert response.headers["location"] == "/x"


@pytest.mark.parametrize(
    "settings",
    [
        {"raise": "a secret"},
        {"answer": {"statusCode": "no"}},
        {"answer": {"statusCode": 200, "body": {"not": "text"}}},
        {"answer": {"statusCode": 200, "body": "not base64", "isBase64Encoded": True}},
    ],
)
def test_failure_is_a_500_without_detail(stage: Any, url: str, settings: dict[str, Any]) -> None:
    stage.configure(**settings)

    response = requests.get(f"{url}/answer", timeout=60)

    assert (response.status_code, response.text) == (500, '{"message":"Internal Server Error"}')


def test_head_has_no_body(stage: Any, url: str) -> None:
    stage.configure(answer={"statusCode": 200, "body": "hello"})

    parts = urlsplit(url)
    with socket.create_connection((str(parts.hostname), int(parts.port or 0)), timeout=60) as connection:
        connection.sendall(b"HEAD /answer HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        received = b"".join(iter(lambda: connection.recv(65536), b""))

    # The length is there, and the body is not
    assert received.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"Content-Length: 5\r\n" in received
    assert received.endswith(b"\r\n\r\n")


def test_connection_stays_open_between_requests(url: str) -> None:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    connection.connect()
    used = connection.sock

    for _ in range(2):
        connection.request("GET", "/items/1")
        connection.getresponse().read()

    assert connection.sock is used
    connection.close()


def test_body_over_10_mb_is_413(url: str) -> None:
    response = requests.post(f"{url}/items/1", data=b"x" * (10 * 1024 * 1024 + 1), timeout=60)

    # Then the client gets an answer, instead of losing the connection
    assert response.status_code == 413


def test_preflight_is_answered_from_the_template(url: str) -> None:
    # When pages of the allowed origin and of another one ask
    ask = {"Access-Control-Request-Method": "POST"}
    allowed = requests.options(f"{url}/items/1", headers={"Origin": "https://widget.example", **ask}, timeout=60)
    refused = requests.options(f"{url}/items/1", headers={"Origin": "https://other.example", **ask}, timeout=60)

    # Then only the first may
    assert (allowed.status_code, allowed.content) == (204, b"")
    assert allowed.headers["access-control-allow-origin"] == "https://widget.example"
    assert allowed.headers["access-control-allow-methods"] == "GET,POST"
    assert allowed.headers["access-control-max-age"] == "600"
    assert "access-control-allow-origin" not in refused.headers


def test_sixteen_concurrent_clients_lose_no_request(stage: Any, url: str) -> None:
    barrier = threading.Barrier(16)

    def client(_number: int) -> list[int]:
        with requests.Session() as session:
            barrier.wait()
            return [session.get(f"{url}/items/{number}", timeout=60).status_code for number in range(25)]

    with ThreadPoolExecutor(16) as clients:
        statuses = list(clients.map(client, range(16)))

    assert statuses == [[200] * 25] * 16, stage.lines[-3:]
