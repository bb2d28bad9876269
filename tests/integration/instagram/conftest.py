from collections.abc import Iterator

import pytest

from local.meta import Meta
from tests.timing import Time


@pytest.fixture
def clock() -> Time:
    return Time(1_795_244_400.0)  # 2026-11-21T07:00:00Z


@pytest.fixture
def meta(clock: Time) -> Iterator[Meta]:
    with Meta(now=clock) as running:
        running.switches.require_appsecret_proof = True
        yield running
