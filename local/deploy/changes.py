"""What a deployment would change in the parameters of an existing stack, and what it must not."""

from collections.abc import Mapping
from typing import Final

Parameters = Mapping[str, str]

_HIDDEN: Final = "****"  # what CloudFormation tells of a parameter with NoEcho, whatever its value


def changes(before: Parameters, after: Parameters) -> list[str]:
    """One line for each parameter that gets a different value, as far as CloudFormation tells the old one."""
    return [
        f"{name}: {before[name] or '(empty)'} -> {value or '(empty)'}"
        for name, value in after.items()
        if before.get(name, _HIDDEN) not in (value, _HIDDEN)
    ]


def refusals(before: Parameters, after: Parameters) -> list[str]:
    """Why these parameters must not replace the stack's."""
    found = []
    buckets, wanted = before.get("ClickBuckets"), after["ClickBuckets"]
    if buckets is not None and int(wanted) < int(buckets):
        found.append(
            f"ClickBuckets is {buckets} and must not become {wanted}: clicks in the upper ones would not be counted. "
            f'Add "ClickBuckets={buckets}" to parameter_overrides.'
        )
    if before.get("Stage") == "prod" and after["Stage"] != "prod":
        found.append("Stage is prod and must not change: tables would be deleted together with the stack.")
    return found
