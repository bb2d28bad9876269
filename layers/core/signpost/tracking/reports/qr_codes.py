"""An address as a QR code."""

import io

import segno


def qr_code(address: str) -> str:
    """An SVG with a title and a quiet zone, but without a size."""
    svg = io.BytesIO()
    segno.make(address, error="m", micro=False).save(svg, kind="svg", title=address, border=4, omitsize=True)
    return svg.getvalue().decode()
