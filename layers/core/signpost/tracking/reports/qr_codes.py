"""An address as a QR code."""

import io

import segno


def qr_code(address: str) -> str:
    """An SVG with a title and a quiet zone, but without a size."""
    svg = io.BytesIO()
    segno.make(address, error="m", micro=False).save(svg, kind="svg", title=address, border=4, omitsize=True)
    return svg.getvalue().decode()


def qr_picture(address: str) -> bytes:
    """A PNG of about 600 pixels, for those who print it."""
    code = segno.make(address, error="m", micro=False)
    png = io.BytesIO()
    code.save(png, kind="png", scale=max(1, 600 // code.symbol_size(border=4)[0]), border=4)
    return png.getvalue()
