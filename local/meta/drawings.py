"""Draws the pictures of the stand-in's posts: things that its people make or grow, on a plain background.

Shapes are drawn on a square of 240 units, twice as large as needed, and made smaller, which smooths their edges.
"""

import hashlib
import io
from collections.abc import Callable
from functools import cache
from typing import Final

from PIL import Image, ImageDraw

SIDE: Final = 320  # pixels
_FINE: Final = 2
_UNIT: Final = SIDE * _FINE / 240
_GROUNDS: Final = (
    ("#f1e4d2", "#e3ceb2"),
    ("#dfe7e0", "#c3cfc4"),
    ("#e6eef0", "#c8d6da"),
    ("#f3dfd3", "#e7c6b4"),
    ("#e9e3f0", "#d5cae0"),
    ("#35564b", "#20372f"),
    ("#3d4f63", "#263444"),
)
_TILTS: Final = (-7, 0, 6)
_SHARE: Final = 0.88  # of the picture that the thing takes
_SHADE: Final = "#0000001f"


class _Pen:
    """Draws in units of the square."""

    def __init__(self, image: Image.Image) -> None:
        self._draw = ImageDraw.Draw(image, "RGBA")

    def oval(self, x: float, y: float, across: float, up: float, colour: str) -> None:
        self._draw.ellipse([n * _UNIT for n in (x - across, y - up, x + across, y + up)], fill=colour)

    def box(self, left: float, top: float, right: float, bottom: float, colour: str, *, corner: float = 0) -> None:
        self._draw.rounded_rectangle([n * _UNIT for n in (left, top, right, bottom)], corner * _UNIT, fill=colour)

    def half(self, x: float, y: float, across: float, up: float, colour: str, *, upper: bool) -> None:
        """The upper or lower half of an oval."""
        box = [n * _UNIT for n in (x - across, y - up, x + across, y + up)]
        self._draw.pieslice(box, 180 if upper else 0, 360 if upper else 180, fill=colour)

    def shape(self, colour: str, *points: tuple[float, float]) -> None:
        self._draw.polygon([(x * _UNIT, y * _UNIT) for x, y in points], fill=colour)

    def stroke(self, colour: str, width: float, *points: tuple[float, float]) -> None:
        """A line with round ends."""
        scaled = [(x * _UNIT, y * _UNIT) for x, y in points]
        self._draw.line(scaled, fill=colour, width=round(width * _UNIT), joint="curve")
        for x, y in (points[0], points[-1]):
            self.oval(x, y, width / 2, width / 2, colour)

    def ring(self, x: float, y: float, radius: float, width: float, colour: str) -> None:
        box = [n * _UNIT for n in (x - radius, y - radius, x + radius, y + radius)]
        self._draw.ellipse(box, outline=colour, width=round(width * _UNIT))


def _loaf(pen: _Pen) -> None:
    pen.oval(120, 182, 88, 10, _SHADE)
    pen.half(120, 160, 84, 92, "#c98b49", upper=True)
    pen.box(36, 150, 204, 182, "#b8763b", corner=14)
    for x in (84, 118, 152):
        pen.stroke("#f4dfbd", 7, (x, 148), (x + 8, 120), (x + 24, 98))


def _rolls(pen: _Pen) -> None:
    pen.box(36, 36, 204, 204, "#48524d", corner=14)
    for row in range(3):
        for column in range(3):
            x, y = 68 + 52 * column, 68 + 52 * row
            pen.oval(x, y, 24, 24, ("#c98742", "#d9a05b", "#bd7a35")[(row + column) % 3])
            pen.stroke("#f0cf9c", 4, (x - 9, y - 11), (x, y - 14), (x + 9, y - 11))


def _tart(pen: _Pen) -> None:
    pen.oval(124, 128, 92, 90, _SHADE)
    pen.oval(120, 120, 90, 90, "#c68a45")
    pen.oval(120, 120, 74, 74, "#f3e0b5")
    for row in range(-2, 3):
        for column in range(-2, 3):
            x, y = 120 + 27 * column + (13 if row % 2 else 0), 120 + 25 * row
            if (x - 120) ** 2 + (y - 120) ** 2 < 62**2:
                pen.oval(x, y, 11, 11, ("#7d2348", "#a23a55", "#5a2a66")[(row * 2 + column) % 3])


def _jar(pen: _Pen) -> None:
    pen.oval(120, 206, 62, 8, _SHADE)
    pen.box(72, 66, 168, 206, "#fbfbf7", corner=14)
    pen.box(72, 118, 168, 206, "#e6d3b0", corner=14)
    pen.box(72, 118, 168, 130, "#d6b98d")
    for x, y, size in ((94, 148, 7), (124, 162, 11), (150, 146, 8), (98, 182, 6), (142, 190, 6)):
        pen.oval(x, y, size, size, "#f6e8cb")
    pen.box(80, 38, 160, 68, "#c4562b", corner=8)


def _bowl(pen: _Pen) -> None:
    pen.oval(120, 190, 66, 9, _SHADE)
    pen.half(120, 104, 84, 86, "#3f6b7c", upper=False)
    pen.box(36, 104, 204, 126, "#5d8fa0")
    pen.oval(120, 104, 84, 16, "#2a4c59")
    pen.oval(120, 106, 70, 10, "#1f3942")


