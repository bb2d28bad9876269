"""CSV that is safe to open in a spreadsheet."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Final

TYPE = "text/csv; charset=utf-8"
# A formula begins with one of these characters, full-width ones included, perhaps after spaces and quotes:
# https://owasp.org/www-community/attacks/CSV_Injection. In much of Europe, spreadsheets separate cells by ";" and so
# ignore most of our quotes: there, a cell also begins after ";", a tab or a line break within one of ours.
_FORMULA: Final = re.compile(r"""(^|[;\t\r\n])(?=[ "]*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20])""")


def lines(rows: Iterable[Sequence[object]]) -> str:
    """RFC 4180. Text that a spreadsheet would run as a formula is prefixed with an apostrophe."""
    text = io.StringIO()
    csv.writer(text).writerows([_safe(cell) for cell in row] for row in rows)
    return text.getvalue()


def _safe(cell: object) -> object:
    return _FORMULA.sub(r"\1'", cell) if isinstance(cell, str) else cell
