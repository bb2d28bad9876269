"""Apps with their accounts as feeds need them, cached for a minute."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, NamedTuple

from signpost.instagram.apps.app import App, AppWithLinks
from signpost.instagram.installs import Install, from_item
from signpost.instagram.products import Provider
from signpost.instagram.tags import normal
from signpost.platform.cache import Cache

if TYPE_CHECKING:
    from signpost.instagram.apps.store import AppStore
    from signpost.instagram.install_store import InstallStore
    from signpost.platform.clock import Clock

MAX_AGE: Final = 60.0  # seconds that a change may take to be visible
MOST: Final = 2000  # cached at the same time


class FeedAccount(NamedTuple):
    """One of an app's accounts: its name when it was first connected, and its install."""

    linked_as: str
    install: Install

    def is_named(self, name: str) -> bool:
        """Whether this is or was its name: a widget may keep using it."""
        names = (self.install.instagram_account, self.linked_as, *self.install.former_names)
        return name in map(str.lower, names)


class FeedApp(NamedTuple):
    """`accounts` are those that its owner has accepted: the default one, then in the order of being accepted.

    `listed` is what the app may show, in the form of `FeedRequest.feed`; `shown` are the accounts that it names, or all
    if it is empty.
    """

    app: App
    accounts: tuple[FeedAccount, ...]
    listed: tuple[str, ...]
    shown: tuple[FeedAccount, ...]

    def shows(self, feed: str) -> bool:
        """Whether the app may show `@<account>` or `#<tag>`.

        An account is shown under all its names. A hashtag must be listed: anybody can read an app's id, and
        must not use up its account's 30 hashtags.
        """
        if feed in self.listed or (not self.listed and feed.startswith("@")):
            return True
        return feed.startswith("@") and self.account(feed[1:]) in self.shown

    def first_shown(self, page_name: str = "") -> FeedAccount | None:
        """The account that is meant when none is named."""
        return next(iter(_matching(self.shown, "", page_name)), None)

    def account(self, name: str = "", page_name: str = "") -> FeedAccount | None:
        """The account that is asked for, or the first one."""
        return next(iter(_matching(self.accounts, name, page_name)), None)

    def hashtag_account(self, name: str = "", page_name: str = "") -> FeedAccount | None:
        """The account in whose name a tag is requested: only Facebook Login can, and working connections go first."""
        able = [each for each in self.accounts if each.install.provider is Provider.FACEBOOK]
        connected_first = sorted(able, key=lambda each: not each.install.is_connected)
        return next(iter(_matching(connected_first, name, page_name)), None)


def feed_app(app: App, accounts: tuple[FeedAccount, ...]) -> FeedApp:
    listed = tuple(map(_plain, (*app.feeds, *app.not_migrated)))
    if not listed:
        return FeedApp(app, accounts, listed, accounts)
    named = [_matching(accounts, feed[1:]) for feed in listed if feed.startswith("@")]
    ids = {account.install.id for each in named for account in each}
    return FeedApp(app, accounts, listed, tuple(each for each in accounts if each.install.id in ids))


def _plain(feed: str) -> str:
    """A feed as an owner wrote it, in the form of `FeedRequest.feed`."""
    text = feed.strip()
    return f"#{normal(text)}" if text.startswith("#") else f"@{text.removeprefix('@').lower()}"


def _matching(accounts: Iterable[FeedAccount], name: str, page_name: str = "") -> list[FeedAccount]:
    """The accounts with this name and page, as far as they are given.

    A name that an account has now counts before one that it had: another account may have taken that since.
    """
    found = [
        each
        for each in accounts
        if (not name or each.is_named(name))
        and (not page_name or (each.install.page_name or "").casefold() == page_name)
    ]
    return [each for each in found if each.install.instagram_account.lower() == name] or found


class FeedApps:
    """Every method raises `Unavailable` when DynamoDB does not answer and nothing is cached."""

    def __init__(self, apps: "AppStore", installs: "InstallStore", clock: "Clock") -> None:
        self._apps, self._installs = apps, installs
        self._cache: Cache[FeedApp] = Cache(clock, seconds=MAX_AGE, most=MOST)

    def get(self, app_id: str) -> FeedApp | None:
        return self._cache.get(app_id, lambda: self._read(app_id))

    def get_again(self, app_id: str) -> FeedApp | None:
        """The current app: a missing account may have been connected a moment ago."""
        self._cache.forget(app_id)
        return self.get(app_id)

    def _read(self, app_id: str) -> FeedApp | None:
        found = self._apps.with_links(app_id)
        return feed_app(found.app, self._accounts(found)) if found else None

    def _accounts(self, found: AppWithLinks) -> tuple[FeedAccount, ...]:
        # An account that is being erased is no longer shown, although parts of it still exist.
        installs = {
            item["key"]: from_item(item)
            for item in self._installs.items(link.install for link in found.links)
            if "erasing" not in item
        }
        default_first = sorted(found.links, key=lambda link: link.install != found.app.default_account)
        return tuple(
            FeedAccount(link.instagram_account, installs[link.install])
            for link in default_first
            if link.install in installs
        )