def _mugs(pen: _Pen) -> None:
    pen.oval(122, 208, 74, 9, _SHADE)
    pen.ring(168, 164, 22, 9, "#b9b3a6")
    pen.box(62, 128, 168, 206, "#cbc4b6", corner=12)
    pen.box(62, 168, 168, 182, "#3c697d")
    pen.ring(76, 86, 20, 9, "#335c70")
    pen.box(74, 52, 168, 126, "#3c697d", corner=12)
    pen.box(74, 88, 168, 102, "#f1ece1")


def _vase(pen: _Pen) -> None:
    pen.oval(120, 214, 54, 8, _SHADE)
    pen.stroke("#557a54", 5, (116, 92), (104, 40))
    pen.stroke("#557a54", 5, (122, 92), (126, 30))
    pen.stroke("#557a54", 5, (126, 92), (150, 46))
    for x, y in ((98, 46), (126, 30), (152, 44), (108, 66), (142, 66)):
        pen.oval(x, y, 15, 10, "#6f9a66")
    pen.shape("#b9674a", (106, 92), (134, 92), (142, 124), (172, 160), (166, 198), (142, 212))
    pen.shape("#b9674a", (134, 92), (106, 92), (98, 124), (68, 160), (74, 198), (98, 212), (142, 212), (120, 100))
    pen.oval(120, 170, 53, 44, "#b9674a")
    pen.box(69, 158, 171, 174, "#d18a6c")
    pen.box(98, 84, 142, 98, "#a4573c", corner=6)


def _cactus(pen: _Pen) -> None:
    pen.oval(120, 212, 54, 9, _SHADE)
    pen.stroke("#4d8a63", 22, (62, 86), (62, 112), (94, 120))
    pen.stroke("#3f7654", 22, (178, 70), (178, 100), (146, 108))
    pen.box(94, 40, 146, 162, "#4d8a63", corner=26)
    for x in (110, 130):
        pen.stroke("#a5d0b0", 3, (x, 62), (x, 140))
    pen.oval(120, 40, 11, 11, "#d8588a")
    pen.shape("#b9674a", (70, 152), (170, 152), (158, 212), (82, 212))
    pen.box(62, 146, 178, 168, "#cf8467", corner=6)


def _leaf(pen: _Pen) -> None:
    pen.half(120, 124, 72, 100, "#3f8a5d", upper=True)
    pen.shape("#3f8a5d", (48, 122), (192, 122), (164, 176), (120, 214), (76, 176))
    pen.half(120, 124, 72, 100, "#3f8a5d", upper=True)
    pen.stroke("#a9d8b8", 5, (120, 40), (120, 226))
    for y, across in ((86, 34), (122, 46), (158, 34)):
        pen.stroke("#a9d8b8", 4, (120 - across, y - 24), (120, y), (120 + across, y - 24))


def _palette(pen: _Pen) -> None:
    pen.oval(124, 128, 92, 74, _SHADE)
    pen.oval(120, 120, 92, 74, "#d7b17c")
    pen.oval(160, 150, 20, 15, "#8b6b41")
    for x, y, colour in (
        (66, 110, "#c94f4f"),
        (92, 74, "#e0a63c"),
        (138, 66, "#4f8f6a"),
        (178, 98, "#3f6fa3"),
        (88, 154, "#7a5ba6"),
    ):
        pen.oval(x, y, 17, 14, colour)


def _bicycle(pen: _Pen) -> None:
    pen.oval(120, 204, 96, 7, _SHADE)
    for x in (66, 174):
        pen.ring(x, 158, 42, 7, "#2f2f36")
        pen.oval(x, 158, 6, 6, "#2f2f36")
    for points in (
        ((66, 158), (98, 96), (158, 96), (116, 158), (66, 158)),
        ((98, 96), (116, 158)),
        ((174, 158), (152, 70)),
    ):
        pen.stroke("#c2483b", 8, *points)
    pen.stroke("#2f2f36", 8, (82, 84), (112, 84))
    pen.stroke("#2f2f36", 7, (138, 70), (166, 66))


_MOTIFS: Final[dict[str, Callable[[_Pen], None]]] = {
    "loaf": _loaf,
    "rolls": _rolls,
    "tart": _tart,
    "jar": _jar,
    "bowl": _bowl,
    "mugs": _mugs,
    "vase": _vase,
    "cactus": _cactus,
    "leaf": _leaf,
    "palette": _palette,
    "bicycle": _bicycle,
}
MOTIFS: Final = tuple(_MOTIFS)


def png(name: str) -> bytes:
    """The picture called `<motif>-<anything>`: the rest of the name decides its background and tilt."""
    digest = hashlib.sha256(name.encode()).digest()
    return _drawn(name.partition("-")[0], digest[0] % len(_GROUNDS), _TILTS[digest[1] % len(_TILTS)])


@cache
def _drawn(motif: str, ground: int, tilt: int) -> bytes:
    picture = _ground(*_GROUNDS[ground])
    thing = Image.new("RGBA", picture.size)
    _MOTIFS.get(motif, _leaf)(_Pen(thing))
    thing = thing.rotate(tilt, resample=Image.Resampling.BILINEAR)
    size = round(picture.width * _SHARE)
    thing = thing.resize((size, size), Image.Resampling.BILINEAR)
    picture.alpha_composite(thing, ((picture.width - size) // 2, (picture.height - size) // 2))
    small = picture.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BOX)
    buffer = io.BytesIO()
    small.quantize(128).save(buffer, "PNG")
    return buffer.getvalue()


def _ground(top: str, bottom: str) -> Image.Image:
    side = SIDE * _FINE
    mask = Image.linear_gradient("L").resize((side, side))
    return Image.composite(Image.new("RGBA", (side, side), bottom), Image.new("RGBA", (side, side), top), mask)
