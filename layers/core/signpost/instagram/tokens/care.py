"""What the token sweep does for one install: refreshes its token, updates its state, and e-mails its owners.

Every write is conditional, so this may be cut off anywhere, repeated, or run twice at the same time: only one worker
replaces a token, and an address gets each e-mail once. Two gaps are accepted:

- A refresh that is cut off before its token is stored is lost. The old token still works until it expires.
- An e-mail is claimed before it is sent. If the worker is cut off in between, or SES does not answer, it counts as
  sent: SES has no idempotency key that would make a retry safe, and two e-mails would be worse than none.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol

from signpost.instagram.connection_states import DAY, ConnectionState, state_after
from signpost.instagram.graph.errors import MetaError, PermissionMissing, TokenDead
from signpost.instagram.installs import Install
from signpost.instagram.scopes import ScopeMissing, check_scopes
from signpost.instagram.token_errors import TokenUnreadable
from signpost.instagram.tokens.mails import Mail, MailRefused, MailUnknown, compose
from signpost.instagram.tokens.steps import STAMPS, Step, next_check_day, steps
from signpost.platform.clock import Clock, system_clock
from signpost.platform.errors import Unavailable

if TYPE_CHECKING:
    from signpost.instagram.apps.connect_links import ConnectLinks
    from signpost.instagram.apps.owner_store import Owner, OwnerStore
    from signpost.instagram.cipher import TokenCipher
    from signpost.instagram.tokens.refresh import TokenRefresher
    from signpost.instagram.tokens.store import TokenStore

_TRIES: Final = 3
_LINK_LASTS: Final = 90 * DAY  # of an e-mail: people find it again after their holidays
MetricReport = Callable[[str, dict[str, str]], None]  # a metric's name, and facts for the log: no address, no token


class Sender(Protocol):
    def send(self, address: str, mail: Mail) -> str: ...


class TokenCare:
    """`public_url`: the address of our logins, for links in e-mails."""

    def __init__(
        self,
        *,
        store: "TokenStore",
        owners: "OwnerStore",
        links: "ConnectLinks",
        cipher: "TokenCipher",
        refresher: "TokenRefresher",
        mailer: Sender,
        public_url: str,
        report: MetricReport,
        clock: Clock = system_clock,
    ) -> None:
        self._store, self._owners, self._cipher, self._refresher = store, owners, cipher, refresher
        self._links, self._mailer, self._public_url = links, mailer, public_url
        self._report, self._clock = report, clock

    def care(self, install_id: str, *, last_try: bool = False) -> None:
        """Do what is due. Does nothing if the install is gone.

        `last_try`: treat a refresh that Meta is too busy for as failed instead of raising; tomorrow tries again.

        Raises:
            MetaError: a retryable one.
            MailRefused: SES did not take an e-mail; its claim is released.
            Unavailable: AWS does not answer.
        """
        for _ in range(_TRIES):
            install = self._store.get(install_id)
            if install is None or self._cared(install, self._clock(), last_try=last_try):
                return
        raise Unavailable("The install keeps changing; try again.")

    def _cared(self, install: Install, now: float, *, last_try: bool) -> bool:
        """Whether everything is done; false when somebody else changed the install meanwhile: read it again."""
        is_due = Step.REFRESH in steps(install, now)
        refreshed = self._refreshed(install, now, last_try=last_try) if is_due else install
        if refreshed is None:
            return False
        current = self._moved(refreshed, _state(refreshed, now))
        if current is None:
            return False
        notified, refusal = self._notified(current, now)
        checked = self._store.check_next(notified, next_check_day(notified, now))
        if refusal:
            raise refusal
        return checked

    # ------------------------------------------------------------------------------------------------------- tokens
    def _refreshed(self, install: Install, now: float, *, last_try: bool) -> Install | None:
        """The stored install after a refresh or an attempt; None when somebody else changed it."""
        try:
            return self._renewed(install, now)
        except TokenDead as error:
            self._note("TokensDied", install, reason=error.reason.value)
            return self._moved(install, state_after(error.reason))
        except PermissionMissing:
            self._note("PermissionsMissing", install)
            return self._moved(install, ConnectionState.PERMISSION_MISSING)
        except (MetaError, TokenUnreadable) as error:
            if error.retryable and not last_try:
                raise
            self._note("RefreshesFailed", install, reason=error.code)
            return install

    def _renewed(self, install: Install, now: float) -> Install | None:
        token = self._cipher.decrypt(install.id, install.token)
        found = self._refresher.refresh(install, token, now)
        new = install._replace(
            expires_at=found.expires_at, data_access_expires_at=found.data_access_expires_at, scopes=found.scopes
        )
        if found.token:
            new = new._replace(token=self._cipher.encrypt(install.id, found.token), issued_at=now)
        if not self._store.renew(install, new):
            return None
        if found.token:
            self._note("TokensRefreshed", install)
        else:
            self._note("RefreshesFailed", install, reason="not_extended")
        try:
            check_scopes(new.provider, new.scopes)
        except ScopeMissing:
            self._note("PermissionsMissing", install)
            return self._moved(new, ConnectionState.PERMISSION_MISSING)
        return new

    def _moved(self, install: Install, state: ConnectionState) -> Install | None:
        if state is install.state:
            return install
        return install._replace(state=state) if self._store.move(install, state) else None

    # ------------------------------------------------------------------------------------------------------ e-mails
    def _notified(self, install: Install, now: float) -> tuple[Install, MailRefused | None]:
        """Send the e-mails that are due. Returns the install with their stamps, and a refusal if there was one."""
        due = [step for step in steps(install, now, refresh_failed=True) if step in STAMPS]
        owners = self._owners.owners(install) if due else ()
        if due and not owners:
            self._note("EmailAddressMissing", install, email=due[0].value)
            return install, None
        refusal: MailRefused | None = None
        for email in due:
            refused = self._send_to_all(email, install, owners, now)
            if refused:
                refusal = refused
            elif self._store.stamp(install, email, [owner.address for owner in owners], now):
                stamped: dict[str, Any] = {STAMPS[email].sent_at: now}
                install = install._replace(**stamped)
        return install, refusal

    def _send_to_all(self, email: Step, install: Install, owners: "Sequence[Owner]", now: float) -> MailRefused | None:
        """Returns the first refusal, which does not keep the e-mail from the other owners."""
        refusal: MailRefused | None = None
        for owner in owners:
            try:
                self._send(email, install, owner, now)
            except MailRefused as error:
                refusal = refusal or error
        return refusal

    def _send(self, email: Step, install: Install, owner: "Owner", now: float) -> None:
        """Raises `MailRefused`, with the claim released."""
        connect = self._links.proof_if_any(owner.app_id, now + _LINK_LASTS)
        claim = self._store.claim(install, email, owner.address)
        if claim is None:
            return  # it was sent before, or the install has changed
        try:
            mail = compose(email, install, now, self._public_url, owner.app_id, connect=connect)
            message_id = self._mailer.send(owner.address, mail)
        except MailRefused as error:
            self._store.release(install, email, claim)
            self._note("EmailsRefused", install, email=email.value, reason=error.reason)
            raise
        except MailUnknown as error:
            self._note("EmailsUnknown", install, email=email.value, reason=error.reason)
        else:
            self._note("EmailsSent", install, email=email.value)
            self._store.confirm(install, email, message_id)

    def _note(self, metric: str, install: Install, **facts: str) -> None:
        self._report(metric, {"install": install.id, **facts})


def _state(install: Install, now: float) -> ConnectionState:
    """The state that the install should have: one that lacks a permission expires too."""
    expires = Step.MARK_EXPIRED in steps(install, now, refresh_failed=True)
    return ConnectionState.EXPIRED if expires else install.state_at(now)
