"""A DynamoDB client small enough for the redirect: one connection that is kept alive, and a time budget.

boto3 takes 200 ms to import and 0.5 ms of CPU per call; this takes a fifth of that to sign and send a request. The
price: only DynamoDB, only requests in DynamoDB's own JSON, and only credentials from the environment, which is where
Lambda puts them.

Sources: "Create a signed AWS API request" (IAM user guide) for Signature Version 4, "DynamoDB low-level API" and
"Error handling with DynamoDB" (DynamoDB developer guide) for requests and for what may be tried again.
"""

import hmac
import json
import os
import socket
import time
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any, NamedTuple

from signpost.tracking.redirect.errors import DynamoDBError

Json = dict[str, Any]

_VERSION = "DynamoDB_20120810."
_SIGNED_HEADERS = "host;x-amz-date;x-amz-target"
_SIGNED_HEADERS_WITH_TOKEN = "host;x-amz-date;x-amz-security-token;x-amz-target"  # noqa: S105  (names of headers)
_RECEIVE = 16_384
_MAX_REPLY = 1_048_576  # items have at most 400 KB, so a longer reply is not DynamoDB's
_TRIES = 2
_OK = 200
_SERVER_ERROR = 500
_TO_JSON = json.JSONEncoder(separators=(",", ":")).encode  # json.dumps() makes an encoder for each call
_NOTHING = b"{}"
_TRY_AGAIN = frozenset(
    {
        "InternalServerError",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottlingException",
        "TransactionConflictException",  # somebody is changing the campaign at this moment
    }
)
_WRONG_TIME = frozenset({"InvalidSignatureException", "RequestExpired", "RequestInTheFuture"})
_MAX_SKEW = 240.0  # seconds; AWS accepts signatures up to five minutes off


class AwsCredentials(NamedTuple):
    access_key: str
    secret_key: str
    session_token: str = ""


class Endpoint(NamedTuple):
    """Where DynamoDB is; `host` is what is signed and sent as the Host header."""

    tls: bool
    address: str
    port: int
    host: str
    region: str

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Endpoint":
        """The region's own, or what AWS_ENDPOINT_URL_DYNAMODB or AWS_ENDPOINT_URL names, as in every AWS SDK."""
        region = environ["AWS_REGION"]
        url = environ.get("AWS_ENDPOINT_URL_DYNAMODB") or environ.get("AWS_ENDPOINT_URL")
        if not url:
            host = f"dynamodb.{region}.amazonaws.com" + (".cn" if region.startswith("cn-") else "")
            return cls(tls=True, address=host, port=443, host=host, region=region)
        scheme, _, rest = url.partition("://")
        host = rest.partition("/")[0]
        address, _, port = host.partition(":")
        tls = scheme == "https"
        return cls(tls=tls, address=address, port=int(port or (443 if tls else 80)), host=host, region=region)


def credentials_from_environment(environ: Mapping[str, str]) -> AwsCredentials:
    return AwsCredentials(
        environ["AWS_ACCESS_KEY_ID"], environ["AWS_SECRET_ACCESS_KEY"], environ.get("AWS_SESSION_TOKEN", "")
    )


class Signer:
    """Signature Version 4 of `POST /` requests to DynamoDB. The signing key is made once a day."""

    def __init__(self, endpoint: Endpoint, credentials: AwsCredentials) -> None:
        self._endpoint, self._credentials = endpoint, credentials
        self._day, self._key, self._scope = "", b"", ""

    def headers(self, target: str, body: bytes, now: float) -> str:
        """The signed header lines and the signature's own, each ending in CRLF."""
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
        if stamp[:8] != self._day:
            self._new_day(stamp[:8])
        token = self._credentials.session_token
        token_line = f"x-amz-security-token:{token}\n" if token else ""
        signed = _SIGNED_HEADERS_WITH_TOKEN if token else _SIGNED_HEADERS
        request = (
            f"POST\n/\n\nhost:{self._endpoint.host}\nx-amz-date:{stamp}\n{token_line}x-amz-target:{target}\n\n"
            f"{signed}\n{sha256(body).hexdigest()}"
        )
        text = f"AWS4-HMAC-SHA256\n{stamp}\n{self._scope}\n{sha256(request.encode()).hexdigest()}"
        signature = hmac.digest(self._key, text.encode(), "sha256").hex()
        return (
            f"Host: {self._endpoint.host}\r\nX-Amz-Date: {stamp}\r\nX-Amz-Target: {target}\r\n"
            + (f"X-Amz-Security-Token: {token}\r\n" if token else "")
            + f"Authorization: AWS4-HMAC-SHA256 Credential={self._credentials.access_key}/{self._scope}, "
            f"SignedHeaders={signed}, Signature={signature}\r\n"
        )

    def _new_day(self, day: str) -> None:
        key = f"AWS4{self._credentials.secret_key}".encode()
        for part in (day, self._endpoint.region, "dynamodb", "aws4_request"):
            key = hmac.digest(key, part.encode(), "sha256")
        self._day, self._key = day, key
        self._scope = f"{day}/{self._endpoint.region}/dynamodb/aws4_request"


