"""Webhooks on demand."""

from dataclasses import dataclass, field
from typing import Any

from local.meta.controls import Controls
from local.meta.tokens import Provider
from local.meta.webhooks import bodies
from local.meta.webhooks.bodies import Shape
from local.meta.webhooks.sender import Delivery, Sender
from local.meta.world import Account


class NotSubscribedError(ValueError):
    """The account is not subscribed: Meta would send nothing."""


@dataclass
class WebhookControls(Controls):
    """Each method sends a webhook to the app and returns the delivery.

    Raises NotSubscribedError when the account is not subscribed, unless `force` is set.
    """

    sender: Sender = field(repr=False)

    def verify_webhook(self, provider: Provider) -> None:
        """The handshake, as when the address is saved in the app's settings. Raises WebhookError."""
        self.sender.verify(self.state.app(provider))

    def send_comment(
        self,
        provider: Provider,
        login: str,
        text: str = "Grüße! 50 % <3 a/b @you",
        *,
        shape: Shape = "changes",
        of_ad: bool = False,
        as_list: bool = False,
        force: bool = False,
    ) -> Delivery:
        """Somebody comments on the newest post."""
        account = self._subscribed(provider, login, "comments", force=force)
        media, new = self.comment(account.username, text)
        value = bodies.comment(media, new, facebook=provider == "facebook", of_ad=of_ad)
        return self._send(
            provider, [bodies.entry(account, "comments", value, self.state.now(), shape)], as_list=as_list
        )

    def send_mention(
        self, provider: Provider, login: str, *, shape: Shape = "changes", force: bool = False
    ) -> Delivery:
        """Somebody mentions the account below another's post. With Instagram Login that is a `comments` event."""
        name = "mentions" if provider == "facebook" else "comments"
        account = self._subscribed(provider, login, name, force=force)
        other = next(each for each in self.state.world.accounts if each is not account and each.media)
        media, new = self.comment(other.username, f"Look, @{account.username}!")
        value = bodies.mention(media, new) if provider == "facebook" else bodies.comment(media, new, facebook=False)
        return self._send(provider, [bodies.entry(account, name, value, self.state.now(), shape)])

    def send_story_insights(
        self, provider: Provider, login: str, *, shape: Shape = "changes", force: bool = False
    ) -> Delivery:
        """The newest story has ended."""
        account = self._subscribed(provider, login, "story_insights", force=force)
        if not account.stories:
            raise ValueError(f"{account.username} has no story.")
        value = bodies.story_insights(account.stories[0])
        return self._send(provider, [bodies.entry(account, "story_insights", value, self.state.now(), shape)])

    def send_batch(
        self, provider: Provider, login: str, entries: int = 1000, *, shape: Shape = "changes", force: bool = False
    ) -> Delivery:
        """One body with many comments on one account."""
        account = self._subscribed(provider, login, "comments", force=force)
        made: list[dict[str, Any]] = []
        for number in range(min(entries, bodies.MOST_ENTRIES + 1)):
            media, new = self.comment(account.username, f"Comment {number + 1}")
            value = bodies.comment(media, new, facebook=provider == "facebook")
            made.append(bodies.entry(account, "comments", value, self.state.now(), shape))
        return self._send(provider, made)

    def send_legacy(self, provider: Provider, login: str) -> Delivery:
        """The list body of API v1, signed with a bare SHA-1."""
        account = self.account(login)
        body = bodies.legacy(account, account.media[:1], self.state.now())
        return self.sender.send(self.state.app(provider), body, legacy=True)

    def send_body(self, provider: Provider, body: Any, *, signature: str | None = None) -> Delivery:
        """Any body, signed rightly or with this signature."""
        return self.sender.send(self.state.app(provider), body, signature=signature)

    def resend(self, delivery: Delivery) -> Delivery:
        """Send the same bytes again, as Meta does when an answer was lost: the receiver has to notice."""
        return self.sender.resend(delivery)

    def retry_deliveries(self, *, due_only: bool = False) -> int:
        """Retry failed deliveries: all, or those that are due by the clock. Returns how many."""
        return self.sender.retry(due_only=due_only)

    @property
    def deliveries(self) -> list[Delivery]:
        return self.sender.deliveries

    def _send(self, provider: Provider, entries: list[dict[str, Any]], *, as_list: bool = False) -> Delivery:
        return self.sender.send(self.state.app(provider), bodies.body(entries, as_list=as_list))

    def _subscribed(self, provider: Provider, login: str, name: str, *, force: bool) -> Account:
        """With Facebook Login any field of the Page is enough: the account's own are set in the dashboard."""
        account = self.account(login)
        if force:
            return account
        if provider == "instagram":
            subscribed = name in account.subscribed
        else:
            pages = [page for person in self.state.world.people for page in person.pages if page.account is account]
            subscribed = any(page.subscribed for page in pages)
        if not subscribed:
            raise NotSubscribedError(f"{account.username} is not subscribed to {name}: Meta would send nothing.")
        return account
