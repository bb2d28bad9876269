"""How tracking links are answered, and clicks counted."""

from typing import TYPE_CHECKING

from signpost.platform import jsonlog
from signpost.platform.clock import Clock
from signpost.platform.http import Event, Reply, redirect
from signpost.platform.http import headers as request_headers
from signpost.tracking import clicks, platforms
from signpost.tracking.hours import day_of, hour_of
from signpost.tracking.redirect import destinations
from signpost.tracking.redirect.errors import DynamoDBError

if TYPE_CHECKING:
    from signpost.tracking.redirect.store import RedirectStore


class Redirect:
    def __init__(self, store: "RedirectStore", layout: clicks.ClickLayout, fallback_url: str, clock: Clock) -> None:
        self.store, self.layout, self.fallback_url, self._clock = store, layout, fallback_url, clock

    def answer(self, event: Event) -> Reply:
        """A redirect, whatever goes wrong: a browser never sees an error."""
        try:
            target = self._follow(event, self._clock())
        except Exception as error:  # noqa: BLE001  (the rule of this function)
            jsonlog.unexpected("redirect failed", error)
            target = self.fallback_url
        return redirect(307, target, destinations.HEADERS)

    def _follow(self, event: Event, now: float) -> str:
        """The address to send the browser to. Counts the click, unless this is a HEAD or the link leads nowhere."""
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
            click = clicks.from_headers(platform, headers, query.get("src", ""))
            if not click.private and (visitor_key := self.store.visitor_key(day_of(hour_of(now)))):
                click = click._replace(visitor=clicks.visitor(visitor_key, http["sourceIp"], click.agent))
            if not self.count(destination, click, now):
                return self.fallback_url
        return destinations.location(destination, platform, event["rawQueryString"])

    def count(self, destination: destinations.Destination, click: clicks.Click, now: float) -> bool:
        """Store the click or, if that fails, spill it: write it to the log, from where `make replay` stores it later.

        Returns False when the campaign's clicks are used up.
        """
        limit = destination.max_clicks
        item = clicks.item(destination.campaign_id, click._replace(limited=limit is not None), now, self.layout)
        free = limit is None or "bot" in item or self.store.take(destination.campaign_id, limit, str(item["click"]))
        if not free:
            return False
        try:
            self.store.add_click(item)
        except DynamoDBError as error:
            jsonlog.count("ClicksSpilled", "ERROR", "click spilled", click=item, reason=error.code)
        return True
