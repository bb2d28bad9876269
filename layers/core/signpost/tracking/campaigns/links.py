"""A campaign's tracking link, as an address and as a QR code."""

import io
from urllib.parse import urlencode

import segno


def link(base_url: str, key: int | str, source: str | None) -> str:
    """`key` is the campaign's slug or id; `source` is what its clicks are recorded under."""
    query = f"?{urlencode({'src': source})}" if source else ""
    return f"{base_url}/track/{key}{query}"


def qr_code(address: str) -> str:
    """An SVG with a title, a quiet zone, and no size of its own."""
    svg = io.BytesIO()
    segno.make(address, error="m", micro=False).save(svg, kind="svg", title=address, border=4, omitsize=True)
    return svg.getvalue().decode()
