"""What can be made to happen at Meta: by tests through methods, by people through buttons (`control_page.py`).

`login` is an Instagram account's username, or a person's login.
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any, Final, Literal
from urllib.parse import urlencode

from local.meta import errors, limits, outbound, signatures
from local.meta.graph.hashtags import QUOTA
from local.meta.limits import Fault
from local.meta.login import dialogs
from local.meta.state import MetaApp, MetaState
from local.meta.tokens import Provider, Token
from local.meta.world import Account, Comment, Holder, Media, Person

_OK: Final = 200
_CODE: Final = re.compile(r"[A-Za-z0-9]+")


@dataclass(frozen=True)
class SignedRequestReply:
    """What the app answered to a `signed_request`. `problems` says what Meta would not accept of it."""

    status: int
    text: str
    problems: tuple[str, ...] = ()
    url: str | None = None
    confirmation_code: str | None = None


@dataclass
class Controls:
    """Changes of the state. The receivers of webhooks may call back, so nothing is sent while the lock is held."""

    state: MetaState = field(repr=False)

    def account(self, login: str) -> Account:
        return self.state.world.account(login)

    def add_account(
        self, username: str, *, name: str | None = None, account_type: str = "Business", login: str | None = None
    ) -> Account:
        """One more account, without posts; with `login` also a person whose Page it belongs to."""
        with self.state.lock:
            account = self.state.world.add_account(username, name=name, account_type=account_type)
            if login is not None:
                self.state.world.add_person(login, account.name, {account.name: account})
            return account

    def rename(self, login: str, username: str) -> None:
        """The account's owner chooses another username. Like Meta, this tells nobody."""
        with self.state.lock:
            self.state.world.rename(self.account(login), username)

    def publish(
        self,
        login: str,
        caption: str | None = None,
        *,
        media_type: str = "IMAGE",
        product_type: str = "FEED",
        seconds_ago: float = 0,
    ) -> Media:
        """A new post. Like Meta, this sends no webhook."""
        with self.state.lock:
            at = self.state.now() - seconds_ago
            return self.state.world.publish(
                self.account(login), at, caption=caption, media_type=media_type, product_type=product_type
            )

    def fill(self, login: str, posts: int = 5000, *, hours_apart: float = 12.0) -> int:
        """Publish many posts, the newest dated now; always the same ones. Returns how many the account then has."""
        with self.state.lock:
            account = self.account(login)
            self.state.world.fill(account, self.state.now(), posts, hours_apart * 3600)
            return len(account.media)

    def comment(
        self,
        login: str,
        text: str,
        *,
        username: str = "sam.cooks.demo",
        media_id: str | None = None,
        reply_to: str | None = None,
    ) -> tuple[Media, Comment]:
        """A comment on a post (the newest by default), or a reply to one; sends no webhook."""
        with self.state.lock:
            account = self.account(login)
            media = next((each for each in account.media if media_id in {None, each.id}), None)
            if media is None:
                raise ValueError(f"{account.username} has no such post.")
            new = self.state.world.comment(media, self.state.now(), username=username, text=text)
            if reply_to is not None:
                new.parent_id = reply_to
                next(each for each in media.comments if each.id == reply_to).replies.append(new)
            return media, new

    def connect(
        self, provider: Provider, login: str, scopes: tuple[str, ...], *, kind: Literal["short", "long"] = "long"
    ) -> Token:
        """A token as after a login, without the clicks."""
        with self.state.lock:
            holder = self.state.world.holder(provider, login)
            return self.state.tokens.issue(provider, holder, scopes=set(scopes), now=self.state.now(), kind=kind)

    def authorize(
        self, provider: Provider, login: str, scopes: tuple[str, ...], redirect_uri: str, csrf: str | None = None
    ) -> str:
        """The address, with a code, that a click on "Allow" leads to."""
        with self.state.lock:
            return dialogs.allow(self.state, provider, login, scopes=scopes, redirect_uri=redirect_uri, csrf=csrf)

    def tokens(self, login: str) -> list[Token]:
        return self.state.tokens.of(login)

    def expire_tokens(self, login: str) -> int:
        """Answer 190/463 from now on. This and the next two return how many tokens were affected."""
        with self.state.lock:
            found = self.tokens(login)
            for token in found:
                token.expires_at = self.state.now() - 1
            return len(found)

    def kill_tokens(self, login: str, subcode: int = 460) -> int:
        """Answer 190 with this subcode from now on: 458 app removed, 459 checkpoint, 460 password changed and so on."""
        if subcode not in errors.TOKEN_SUBCODES:
            raise ValueError(f"190 has no subcode {subcode}: {errors.TOKEN_SUBCODES}")
        with self.state.lock:
            found = self.tokens(login)
            for token in found:
                token.dead = subcode
            return len(found)

    def remove_permission(self, login: str, scope: str) -> int:
        with self.state.lock:
            found = [token for token in self.tokens(login) if scope in token.scopes]
            for token in found:
                token.scopes.discard(scope)
            return len(found)

    def fail_next(self, code: int, subcode: int | None = None, **how: Any) -> Fault:
        """The next calls get this error: see `limits.Fault` for `count`, `login`, `path`, `transient`, `status`."""
        fault = Fault(code, subcode, **how)
        with self.state.lock:
            self.state.limits.faults.append(fault)
        return fault

    def throttle(self, code: int, *, minutes: int = 60, login: str | None = None) -> None:
        """Refuse all calls with 4, 17, 32, 613, 341, 80001 or 80002 for that long; the headers say how long that is."""
        if code not in errors.THROTTLES:
            raise ValueError(f"{code} is not a throttle: {errors.THROTTLES}")
        with self.state.lock:
            self.state.limits.throttles.append(limits.throttled(code, minutes, self.state.now(), login=login))

    def set_usage(self, percent: int | None, login: str | None = None) -> None:
        """Make the usage headers say this of the app, or of an account; None is the real usage."""
        with self.state.lock:
            self.state.limits.usage.pop(login, None)
            if percent is not None:
                self.state.limits.usage[login] = percent

    def grant_hashtags(self, *, granted: bool) -> None:
        """Grant the app Instagram Public Content Access, or take it away: without it, hashtags are refused with 10."""
        with self.state.lock:
            self.state.switches.public_content_access = granted

    def use_up_hashtags(self, login: str) -> None:
        """Have another program of the account's ask for 30 hashtags: for 7 days, new ones are refused (18/2207034)."""
        with self.state.lock:
            account = self.account(login)
            for number in range(QUOTA):
                self.state.hashtag_queries[account.id, f"elsewhere-{number}"] = self.state.now()

    def limit_calls(self, users: int | None) -> None:
        """Apply Meta's limit for that many users: 200 calls an hour for each. None: no limit."""
        with self.state.lock:
            self.state.limits.users = users

    def refuse_field(self, name: str) -> None:
        """Remove this field from all objects, as Meta does with new versions of the API."""
        with self.state.lock:
            self.state.limits.fields.add(name)

    def refuse_metric(self, name: str, *, unnamed: bool = False) -> None:
        """Remove this metric from all posts; `unnamed`: the error does not say which one was refused."""
        with self.state.lock:
            self.state.limits.metrics[name] = unnamed

    def limit_pages(self, most: int | None) -> None:
        """Reply "reduce the amount of data" to requests for more posts on a page than this. None: no limit."""
        with self.state.lock:
            self.state.limits.largest_page = most

    def calm(self) -> None:
        """End all requested errors, throttles, usage, limits and refusals."""
        with self.state.lock:
            self.state.limits.calm()

    def block_app(self, provider: Provider) -> None:
        """Meta blocks the app: every call for this product gets code 200, "API access blocked", whatever the token."""
        with self.state.lock:
            self.state.switches.blocked.add(provider)

    def unblock_app(self, provider: Provider) -> None:
        with self.state.lock:
            self.state.switches.blocked.discard(provider)

    def change_mode(self, mode: Literal["live", "development"]) -> None:
        """In development, accounts whose login has no role in the app are refused as if a permission were missing."""
        with self.state.lock:
            self.state.switches.mode = mode

    def make_personal(self, login: str) -> None:
        """The account is no longer professional: 100/33 to every app, with valid tokens and all permissions."""
        with self.state.lock:
            self.account(login).personal = True

    def make_professional(self, login: str) -> None:
        with self.state.lock:
            self.account(login).personal = False

    def unlink_page(self, login: str) -> int:
        """The account is no longer linked to its Page: 100/33 with Facebook Login. Returns how many Pages it had."""
        return self._link(login, linked=False)

    def link_page(self, login: str) -> int:
        return self._link(login, linked=True)

    def _link(self, login: str, *, linked: bool) -> int:
        with self.state.lock:
            account = self.account(login)
            pages = [page for person in self.state.world.people for page in person.pages if page.account is account]
            for page in pages:
                page.linked = linked
            return len(pages)

    def revoke(self, provider: Provider, login: str) -> SignedRequestReply:
        """The user removes the app: its tokens die (190/458), and the deauthorize address is called."""
        app = self.state.app(provider)
        with self.state.lock:
            holder = self.state.world.holder(provider, login)
            for token in self.state.tokens.tokens.values():
                if token.provider == provider and token.holder is holder:
                    token.dead = 458
            if isinstance(holder, Account):
                holder.subscribed.clear()
            else:
                for page in holder.pages:
                    page.subscribed.clear()
        reply = self._signed(app, app.deauthorize_url, "deauthorize", holder)
        return SignedRequestReply(reply.status, reply.text, _status_problems(reply))

    def delete_data(self, provider: Provider, login: str) -> SignedRequestReply:
        """The user asks for deletion; the answer must be `{"url", "confirmation_code"}`."""
        app = self.state.app(provider)
        holder = self.state.world.holder(provider, login)
        reply = self._signed(app, app.data_deletion_url, "data deletion", holder)
        problems = list(_status_problems(reply))
        try:
            said = json.loads(reply.body)
            url, code = said.get("url"), said.get("confirmation_code")
        except (ValueError, AttributeError):
            return SignedRequestReply(reply.status, reply.text, (*problems, "not a JSON object"))
        if not isinstance(url, str) or not url.startswith(("http://", "https://")):
            problems.append("url is not an address")
        if not isinstance(code, str) or not _CODE.fullmatch(code):
            problems.append("confirmation_code is not alphanumeric")
        return SignedRequestReply(reply.status, reply.text, tuple(problems), url, code)

    def signed_request(self, provider: Provider, login: str, **changes: Any) -> str:
        """What `revoke` and `delete_data` send; `user_id` is the app-scoped id. `changes` override the payload."""
        return self._request(self.state.app(provider), self.state.world.holder(provider, login), **changes)

    def _request(self, app: MetaApp, holder: Holder, **changes: Any) -> str:
        user_id = holder.id if isinstance(holder, Person) else holder.app_scoped_id
        now = int(self.state.now())
        payload = {"algorithm": "HMAC-SHA256", "issued_at": now, "expires": now + 3600, "user_id": user_id}
        return signatures.signed_request({**payload, **changes}, app.secret)

    def _signed(self, app: MetaApp, url: str | None, name: str, holder: Holder) -> outbound.Reply:
        if url is None:
            raise ValueError(f"The app has no {name} address.")
        body = urlencode({"signed_request": self._request(app, holder)}).encode()
        return outbound.send("POST", url, body=body, headers={"Content-Type": "application/x-www-form-urlencoded"})


def _status_problems(reply: outbound.Reply) -> tuple[str, ...]:
    return () if reply.status == _OK else (f"status {reply.status}, not 200",)
