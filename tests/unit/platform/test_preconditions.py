import pytest

from signpost.platform.preconditions import holds


@pytest.mark.parametrize("if_match", [None, '"7"', "*", '"6", "7"'])
def test_a_condition_that_names_the_current_tag_holds(if_match: str | None) -> None:
    assert holds(if_match, '"7"')


@pytest.mark.parametrize("if_match", ["", '"6"', 'W/"7"', "7", '"6","8"'])
def test_any_other_condition_does_not(if_match: str) -> None:
    assert not holds(if_match, '"7"')
