"""An export of single clicks: rows become CSV until they, or the time, run out."""

import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from signpost.platform import csv_text
from signpost.tracking.reports.queries import CLICK_COLUMNS

if TYPE_CHECKING:
    from signpost.platform.downloads import Download, Finished


class Export(NamedTuple):
    file: "Finished"
    rest: str | None  # the cursor to go on from; None when it is complete


def export(
    rows: Iterable[Mapping[str, str]], download: "Download", seconds: float, timer: Callable[[], float] = time.monotonic
) -> Export:
    """Raises `Unavailable` when a table or the download store does not answer."""
    end = timer() + seconds
    rest = None
    download.write(csv_text.lines([CLICK_COLUMNS]))
    for row in rows:
        download.write(csv_text.lines([[row[column] for column in CLICK_COLUMNS]]))
        if timer() >= end:
            rest = row["click"]
            break
    return Export(download.finish(), rest)
