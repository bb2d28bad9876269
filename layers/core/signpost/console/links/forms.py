"""The form for a link: from its fields to what the administration takes, and from its errors to the fields."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from signpost.platform.clock import from_rfc3339
from signpost.tracking.campaigns.campaign import Campaign, Change, Creation
from signpost.tracking.platforms import PLATFORMS

UTM: Final = ("utm_source", "utm_medium", "utm_campaign")
Body = TypeVar("Body", Creation, Change)
_LOCAL: Final = "%Y-%m-%dT%H:%M"  # of a field of the type datetime-local


class FormErrors(Exception):
    """What is wrong, by field."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("The form has errors.")
        self.errors = errors


class LinkForm(NamedTuple):
    """`values` are those that fields show."""

    values: Mapping[str, str]
    errors: Mapping[str, str] = {}


def creation(fields: Mapping[str, str]) -> Creation:
    """Raises `FormErrors`."""
    body: dict[str, Any] = {"redirect_url": with_utm(fields)}
    for name in ("slug", "account"):
        if _text(fields, name):
            body[name] = _text(fields, name)
    return _checked(Creation, body)


def change(fields: Mapping[str, str], zone: ZoneInfo, was: Campaign) -> Change:
    """All that the form can change of `was`. Raises `FormErrors`."""
    errors: dict[str, str] = {}
    body: dict[str, Any] = {
        "redirect_url": _text(fields, "redirect_url"),
        "slug": _text(fields, "slug") or None,
        "platforms": [name for name in PLATFORMS if fields.get(f"for_{name}")],
        "platform_urls": {name: url for name in PLATFORMS if (url := _text(fields, f"url_{name}"))},
        "forward_query": bool(fields.get("forward_query")),
        "expires_at": _moment(_text(fields, "expires_at"), zone, errors),
        "max_clicks": _whole(_text(fields, "max_clicks"), errors),
    }
    if "account" in fields:  # which is not there while no account is connected
        body["account"] = _text(fields, "account") or None
    if errors:
        raise FormErrors(errors)
    if _text(fields, "expires_at") == values_of(was, zone)["expires_at"]:
        del body["expires_at"]  # the field has no seconds; and what has ended already may be changed
    return _checked(Change, body)


def values_of(campaign: Campaign, zone: ZoneInfo) -> dict[str, str]:
    """The form of a link that exists."""
    ends = campaign.expires_at
    return {
        "redirect_url": campaign.redirect_url,
        "slug": campaign.slug or "",
        **{f"for_{name}": "on" for name in campaign.platforms},
        **{f"url_{name}": url for name, url in campaign.platform_urls.items()},
        "forward_query": "on" if campaign.forward_query else "",
        "expires_at": datetime.fromtimestamp(from_rfc3339(ends), zone).strftime(_LOCAL) if ends else "",
        "max_clicks": str(campaign.max_clicks or ""),
        "account": campaign.account or "",
    }


def with_utm(fields: Mapping[str, str]) -> str:
    """The target with the UTM parameters that were filled in, in place of those that it had."""
    target = _text(fields, "redirect_url")
    given = {name: _text(fields, name) for name in UTM if _text(fields, name)}
    if not given:
        return target
    try:
        parts = urlsplit(target)
    except ValueError:
        return target  # the check of the target says so
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in given]
    return parts._replace(query=urlencode([*kept, *given.items()])).geturl()


def _text(fields: Mapping[str, str], name: str) -> str:
    return fields.get(name, "").strip()


def _moment(text: str, zone: ZoneInfo, errors: dict[str, str]) -> str | None:
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=zone).isoformat()
    except (ValueError, OverflowError):
        errors["expires_at"] = "Use a date and a time, such as 2026-12-31 23:59."
        return None


def _whole(text: str, errors: dict[str, str]) -> int | None:
    if not text:
        return None
    digits = text.replace(",", "")
    if not (digits.isascii() and digits.isdecimal()):
        errors["max_clicks"] = "Use a whole number, such as 1000, or leave it empty."
        return None
    return int(digits)


def _checked(model: type[Body], body: Mapping[str, Any]) -> Body:
    try:
        return model.model_validate(body)
    except ValidationError as error:
        raise FormErrors(dict(map(_said, error.errors()))) from None


def _said(error: Any) -> tuple[str, str]:
    """The field that an error of pydantic is about, and what to say there."""
    field, *rest = (str(each) for each in error["loc"])
    if field == "platform_urls" and rest:
        field = f"url_{rest[0]}"
    text = str(error["msg"]).removeprefix("Value error, ")
    if "redirect_url" in field or field.startswith("url_"):
        text = f"This {text}" if text.startswith("must") else text
    return field, f"{text[:1].upper()}{text[1:]}."
