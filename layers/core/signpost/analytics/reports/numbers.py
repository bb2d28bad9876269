"""Numbers as reports show them, with halves rounded up. They are worked out in whole numbers, so they are exact."""

from collections.abc import Sequence


def quotient(over: int, under: int, places: int) -> str:
    """Of whole numbers that are not negative, such as `0.67`."""
    scale = 10**places
    whole, rest = divmod((2 * scale * over + under) // (2 * under), scale)
    return f"{whole}.{rest:0{places}}"


def ratio(over: int, under: int) -> float:
    """With two decimals."""
    return (2 * 100 * over + under) // (2 * under) / 100


def percent(part: int | None, whole: int | None) -> float | None:
    """With two decimals; None where the whole is none or a number is unknown."""
    return None if part is None or not whole else ratio(100 * part, whole)


def mean(values: Sequence[float]) -> float | None:
    """With two decimals, of values with at most as many."""
    return ratio(sum(map(_hundredths, values)), 100 * len(values)) if values else None


def median(ordered: Sequence[float]) -> float | None:
    """With two decimals, of values with at most as many, in order."""
    if not ordered:
        return None
    low, high = ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]
    return ratio(_hundredths(low) + _hundredths(high), 200)


def _hundredths(value: float) -> int:
    return round(100 * value)
