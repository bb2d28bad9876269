"""A contact: somebody's phone, and what its owner calls them."""

from typing import NamedTuple


class Contact(NamedTuple):
    """`digest`: of the phone. `hash`: as the app sent it, the MD5 of the phone."""

    digest: str
    name: str
    hash: str
