"""What holds after a fault at any call of an import."""

import pytest

from signpost.platform.errors import Unavailable
from tests.faults import COSTLY_MODES, Fault, Mode, at_every_call
from tests.integration.analytics.export.world import World

pytestmark = pytest.mark.slow


@COSTLY_MODES
def test_whichever_call_fails_an_upload_is_read_once_and_deleted(modes: tuple[Mode, ...], places: None) -> None:
    def scenario(fault: Fault) -> None:
        world = World()
        begun = world.begin()
        key = world.upload(begun)

        fault.until_done(lambda: world.imports.take(key), Unavailable)

        assert world.names() == ({"ada", "bob"}, {"bob", "cleo"})
        assert len(world.items()) == 2
        assert [each.rpartition("/")[0] for each in world.objects()] == [f"lists/{world.member}/{begun.id}"]

    assert at_every_call(scenario, *modes) >= 6


@COSTLY_MODES
def test_whichever_call_fails_everything_is_erased(modes: tuple[Mode, ...], places: None) -> None:
    def scenario(fault: Fault) -> None:
        world = World()
        begun = world.begin()
        world.take(begun)
        world.upload(begun, "left.zip")

        fault.until_done(world.erase, Unavailable)

        assert (world.objects(), world.items()) == ([], [])

    assert at_every_call(scenario, *modes) >= 6


@COSTLY_MODES
def test_whichever_call_fails_an_import_begins(modes: tuple[Mode, ...], places: None) -> None:
    def scenario(fault: Fault) -> None:
        world = World()
        for _ in range(12):
            world.begin()

        fault.until_done(world.begin, Unavailable)

        assert 10 < len(world.imports.all(world.member)) <= 13

    at_every_call(scenario, *modes)
