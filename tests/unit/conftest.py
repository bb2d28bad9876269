import pytest


@pytest.fixture(autouse=True)
def _no_network(socket_disabled: None) -> None:
    """Rules are values in, values out: a unit test that opens a socket is in the wrong folder."""
