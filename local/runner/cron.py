"""When a schedule expression is next due: `rate(5 minutes)`, `cron(15 10 ? * MON-FRI *)`; in UTC.

AWS EventBridge Scheduler user guide, "Schedule types". Of cron's fields, `L`, `W` and `#` are not supported.
"""

import re
from datetime import datetime, timedelta
from typing import Final

from local.runner.errors import TemplateError

_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_CRON = re.compile(r"cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)")
_MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS: Final = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")  # 1 to 7
_HORIZON_DAYS: Final = 8 * 366  # 29 February is never further away


def next_time(expression: str, after: datetime) -> datetime:
    """The first time after `after`. Raises TemplateError when the expression is not valid, or never due again."""
    if rate := _RATE.fullmatch(expression):
        return after + timedelta(**{f"{rate[2]}s": int(rate[1])})
    if not (cron := _CRON.fullmatch(expression)):
        raise TemplateError(f"{expression!r} is not a schedule that works locally: rate(…) or cron(…).")
    minutes, hours = _values(cron[1], 0, 59), _values(cron[2], 0, 23)
    month_days, months = _values(cron[3], 1, 31), _values(cron[4], 1, 12, _MONTHS)
    week_days, years = _values(cron[5], 1, 7, _DAYS), _values(cron[6], 1970, 2199)
    start = after.replace(second=0, microsecond=0) + timedelta(minutes=1)
    for number in range(_HORIZON_DAYS):
        day = (start + timedelta(days=number)).date()
        week_day = (day.weekday() + 1) % 7 + 1
        if day.month in months and day.day in month_days and week_day in week_days and day.year in years:
            for hour in sorted(hours):
                for minute in sorted(minutes):
                    due = start.replace(year=day.year, month=day.month, day=day.day, hour=hour, minute=minute)
                    if due >= start:
                        return due
    raise TemplateError(f"{expression!r} is never due.")


def _values(field: str, lowest: int, highest: int, names: tuple[str, ...] = ()) -> frozenset[int]:
    """The values that a field such as `1,5-10,*/15` selects."""

    def number(text: str) -> int:
        if text.upper() in names:
            return names.index(text.upper()) + 1
        if not text.isdecimal() or not lowest <= int(text) <= highest:
            raise TemplateError(f"{text!r} in a cron expression is not supported by the local stack.")
        return int(text)

    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, dash, last = span.partition("-")
        if span in {"*", "?"}:
            low, high = lowest, highest
        else:
            low = number(first)
            high = number(last) if dash else (highest if step else low)
        found.update(range(low, high + 1, int(step) if step else 1))
    return frozenset(found)
