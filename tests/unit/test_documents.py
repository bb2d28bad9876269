"""The files, headings, commands and folders that the documents name exist."""

import re
from pathlib import Path

import pytest

from tests.template_model import ROOT

DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def anchor(heading: str) -> str:
    """As repository hosts make them: lower case, hyphens for spaces, otherwise only letters and digits."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def links() -> list[tuple[Path, str]]:
    found = [(path, target) for path in DOCUMENTS for target in LINK.findall(path.read_text(encoding="utf-8"))]
    return [(path, target) for path, target in found if not target.startswith(("http://", "https://"))]


@pytest.mark.parametrize(("document", "target"), links(), ids=lambda each: getattr(each, "name", each))
def test_a_link_leads_somewhere(document: Path, target: str) -> None:
    name, _, place = target.partition("#")
    file = (document.parent / name) if name else document

    assert file.exists()
    if place:
        assert place in {anchor(heading) for heading in HEADING.findall(file.read_text(encoding="utf-8"))}


def test_every_picture_is_shown_somewhere() -> None:
    shown = {(document.parent / target).resolve() for document, target in links()}

    assert {picture for picture in (ROOT / "docs").rglob("*.png") if picture not in shown} == set()


def test_documents_name_commands_that_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))

    for document in DOCUMENTS:
        code = re.findall(r"`make ([a-z-]+)|^ *make ([a-z-]+)", document.read_text(encoding="utf-8"), re.MULTILINE)
        assert {first or second for first, second in code} <= targets, document.name


def test_the_readme_names_folders_that_exist() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    section = readme[readme.index("## Where things are") :]
    folders = re.findall(r"^\| `([\w./]+?)/?(?:<\w+>.*)?` \|", section, re.MULTILINE)

    assert {"template.yaml", "functions", "local", "docs"} <= set(folders)
    assert [folder for folder in folders if not (ROOT / folder).exists()] == []
