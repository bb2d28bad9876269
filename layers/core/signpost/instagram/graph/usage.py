"""How much of Meta's rate limits is used up, from the headers of each reply.

    X-App-Usage                {"call_count": 28, "total_time": 25, "total_cputime": 25}             percent
    X-Page-Usage               the same
    X-Business-Use-Case-Usage  {"<id>": [{"type": "instagram", "call_count": 97, …,
                                          "estimated_time_to_regain_access": 14}]}                   percent; MINUTES

They may be missing when little is used. Calls made while throttled prolong the throttling, so stop before it.

The last one lists up to 32 business objects, including Pages, advertising accounts and other Instagram accounts, whose
limits do not affect calls for this account.
Source: https://developers.facebook.com/docs/graph-api/overview/rate-limiting
"""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from signpost.instagram.json_values import Json, mappings, whole

_PERCENTAGES: Final = ("call_count", "total_time", "total_cputime")
_PAUSE_AT: Final = 90
_MINUTE: Final = 60
_KIND: Final = "instagram"  # the business use case whose limit our calls count towards


class Usage(NamedTuple):
    """`percent`: of the limit that is most used. `regain_seconds`: until calls are allowed again, 0 if they are now.

    `app_percent`: of the app's own limit, which all accounts share.
    """

    percent: int = 0
    regain_seconds: int = 0
    app_percent: int = 0

    @property
    def must_pause(self) -> bool:
        return self.percent >= _PAUSE_AT or self.regain_seconds > 0

    @property
    def app_full(self) -> bool:
        """Whether the whole app's limit is nearly used up, so that no account may make more calls."""
        return self.app_percent >= _PAUSE_AT

    def worst(self, other: "Usage") -> "Usage":
        return Usage(
            max(self.percent, other.percent),
            max(self.regain_seconds, other.regain_seconds),
            max(self.app_percent, other.app_percent),
        )


def read_usage(headers: Mapping[str, str], account_id: str | None = None) -> Usage:
    """From a reply's headers, ignoring the case of their names. Unreadable values count as unused.

    `account_id`: the account that the call was for. If the headers list it, other accounts' limits do not count.
    """
    given = {name.lower(): value for name, value in headers.items()}
    app = mappings(_parsed(given.get("x-app-usage")))
    limits = [*app, *mappings(_parsed(given.get("x-page-usage")))]
    for use_case in mappings(_parsed(given.get("x-business-use-case-usage"))):
        mine = [use_case[account_id]] if account_id and account_id in use_case else use_case.values()
        limits += [limit for listed in mine for limit in mappings(listed) if limit.get("type", _KIND) == _KIND]
    return Usage(
        _highest(limits),
        max((_number(limit, "estimated_time_to_regain_access") for limit in limits), default=0) * _MINUTE,
        _highest(app),
    )


def _highest(limits: Sequence[Json]) -> int:
    return max((_number(limit, name) for limit in limits for name in _PERCENTAGES), default=0)


def _parsed(text: str | None) -> Any:
    try:
        return json.loads(text or "null")
    except (ValueError, RecursionError):
        return None


def _number(limit: Json, name: str) -> int:
    value = limit.get(name)
    return max(whole(round(value) if isinstance(value, float) and math.isfinite(value) else value) or 0, 0)