class Client:
    """Calls DynamoDB within a budget of seconds, which includes connecting, reading and all tries.

    Not thread-safe: an execution environment handles one request at a time.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        credentials: AwsCredentials,
        clock: Callable[[], float] = time.time,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._endpoint, self._clock, self._timer = endpoint, clock, timer
        self._signer = Signer(endpoint, credentials)
        self._tls: Any = _tls_context() if endpoint.tls else None
        self._socket: socket.socket | None = None
        self._skew = 0.0  # seconds that DynamoDB's clock is ahead of ours

    def call(self, operation: str, request: Json, budget: float) -> Json:
        """Send `request` (DynamoDB's own JSON) and return the reply.

        A request may reach DynamoDB twice, so it must be idempotent.

        Raises:
            DynamoDBError: the request was refused, or both tries or the budget are used up.
        """
        body = _TO_JSON(request).encode()
        deadline = self._timer() + budget
        error = DynamoDBError("NoAnswer")
        for remaining_tries in range(_TRIES - 1, -1, -1):
            # The first try gets a little over half the budget, and leaves enough for a second.
            now = self._timer()
            until = deadline - (deadline - now) * 0.45 if remaining_tries else deadline
            try:
                status, date, reply = self._exchange(_VERSION + operation, body, until)
                if status == _OK:
                    result: Json = {} if reply == _NOTHING else json.loads(reply)
                    return result
            except (OSError, ValueError) as failure:
                # After a reset, a time-out or half a reply, the connection cannot be used again.
                self.close()
                error = DynamoDBError("NoAnswer", type(failure).__name__)
                continue
            error = _refusal(status, reply)
            if error.code in _WRONG_TIME and self._correct_clock(date):
                continue
            if status < _SERVER_ERROR and error.code not in _TRY_AGAIN:
                break
        raise error

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _exchange(self, target: str, body: bytes, until: float) -> tuple[int, str, bytes]:
        connection = self._connection(until)
        request = (
            "POST / HTTP/1.1\r\n"
            + self._signer.headers(target, body, self._clock() + self._skew)
            + f"Content-Type: application/x-amz-json-1.0\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode() + body
        connection.settimeout(self._left(until))
        connection.sendall(request)
        return self._receive(connection, until)

    def _connection(self, until: float) -> socket.socket:
        if self._socket is not None and _is_dead(self._socket):
            self.close()
        if self._socket is None:
            # In bytes: for a str, Python would import its IDNA codec, a millisecond of the cold start.
            host: Any = self._endpoint.address.encode()
            connection = socket.create_connection((host, self._endpoint.port), self._left(until))
            try:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                if self._tls is not None:
                    connection.settimeout(self._left(until))
                    connection = self._tls.wrap_socket(connection, server_hostname=host)
            except BaseException:
                connection.close()
                raise
            self._socket = connection
        return self._socket

    def _receive(self, connection: socket.socket, until: float) -> tuple[int, str, bytes]:
        # Each receive gets only what is left, so that a reply that trickles in cannot exceed the budget.
        data = b""
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self._more(connection, until, len(data))
        head = data[:end].lower()
        status = int(head.partition(b" ")[2][:3])
        # Only those that are needed: reading all headers would take as long as signing the request.
        length = int(_header(head, b"content-length") or -1)
        if not 0 <= length <= _MAX_REPLY:
            raise ValueError("a reply without a usable length")
        body = data[end + 4 :]
        while len(body) < length:
            body += self._more(connection, until, len(body))
        if len(body) > length:
            raise ValueError("more than one reply")
        if _header(head, b"connection") == b"close" or head.startswith(b"http/1.0"):
            self.close()
        return status, "" if status == _OK else _header(head, b"date").decode("latin-1"), body

    def _more(self, connection: socket.socket, until: float, so_far: int) -> bytes:
        connection.settimeout(self._left(until))
        data = connection.recv(_RECEIVE)
        if not data:
            raise ConnectionResetError("the connection was closed in the middle of a reply")
        if so_far > _MAX_REPLY:
            raise ValueError("a reply that does not end")
        return data

    def _left(self, until: float) -> float:
        left = until - self._timer()
        if left <= 0:
            raise TimeoutError("the budget is used up")
        return left

    def _correct_clock(self, date: str) -> bool:
        """Adopt the time of DynamoDB's reply; False if ours was not the problem."""
        from email.utils import parsedate_to_datetime  # noqa: PLC0415  (hardly ever needed)

        try:
            skew = parsedate_to_datetime(date).timestamp() - self._clock()
        except (TypeError, ValueError):
            return False
        if abs(skew - self._skew) < _MAX_SKEW:
            return False
        self._skew = skew
        return True


def _is_dead(connection: socket.socket) -> bool:
    """Whether the other side has closed an idle connection, which makes it readable."""
    import select  # noqa: PLC0415  (the socket module has already imported it)

    return bool(select.select([connection], [], [], 0)[0])


def _header(head: bytes, name: bytes) -> bytes:
    """The header's value in a reply's head, which is in lower case; empty if it is missing."""
    start = head.find(b"\r\n" + name + b":")
    if start < 0:
        return b""
    start += len(name) + 3
    end = head.find(b"\r\n", start)
    return (head[start:end] if end >= 0 else head[start:]).strip()


def _refusal(status: int, reply: bytes) -> DynamoDBError:
    try:
        fields = json.loads(reply)
        code = str(fields["__type"]).rpartition("#")[2]
        message = str(fields.get("message", fields.get("Message", "")))
        item = fields.get("Item")
    except (ValueError, KeyError, TypeError, AttributeError):
        return DynamoDBError(f"HTTP{status}")
    return DynamoDBError(code, message, item)


def _tls_context() -> Any:
    import ssl  # noqa: PLC0415  (the local stack has no TLS)

    return ssl.create_default_context()


def from_environment() -> Client:
    return Client(Endpoint.from_environment(os.environ), credentials_from_environment(os.environ))
