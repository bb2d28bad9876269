"""Requests to addresses that come from outside."""

import socket
import threading
from collections.abc import Iterator

import pytest
import requests

from signpost.platform.outbound import is_public, public_session


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888", "::ffff:8.8.8.8"])
def test_public_addresses(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),
        *("224.0.0.1", "::1", "fe80::1%eth0", "fd00:ec2::254", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::"),
    ],
)
def test_addresses_of_own_networks(address: str) -> None:
    assert not is_public(address)


@pytest.fixture
def inside() -> Iterator[int]:
    """The port of a server that is not public, and that must be sent nothing."""
    received: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                received.append(connection.recv(1024))

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(60)
        assert received == [b""]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_nothing_is_sent_to_a_server_inside(inside: int, host: str) -> None:
    with public_session() as session, pytest.raises(requests.ConnectionError):
        session.get(f"https://{host}:{inside}/", timeout=60)
