"""The pages of the stand-in, whose templates are in `pages/`."""

from pathlib import Path
from typing import Any, Final

from local import jinja

_PAGES: Final = jinja.environment(Path(__file__).parent / "pages")


def render(name: str, **values: Any) -> str:
    return _PAGES.get_template(name).render(**values)
