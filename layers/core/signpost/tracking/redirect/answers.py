"""How tracking links are answered, and clicks counted."""

from typing import TYPE_CHECKING

from signpost.platform import jsonlog
from signpost.platform.clock import Clock
from signpost.platform.http import Event, Reply, redirect
from signpost.platform.http import headers as request_headers
from signpost.tracking import clicks, platforms
from signpost.tracking.hours import day_of, hour_of
from signpost.tracking.redirect import destinations, edge
from signpost.tracking.redirect.errors import DynamoDBError

if TYPE_CHECKING:
    from signpost.tracking.redirect.destinations import Destination
    from signpost.tracking.redirect.store import RedirectStore

_TRIES = 3  # of a click on a campaign whose limit is being changed


class Redirect:
    def __init__(
        self, store: "RedirectStore", layout: clicks.ClickLayout, fallback_url: str, edge_secret: str, clock: Clock
    ) -> None:
        self.store, self.layout, self.fallback_url = store, layout, fallback_url
        self._edge_secret, self._clock = edge_secret, clock

    def answer(self, event: Event) -> Reply:
        """A redirect, whatever goes wrong: a browser never sees an error."""
        try:
            target = self._follow(event, self._clock())
        except Exception as error:  # noqa: BLE001  (the rule of this function)
            jsonlog.unexpected("redirect failed", error)
            target = self.fallback_url
        return redirect(307, target, destinations.HEADERS)

    def _follow(self, event: Event, now: float) -> str:
        """The address to redirect the browser to. Counts the click, unless this is a HEAD or the link leads nowhere."""
        key = event["rawPath"].removeprefix("/track").strip("/")
        query = event.get("queryStringParameters") or {}
        named = query.get("platform")
        if not destinations.may_exist(key) or (named is not None and named not in platforms.PLATFORMS):
            return self.fallback_url
        destination = self.store.destination(key)
        if destination is None or (destination.expires_at is not None and now >= destination.expires_at):
            return self.fallback_url
        headers = request_headers(event)
        platform = named or platforms.detect(headers.get("sec-ch-ua-platform", ""), headers.get("user-agent", ""))
        http = event["requestContext"]["http"]
        if http["method"] == "GET":
            visitor = edge.visitor(headers, http["sourceIp"], self._edge_secret)
            click = clicks.from_headers(platform, headers, query.get("src", ""), visitor.country)
            if (click.private or destination.limit is not None) and not click.bot:
                # Decided now: a private click's User-Agent is not kept, and bots must not use up a limit for people.
                click = click._replace(bot=_is_bot(click.agent))
            if not click.private and (visitor_key := self.store.visitor_key(day_of(hour_of(now)))):
                click = click._replace(visitor=clicks.visitor(visitor_key, visitor.address, click.agent))
            if destination.limit is None or click.bot:
                self._keep(clicks.item(destination.campaign_id, click, now, self.layout))
            elif (destination := self._count_within_limit(key, destination, click, now)) is None:
                return self.fallback_url
        return destinations.location(destination, platform, event["rawQueryString"])

    def _count_within_limit(
        self, key: str, destination: "Destination | None", click: clicks.Click, now: float
    ) -> "Destination | None":
        """Where the click leads, by the campaign as it is now; None if its clicks are used up."""
        # Imported here because few campaigns have a limit.
        from signpost.tracking.redirect.limits import Limits, Verdict  # noqa: PLC0415

        limits = Limits(self.store)
        for _ in range(_TRIES):
            if destination is None or (destination.expires_at is not None and now >= destination.expires_at):
                return None
            item = clicks.item(destination.campaign_id, click, now, self.layout)
            if (limit := destination.limit) is not None:
                verdict = limits.take(destination.campaign_id, limit, str(item["click"]), now)
                if verdict is Verdict.USED_UP:
                    return None
                if verdict is Verdict.CHANGED:
                    # A cached campaign turns nobody away.
                    destination = self.store.read(key)
                    continue
                item["limit"] = limit.name
            self._keep(item)
            return destination
        raise DynamoDBError("LimitKeepsChanging")

    def _keep(self, item: clicks.Item) -> None:
        """Store the click or, if that fails, spill it: write it to the log, from which `make replay` stores it."""
        try:
            self.store.add_click(item)
        except DynamoDBError as error:
            jsonlog.count("ClicksSpilled", "ERROR", "click spilled", click=item, reason=error.code)


def _is_bot(user_agent: str) -> bool:
    # Imported here because few clicks need the list, and it would be a tenth of the cold start.
    from signpost.tracking.bots import is_bot  # noqa: PLC0415

    return is_bot(user_agent)
