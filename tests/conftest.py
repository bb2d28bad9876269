from collections import Counter
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.private import leak

# On a busy machine, an example that takes long is not a failure: speed is measured by `make bench`.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


def pytest_itemcollected(item: Any) -> None:
    """Give Schemathesis's tests of one function different ids: of those that share one, xdist runs only one."""
    if operation := getattr(item, "operation_label", ""):
        item._id = item.parent.id.child(item.originalname).with_params(operation)


_SLOW = "\npytestmark = pytest.mark.slow\n"


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Spare `make test` the imports of the slow tests: Schemathesis alone takes seconds to create its tests."""
    left_out = config.option.markexpr == "not slow" and collection_path.name.startswith("test_")
    return True if left_out and _SLOW in collection_path.read_text(encoding="utf-8") else None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slow folders first, each in random order, or one core would wait while another does the last slow file."""
    twice = [name for name, number in Counter(item.nodeid for item in items).items() if number > 1]
    if twice:
        raise pytest.UsageError(f"Tests that share an id, of which xdist would run only one: {', '.join(twice)}")
    places = ("e2e", "integration", "unit")
    items.sort(key=lambda item: next(place for place, name in enumerate(places) if f"tests/{name}" in item.nodeid))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail a test whose output or log contains a secret, or a log line something personal: see `private.py`."""
    report = yield
    leaks = [(name, found) for name, text in report.sections if (found := leak(text))]
    if leaks and report.passed:
        name, found = leaks[0]
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid}: {name} contains {found}"
    return report
