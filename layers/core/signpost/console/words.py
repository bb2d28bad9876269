"""Numbers, changes and times as people read them."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

UNKNOWN: Final = "–"  # noqa: RUF001  (as wide as a figure)
# Of queues, without `Jobs`, `Failures` or the plural at the end.
_QUEUES: Final[Mapping[str, str]] = {
    "ClickRollup": "Click records set aside",
    "MediaFetch": "Posts, comments, figures",
    "Backfill": "Older posts of new accounts",
    "WebhookHint": "What Instagram tells us",
    "Token": "Connections to keep alive",
    "DataDeletion": "People to forget",
    "MemberDeletion": "Members to forget",
    "Snapshot": "Reports to prepare",
    "ExportUpload": "Uploaded exports",
    "Messaging": "Conversations to work on",
    "MessagingRelay": "Changes to pass on",
    "Sms": "SMS to send",
    "Push": "Pushes to send",
    "Email": "E-mails to send",
}
_SCHEDULES: Final[Mapping[str, str]] = {
    "CampaignStats": "Settle clicks",
    "SyncSweep": "Sync accounts",
    "TokenSweep": "Check connections",
    "ReportSnapshot": "Prepare reports",
    "EngagementSweep": "Remind and welcome people",
}
_PRODUCTS: Final[Mapping[str, str]] = {"facebook": "Facebook Login", "instagram": "Instagram Login"}
_DAY: Final = 86_400
_HOUR: Final = 3600
_MINUTE: Final = 60


def count(value: float | None) -> str:
    """Such as `1,204`, and `UNKNOWN` for None."""
    if value is None:
        return UNKNOWN
    text = f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"
    return text.replace("-", "−")  # noqa: RUF001  (a minus, as wide as a plus)


def number_of(value: float, one: str) -> str:
    """`1 follower`, `1,204 followers`."""
    return f"{count(value)} {one}" if abs(value) == 1 else f"{count(value)} {one}s"


def share(part: float, whole: float) -> str:
    """`52%`, of a whole that is not 0; a small part is not called none."""
    if not whole:
        return UNKNOWN
    percent = part / whole * 100
    return "<1%" if 0 < percent < 0.5 else f"{percent:.0f}%"  # noqa: PLR2004  (rounds to 0)


class Change(NamedTuple):
    text: str
    kind: str  # a class of the stylesheet: up, down, or neither


def change(now: float, before: float) -> Change | None:
    """`+9.4%`. None if there was nothing before: then no percentage says anything."""
    if not before:
        return None
    percent = round((now - before) / before * 100, 1)
    if percent > 0:
        return Change(f"+{percent:,.1f}%", "up")
    return Change(f"−{-percent:,.1f}%", "down") if percent < 0 else Change("±0%", "")  # noqa: RUF001


def web_address(text: str | None) -> str:
    """For a link to another site; empty unless it begins with https: others chose it, and it might be a script."""
    return text if text and text.startswith("https://") else ""


def day(moment: datetime) -> str:
    """`19 Nov`."""
    return f"{moment.day} {moment:%b}"


def full_day(moment: datetime) -> str:
    """`19 Nov 2026`."""
    return f"{day(moment)} {moment.year}"


def weekday(moment: datetime) -> str:
    """`Thu 19 Nov`."""
    return f"{moment:%a} {day(moment)}"


def moment(seconds: float, zone: ZoneInfo) -> str:
    """`19 Nov 2026, 18:40`."""
    at = datetime.fromtimestamp(seconds, zone)
    return f"{full_day(at)}, {at:%H:%M}"


def ago(seconds: float, now: float, zone: ZoneInfo) -> str:
    """`5 min ago` below a day, then the date."""
    passed = max(0.0, now - seconds)
    if passed < _MINUTE:
        return "just now"
    if passed < _HOUR:
        return f"{passed // _MINUTE:.0f} min ago"
    if passed < _DAY:
        return f"{passed // _HOUR:.0f} h ago"
    return moment(seconds, zone)


def caption(text: str) -> str:
    """A post's name: the first line of its caption."""
    return next((line.strip() for line in text.splitlines() if line.strip()), "Without a caption")


def clicks(number: int) -> str:
    return "1 click" if number == 1 else f"{count(number)} clicks"


def days(number: int) -> str:
    return "1 day" if number == 1 else f"{count(number)} days"


def zone_name(zone: ZoneInfo, now: float) -> str:
    """`Europe/Copenhagen (CET)`; a zone whose short name is only an offset says `UTC+3`."""
    short = datetime.fromtimestamp(now, zone).tzname() or ""
    if short.lstrip("+-").isdecimal():
        short = f"UTC{short}"
    return zone.key if short == zone.key else f"{zone.key} ({short})"


def queue(name: str) -> tuple[str, str]:
    """What owners call a queue, and what it is for: `media-fetch` is MediaFetchJobs, and MediaFetchFailures."""
    kind = re.sub(r"(Jobs|JobFailures|Failures|s)$", "", name)
    return "-".join(_parts(kind)).lower(), _QUEUES.get(kind, "")


def schedule(function: str) -> str:
    return _SCHEDULES.get(function) or " ".join(_parts(function)).capitalize()


def product(provider: str) -> str:
    """How somebody logs in at Meta."""
    return _PRODUCTS.get(provider, provider)


def _parts(name: str) -> list[str]:
    return re.findall(r"[A-Z][a-z0-9]*", name) or [name]
