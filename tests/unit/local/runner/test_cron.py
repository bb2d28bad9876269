"""Schedule expressions."""

from datetime import UTC, datetime

import pytest

from local.runner.cron import next_time
from local.runner.errors import TemplateError

NOW = datetime(2026, 11, 21, 10, 7, 30, tzinfo=UTC)  # a Saturday


@pytest.mark.parametrize(
    ("expression", "due"),
    [
        ("rate(5 minutes)", datetime(2026, 11, 21, 10, 12, 30, tzinfo=UTC)),
        ("rate(1 hour)", datetime(2026, 11, 21, 11, 7, 30, tzinfo=UTC)),
        ("rate(2 days)", datetime(2026, 11, 23, 10, 7, 30, tzinfo=UTC)),
        ("cron(* * * * ? *)", datetime(2026, 11, 21, 10, 8, tzinfo=UTC)),
        ("cron(0/15 * * * ? *)", datetime(2026, 11, 21, 10, 15, tzinfo=UTC)),
        ("cron(7 10 * * ? *)", datetime(2026, 11, 22, 10, 7, tzinfo=UTC)),
        ("cron(30 8,20 * * ? *)", datetime(2026, 11, 21, 20, 30, tzinfo=UTC)),
        ("cron(0 3 ? * MON-FRI *)", datetime(2026, 11, 23, 3, 0, tzinfo=UTC)),
        ("cron(0 0 1 JAN ? *)", datetime(2027, 1, 1, tzinfo=UTC)),
        ("cron(0 0 29 2 ? *)", datetime(2028, 2, 29, tzinfo=UTC)),
        ("cron(0 0 ? * 1 2027)", datetime(2027, 1, 3, tzinfo=UTC)),
    ],
)
def test_next_time(expression: str, due: datetime) -> None:
    assert next_time(expression, NOW) == due


@pytest.mark.parametrize(
    "expression",
    ["rate(5 fortnights)", "at(2027-01-01T00:00:00)", "cron(0 0 L * ? *)", "cron(61 * * * ? *)", "* * * * *"],
)
def test_expression_that_is_not_supported_is_an_error(expression: str) -> None:
    with pytest.raises(TemplateError):
        next_time(expression, NOW)


def test_expression_that_is_never_due_is_an_error() -> None:
    with pytest.raises(TemplateError, match="never due"):
        next_time("cron(0 0 1 1 ? 2020)", NOW)
