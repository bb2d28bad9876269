"""Reads `batchItemFailures`, which a function returns when its mapping has ReportBatchItemFailures.

AWS Lambda developer guide, "Implementing partial batch responses": an empty or missing list means that all went well;
a list that Lambda cannot make sense of means that all failed.
"""

from collections.abc import Collection, Mapping
from typing import Any


def reports_failures(properties: Mapping[str, Any]) -> bool:
    return "ReportBatchItemFailures" in properties.get("FunctionResponseTypes", [])


def failed_items(reply: Any, known: Collection[str]) -> set[str]:
    """The identifiers that the reply calls failed; all of `known` when the reply is malformed."""
    if reply is None or reply == {}:
        return set()
    if not isinstance(reply, dict):
        return set(known)
    failures = reply.get("batchItemFailures")
    if failures is None:
        return set()
    if not isinstance(failures, list):
        return set(known)
    identifiers = [each.get("itemIdentifier") if isinstance(each, dict) else None for each in failures]
    if any(not isinstance(each, str) or each not in known for each in identifiers):
        return set(known)
    return {each for each in identifiers if isinstance(each, str)}
