"""The parts of a call to Meta: ids in its path, the app's proof, and the answer."""

import hmac
from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar
from urllib.parse import quote

from signpost.instagram.graph.errors import Facts, MetaUnavailable
from signpost.instagram.graph.usage import Usage

T = TypeVar("T")
U = TypeVar("U")


class Answer(NamedTuple, Generic[T]):
    """What was asked for, and how much of the rate limits is used up. Stop when `usage.must_pause`."""

    value: T
    usage: Usage

    def map(self, change: Callable[[T], U]) -> "Answer[U]":
        """Raises `MetaUnavailable` when `change` raises KeyError because the reply lacks a required field."""
        try:
            return Answer(change(self.value), self.usage)
        except KeyError as error:
            raise MetaUnavailable(f"Instagram's answer has no {error}; try again.", Facts(usage=self.usage)) from None


def appsecret_proof(secret: str, token: str) -> str:
    """Proves to Meta that the user of the token has the app's secret.

    Source: https://developers.facebook.com/docs/graph-api/securing-requests
    """
    return hmac.new(secret.encode(), token.encode(), "sha256").hexdigest()


def segment(graph_id: str) -> str:
    """An id as part of a path, escaped so that it cannot lead elsewhere."""
    return quote(graph_id, safe="")
