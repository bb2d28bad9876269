"""Requests to addresses that others supply, and only to public servers.

A name may lead anywhere, even into the network that a function runs in. So the address of the actual connection is
checked before anything is sent over it.
"""

import socket
from ipaddress import IPv6Address, ip_address
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError


def public_session() -> requests.Session:
    """A session whose HTTPS requests reach public addresses only; others fail with `requests.ConnectionError`.

    Plain HTTP is not checked: callers allow it only for servers that they name themselves.
    """
    session = requests.Session()
    session.mount("https://", _PublicAdapter())
    return session


def is_public(address: str) -> bool:
    """Whether an IP address is public: not private, loopback or link-local."""
    parsed = ip_address(address.partition("%")[0])
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    return parsed.is_global and not parsed.is_multicast


class _PublicConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        opened = super()._new_conn()
        if not is_public(opened.getpeername()[0]):
            opened.close()
            raise NewConnectionError(self, "The server does not have a public address.")
        return opened


class _PublicPool(HTTPSConnectionPool):
    ConnectionCls = _PublicConnection


class _PublicAdapter(HTTPAdapter):
    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = {"https": _PublicPool}
