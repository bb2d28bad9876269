"""Axes with round numbers."""

from math import ceil, floor, log10
from typing import NamedTuple

_STEPS = (1, 2, 2.5, 5, 10)
_MOST_LINES = 5  # above the lowest one


class Scale(NamedTuple):
    """From `low` to `high`, with a line at each `step`."""

    low: float
    high: float
    step: float

    def share(self, value: float) -> float:
        """Where a value is between `low` (0) and `high` (1)."""
        return min(1.0, max(0.0, (value - self.low) / (self.high - self.low)))

    @property
    def lines(self) -> list[float]:
        count = round((self.high - self.low) / self.step)
        return [self.low + self.step * each for each in range(count + 1)]


def from_zero(largest: float) -> Scale:
    """For counts: steps are whole numbers."""
    return _scale(0.0, max(largest, 1.0), whole=True)


def around(smallest: float, largest: float) -> Scale:
    """For a level such as followers, whose changes would vanish on an axis from zero."""
    return _scale(smallest, max(largest, smallest + 1.0), whole=True)


def _scale(smallest: float, largest: float, *, whole: bool) -> Scale:
    step = _step((largest - smallest) / _MOST_LINES, whole=whole)
    low = floor(smallest / step) * step
    # Rounding down the lowest line may cost the line that the highest value needs.
    while ceil((largest - low) / step) > _MOST_LINES + 1:
        step = _step(step * 1.01, whole=whole)
        low = floor(smallest / step) * step
    return Scale(low, max(ceil(largest / step) * step, low + step), step)


def _step(least: float, *, whole: bool) -> float:
    least = max(least, 1.0) if whole else least
    power = 10.0 ** floor(log10(least))
    steps = (each * power for each in (*_STEPS, 20))
    return next(each for each in steps if each >= least * 0.999999 and not (whole and each % 1))
