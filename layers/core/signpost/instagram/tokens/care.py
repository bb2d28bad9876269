"""What the token sweep does for one install: refreshes its token, updates its state, and e-mails its owners.

Every write is conditional, so this may be interrupted anywhere, repeated, or run twice at the same time: only one
worker replaces a token, and an address gets each e-mail once. Two gaps are accepted:

- A refresh that is interrupted before its token is stored is lost. The old token still works until it expires.
- An e-mail is claimed before it is sent. If the worker dies in between, or SES does not respond, it counts as
  sent: SES has no idempotency key that would make a retry safe, and two e-mails would be worse than none.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from signpost.instagram.connection_states import DAY, MAY_HEAL, SOON, ConnectionState, state_after
from signpost.instagram.graph.errors import MetaError, ObjectMissing, PermissionMissing, TokenDead
from signpost.instagram.health import BLOCKED_PAUSE, Cause, loss
from signpost.instagram.installs import Install
from signpost.instagram.scopes import ScopeMissing, check_scopes
from signpost.instagram.token_errors import TokenUnreadable
from signpost.instagram.tokens.mails import compose
from signpost.instagram.tokens.steps import STAMPS, Step, follows_from_an_answer, next_check_day, steps
from signpost.platform.clock import Clock, system_clock
from signpost.platform.errors import Unavailable
from signpost.platform.sending import Mail, MaybeSent, NotSent

if TYPE_CHECKING:
    from signpost.instagram.apps.connect_links import ConnectLinks
    from signpost.instagram.apps.owner_store import Owner, OwnerStore
    from signpost.instagram.cipher import TokenCipher
    from signpost.instagram.health_store import HealthStore
    from signpost.instagram.tokens.refresh import Pauses, TokenRefresher
    from signpost.instagram.tokens.store import TokenStore

_TRIES: Final = 3
_LINK_LASTS: Final = 90 * DAY  # of an e-mail: people find it again after their holidays
MetricReport = Callable[[str, dict[str, str]], None]  # a metric's name, and facts for the log: no address, no token


class _Seen(NamedTuple):
    """An install after another check; None: somebody else changed it. `is_certain`: owners may be e-mailed about it."""

    install: Install | None
    is_certain: bool = True


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
        pauses: "Pauses",
        health: "HealthStore",
        mailer: Sender,
        public_url: str,
        report: MetricReport,
        clock: Clock = system_clock,
    ) -> None:
        self._store, self._owners, self._cipher, self._refresher = store, owners, cipher, refresher
        self._pauses, self._health, self._links = pauses, health, links
        self._mailer, self._public_url, self._report, self._clock = mailer, public_url, report, clock

    def care(self, install_id: str, *, last_try: bool = False) -> None:
        """Do what is due. Does nothing if the install is gone.

        `last_try`: if Meta is too busy for a refresh, count it as failed instead of raising; tomorrow tries again.

        Raises:
            MetaError: a retryable one.
            NotSent: SES did not accept an e-mail; its claim is released.
            Unavailable: AWS does not answer.
        """
        for _ in range(_TRIES):
            install = self._store.get(install_id)
            if install is None or self._cared(install, self._clock(), last_try=last_try):
                return
        raise Unavailable("The install keeps changing; try again.")

    def _cared(self, install: Install, now: float, *, last_try: bool) -> bool:
        """Whether everything is done; false when somebody else changed the install meanwhile: read it again."""
        seen = self._looked_again(install, now, last_try=last_try) if self._may_heal(install, now) else _Seen(install)
        if seen.install is None:
            return False
        is_due = Step.REFRESH in steps(seen.install, now)
        refreshed = self._refreshed(seen.install, now, last_try=last_try) if is_due else seen.install
        if refreshed is None:
            return False
        current = self._moved(refreshed, _state(refreshed, now))
        if current is None:
            return False
        due = self._due_emails(current, now, is_certain=seen.is_certain)
        waiting = [email for email in due if self._waits(email, current, now)]
        notified, refusal = self._notified(current, [email for email in due if email not in waiting], now)
        for email in waiting:
            self._note("EmailsHeld", current, email=email.value)
        checked = self._store.check_next(notified, SOON if waiting else next_check_day(notified, now))
        if refusal:
            raise refusal
        return checked

    # ----------------------------------------------------------------------------------------------- second looks
    def _may_heal(self, install: Install, now: float) -> bool:
        """Whether to check again an account whose connection ended early.

        If its token died, only during a storm: its owner has had no e-mail, and the cause may have been the app.
        """
        if install.ends_at is not None and install.ends_at <= now:
            return False
        if install.state in MAY_HEAL:
            return True
        is_told = install.second_verify_email_sent_at is not None
        return install.state is ConnectionState.EXPIRED and not is_told and self._waits(Step.SECOND_EMAIL, install, now)

    def _looked_again(self, install: Install, now: float, *, last_try: bool) -> _Seen:
        """The stored install after another check. It heals by itself when it can be read again."""
        try:
            token = self._cipher.decrypt(install.id, install.token)
            try:
                scopes = self._refresher.look_again(install, token, now)
            except PermissionMissing as error:
                return _Seen(install, is_certain=self._refused(install, error, token, now) is Cause.ACCOUNT)
        except TokenDead as error:
            return _Seen(self._lost(install, state_after(error.reason), reason=error.reason.value))
        except (ScopeMissing, ObjectMissing):
            return _Seen(install)
        except (MetaError, TokenUnreadable) as error:
            if error.retryable and not last_try:
                raise
            return _Seen(install, is_certain=False)
        self._health.worked(install.provider, now)
        state = install._replace(state=ConnectionState.ACTIVE).state_at(now)
        if not self._store.heal(install, state, scopes, now):
            return _Seen(None)
        self._note("AccountsHealed", install)
        return _Seen(install._replace(state=state, scopes=scopes, refused_since=None, missing_since=None))

    # ------------------------------------------------------------------------------------------------------- tokens
    def _refreshed(self, install: Install, now: float, *, last_try: bool) -> Install | None:
        """The stored install after a refresh or an attempt; None when somebody else changed it."""
        try:
            token = self._cipher.decrypt(install.id, install.token)
            try:
                return self._renewed(install, token, now)
            except PermissionMissing as error:
                cause = self._refused(install, error, token, now)
        except TokenDead as error:
            return self._lost(install, state_after(error.reason), reason=error.reason.value)
        except (MetaError, TokenUnreadable) as error:
            if error.retryable and not last_try:
                raise
            self._note("RefreshesFailed", install, reason=error.code)
            return install
        if cause is Cause.ACCOUNT:
            return self._lost(install, ConnectionState.PERMISSION_MISSING)
        self._note("RefreshesFailed", install, reason="permission_missing")
        return install

    def _renewed(self, install: Install, token: str, now: float) -> Install | None:
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
            return self._lost(new, ConnectionState.PERMISSION_MISSING)
        return new

    def _refused(self, install: Install, error: PermissionMissing, token: str, now: float) -> Cause:
        """Find out whose permission is missing. If it is the app's, no calls are made for a while, and no e-mails sent.

        Raises what `cause_of` does.
        """
        cause = self._refresher.cause(error, install, self._health.get(install.provider), token=token, now=now)
        if cause is not Cause.ACCOUNT:
            self._store.note_refusal(install, now)
        if cause is Cause.APP:
            self._health.blocked(install.provider, now)
            self._pauses.pause_product(install.provider, now + BLOCKED_PAUSE)
            self._note("AppBlocked", install, reason=error.facts.message)
        return cause

    def _lost(self, install: Install, state: ConnectionState, **facts: str) -> Install | None:
        """Change the state of an install whose connection ended because of Meta's response."""
        for metric in loss(state):
            self._note(metric, install, **facts)
        moved = self._moved(install, state)
        is_news = moved is not None and state is not install.state
        if is_news and self._health.changed(install.provider, self._clock()):
            self._note("AccountStorm", install)
        return moved

    def _moved(self, install: Install, state: ConnectionState) -> Install | None:
        if state is install.state:
            return install
        return install._replace(state=state) if self._store.move(install, state) else None

    # ------------------------------------------------------------------------------------------------------ e-mails
    def _due_emails(self, install: Install, now: float, *, is_certain: bool) -> list[Step]:
        due = [step for step in steps(install, now, refresh_failed=True) if step in STAMPS]
        return [email for email in due if is_certain or not follows_from_an_answer(email, install, now)]

    def _notified(self, install: Install, due: Sequence[Step], now: float) -> tuple[Install, NotSent | None]:
        """Send these e-mails. Returns the install with their stamps, and a refusal if there was one."""
        owners = self._owners.owners(install) if due else ()
        if due and not owners:
            self._note("EmailAddressMissing", install, email=due[0].value)
            return install, None
        refusal: NotSent | None = None
        for email in due:
            refused = self._send_to_all(email, install, owners, now)
            if refused:
                refusal = refused
            elif self._store.stamp(install, email, [owner.address for owner in owners], now):
                stamped: dict[str, Any] = {STAMPS[email].sent_at: now}
                install = install._replace(**stamped)
        return install, refusal

    def _waits(self, email: Step, install: Install, now: float) -> bool:
        """Whether an e-mail must wait, because Meta's refusal may be about the app."""
        health = self._health.get(install.provider)
        in_storm = health.held_at is not None and follows_from_an_answer(email, install, now)
        return in_storm or health.blocked_at is not None

    def _send_to_all(self, email: Step, install: Install, owners: "Sequence[Owner]", now: float) -> NotSent | None:
        """Returns the first refusal, which does not keep the e-mail from the other owners."""
        refusal: NotSent | None = None
        for owner in owners:
            try:
                self._send(email, install, owner, now)
            except NotSent as error:
                refusal = refusal or error
        return refusal

    def _send(self, email: Step, install: Install, owner: "Owner", now: float) -> None:
        """Raises `NotSent`, with the claim released."""
        connect = self._links.proof_if_any(owner.app_id, now + _LINK_LASTS)
        claim = self._store.claim(install, email, owner.address)
        if claim is None:
            return  # it was sent before, or the install has changed
        try:
            mail = compose(email, install, now, self._public_url, owner.app_id, connect=connect)
            message_id = self._mailer.send(owner.address, mail)
        except NotSent as error:
            self._store.release(install, email, claim)
            self._note("EmailsRefused", install, email=email.value, reason=error.reason)
            raise
        except MaybeSent as error:
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
