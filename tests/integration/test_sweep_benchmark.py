"""The sweeps over many installs can be measured: each is queued once."""

import pytest

from benchmarks import sweeps

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("function", sweeps.SWEEPS)
def test_every_install_is_queued_once(function: str) -> None:
    run, report = sweeps.measure(function, 120, limit=300)

    assert (report.installs, report.messages, report.calls["SendMessageBatch"]) == (120, 120, 12)
    # The daily sweep also notes how many accounts each of the two products has
    assert report.calls["UpdateItem"] == {"sync_sweep": 120, "token_sweep": 2}[function]
    assert run.megabytes >= run.idle > 0
