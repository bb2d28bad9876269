"""Refreshes a token at Meta, and reports the result. For `facebook` Meta promises nothing: we try, then check.

Also checks whether an account can be read again.
"""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol, TypeVar

from signpost.instagram.connection_states import DAY
from signpost.instagram.graph import login as graph_login
from signpost.instagram.graph.calls import Answer
from signpost.instagram.graph.errors import PermissionMissing, Throttled, TokenDead
from signpost.instagram.graph.login import Token
from signpost.instagram.graph.media import account_media
from signpost.instagram.health import Cause, Health, cause_of
from signpost.instagram.installs import Install
from signpost.instagram.products import Provider
from signpost.instagram.scopes import check_scopes
from signpost.instagram.secret_text import SecretText

if TYPE_CHECKING:
    from signpost.instagram.graph.client import Graph

T = TypeVar("T")
_PAUSE: Final = 600  # seconds, when a rate limit is nearly used up and Meta does not say how long to wait
_LEAST_GAIN: Final = DAY  # a refresh that gains less does not count as one
_WHOLE_APP: Final = "app"


class Refreshed(NamedTuple):
    """The result of a refresh. `token` is None if Meta gave none that lives longer: keep the old one."""

    token: SecretText | None
    expires_at: float | None
    data_access_expires_at: float | None
    scopes: tuple[str, ...]


class Pauses(Protocol):
    """Pauses of calls to Meta; `PauseStore` keeps them for all functions."""

    def paused_until(self, install: Install, now: float) -> float | None: ...

    def pause_product(self, provider: Provider, until: float) -> None: ...


class TokenRefresher:
    """`graphs` gives the client of a product."""

    def __init__(self, graphs: Callable[[Provider], "Graph"], pauses: Pauses) -> None:
        self._graphs, self._pauses = graphs, pauses

    def refresh(self, install: Install, token: str, now: float) -> Refreshed:
        """Ask Meta for a token that lives longer.

        Raises:
            MetaError: the kind that fits; during a pause `Throttled`, without a call.
            Unavailable: DynamoDB does not answer.
        """
        return self._asked(install, now, lambda graph: self._refreshed(graph, install, token, now))

    def look_again(self, install: Install, token: str, now: float) -> tuple[str, ...]:
        """Make sure that the account can be read. Returns the token's scopes.

        Raises:
            ScopeMissing: the token lacks a required one.
            MetaError: as for `refresh`; `PermissionMissing` or `ObjectMissing` when it still cannot be read.
        """
        return self._asked(install, now, lambda graph: self._read(graph, install, token, now))

    def cause(self, refusal: PermissionMissing, install: Install, health: Health, *, token: str, now: float) -> Cause:
        """Whether the account or the app is refused. Raises what `cause_of` does."""
        graph = self._graphs(install.provider)
        return cause_of(refusal, install, health, graph=graph, token=token, now=now)

    def _asked(self, install: Install, now: float, ask: "Callable[[Graph], T]") -> T:
        pause = self._pauses.paused_until(install, now)
        if pause is not None:
            raise Throttled("Instagram allows no more calls for now; try later.", math.ceil(pause - now), _WHOLE_APP)
        try:
            return ask(self._graphs(install.provider))
        except Throttled as error:
            if error.level == _WHOLE_APP:
                self._pauses.pause_product(install.provider, now + error.retry_after)
            raise

    def _refreshed(self, graph: "Graph", install: Install, token: str, now: float) -> Refreshed:
        new = self._value(graph_login.refresh(graph, token), graph, now)
        if install.provider is Provider.FACEBOOK:
            return self._verified(install, new, graph, now)
        return _from_reply(install, new, now)

    def _read(self, graph: "Graph", install: Install, token: str, now: float) -> tuple[str, ...]:
        scopes = install.scopes
        if install.provider is Provider.FACEBOOK:
            facts = self._value(graph_login.debug_token(graph, token), graph, now)
            if facts.ended is not None:
                raise TokenDead("The connection to Instagram has ended; connect again.", facts.ended)
            scopes = facts.scopes or scopes
            check_scopes(install.provider, scopes)
        self._value(account_media(graph, token, install.instagram_business_account_id, limit=1), graph, now)
        return scopes

    def _verified(self, install: Install, new: Token, graph: "Graph", now: float) -> Refreshed:
        facts = self._value(graph_login.debug_token(graph, new.access_token), graph, now)
        if not facts.is_valid:
            return Refreshed(None, install.expires_at, install.data_access_expires_at, install.scopes)
        end = new.expires_at(now) if facts.expires_at is None else facts.expires_at
        longer = end is None or install.expires_at is None or end - install.expires_at >= _LEAST_GAIN
        return Refreshed(
            new.access_token if longer else None,
            end if longer else install.expires_at,
            facts.data_access_expires_at or install.data_access_expires_at,
            facts.scopes or install.scopes,
        )

    def _value(self, answer: Answer[T], graph: "Graph", now: float) -> T:
        if answer.usage.app_full:
            self._pauses.pause_product(graph.provider, now + (answer.usage.regain_seconds or _PAUSE))
        return answer.value


def _from_reply(install: Install, new: Token, now: float) -> Refreshed:
    """From the reply alone. If it gives no lifetime, the new token is assumed to end when the old one does."""
    end = new.expires_at(now)
    return Refreshed(
        new.access_token,
        install.expires_at if end is None else end,
        install.data_access_expires_at,
        new.permissions or install.scopes,
    )
