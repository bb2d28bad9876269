"""SVG as text: elements with classes and geometry, and never a `style` attribute, which our pages may not have."""

from math import isfinite

from markupsafe import Markup, escape

Value = str | int | float | None
HALF = 0.5  # of the width: tips stand right of what is left of it, and the other way round


def element(name: str, /, *children: str, **attributes: Value) -> Markup:
    """`class_` is `class`, `view_box` is `viewBox`, other underscores are hyphens; None leaves an attribute out."""
    pairs = "".join(f' {_name(key)}="{_text(value)}"' for key, value in attributes.items() if value is not None)
    inner = Markup("").join(children)
    return Markup(f"<{name}{pairs}>{inner}</{name}>" if inner else f"<{name}{pairs}/>")  # noqa: S704  (escaped above)


def number(value: float) -> str:
    """At most two decimals. Raises ValueError: it is infinite or not a number."""
    if not isfinite(value):
        raise ValueError("not a coordinate")
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def percent(share: float) -> str:
    """A position across, from 0 to 1."""
    return f"{number(share * 100)}%"


_NAMES = {"class_": "class", "view_box": "viewBox", "preserve_aspect_ratio": "preserveAspectRatio"}


def _name(key: str) -> str:
    return _NAMES.get(key, key.replace("_", "-"))


def _text(value: Value) -> str:
    return number(value) if isinstance(value, int | float) else str(escape(value))
