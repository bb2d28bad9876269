"""The worked example of docs/architecture.md can be followed; a slow test does so, and runs the result."""

from tests import worked_example


def test_its_changes_still_fit_the_files_that_they_change() -> None:
    assert "template.yaml" in worked_example.files()
