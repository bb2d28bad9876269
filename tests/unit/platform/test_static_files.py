"""Static files under addresses that change with their content."""

from pathlib import Path

import pytest

from signpost.platform.errors import NotFound
from signpost.platform.static_files import StaticFiles


def test_the_address_changes_with_the_content(tmp_path: Path) -> None:
    (tmp_path / "site.css").write_text("a {}")
    first = StaticFiles(tmp_path).address("site.css")
    (tmp_path / "site.css").write_text("b {}")
    files = StaticFiles(tmp_path)

    assert first != files.address("site.css")
    sent = files.answer(files.address("site.css").removeprefix("/_/"))
    assert (sent["statusCode"], sent["body"]) == (200, "b {}")
    assert sent["headers"]["content-type"] == "text/css; charset=utf-8"
    assert sent["headers"]["cache-control"] == "public, max-age=31536000, immutable"
    assert sent["headers"]["x-content-type-options"] == "nosniff"
    with pytest.raises(NotFound):
        files.answer(first.removeprefix("/_/"))


@pytest.mark.parametrize("name", ["", "site.css", "../secret.txt", "secret.txt", "site.0000000000000000.css"])
def test_nothing_else_is_served(name: str, tmp_path: Path) -> None:
    (tmp_path / "site.css").write_text("a {}")
    (tmp_path / "secret.txt").write_text("a")

    with pytest.raises(NotFound):
        StaticFiles(tmp_path).answer(name)
