"""Each report equals a second, naive implementation on random accounts: ties, no posts, missing data, hidden likes."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from signpost.analytics.gathering import Gathered, snapshot
from signpost.analytics.packed import pack, unpack
from signpost.analytics.reports.registry import BY_NAME, REPORTS
from signpost.analytics.reports.result import Matrix, Missing, Result, Scope
from tests.unit.analytics.accounts import RANDOM_ACCOUNTS
from tests.unit.analytics.naive import Answer, Naive

ZONES = st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kathmandu", "America/St_Johns"])
EDGES = st.one_of(st.none(), st.integers(1_789_990_000, 1_793_000_000))


def answer(result: Result, columns: Sequence[str]) -> Any:
    """In the naive form, with the columns that it has."""
    if isinstance(result, Missing):
        return result.what
    if isinstance(result, Matrix):
        return [list(row) for row in result.cells]
    rows = [dict(zip(result.columns, result.cells(row), strict=True)) for row in result.rows]
    return [{name: row[name] for name in columns} for row in rows]


def columns(expected: Answer) -> Sequence[str]:
    first = expected[0] if expected else None
    return list(first) if isinstance(first, dict) else []


def naive(name: str, account: Gathered, scope: Scope) -> Answer:
    second: Answer = getattr(Naive(account, scope.zone, scope.start, scope.end), name.replace("-", "_"))()
    return second


@pytest.mark.parametrize("name", BY_NAME)
def test_each_report_has_a_naive_twin(name: str) -> None:
    assert callable(getattr(Naive, name.replace("-", "_")))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(account=RANDOM_ACCOUNTS, zone=ZONES, edges=st.tuples(EDGES, EDGES))
def test_reports_equal_their_naive_twins(account: Gathered, zone: str, edges: tuple[int | None, int | None]) -> None:
    # Given an account, and a snapshot of it that has been stored and read
    taken = unpack(pack(snapshot(account)))
    assert taken == snapshot(account)
    start, end = sorted(edges, key=lambda edge: edge or 0) if None not in edges else edges
    scope = Scope(taken, ZoneInfo(zone), start, end)

    # Then each report is what the sentence about it says
    for report in REPORTS:
        expected = naive(report.name, account, scope)
        assert answer(report.run(scope), columns(expected)) == expected, report.name
