"""Identifies a request's sender by its address."""

from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Final

from signpost.platform.http import Event

_NETWORK_BITS: Final = 64  # of an IPv6 address; its holder chooses the rest


def sender(event: Event) -> str:
    """For a limit's key: an IPv4 address, or the /64 network of an IPv6 address."""
    text = str(event["requestContext"]["http"]["sourceIp"])
    try:
        address = ip_address(text)
    except ValueError:
        return text
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or IPv6Network((int(address), _NETWORK_BITS), strict=False))
    return str(address)
