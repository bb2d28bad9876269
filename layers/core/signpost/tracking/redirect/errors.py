"""What can go wrong on the way to DynamoDB."""

from typing import Any


class DynamoDBError(Exception):
    """DynamoDB refused, or did not answer within the budget.

    `code` is its name for the error, or `NoAnswer`; `item` is what a condition failed on, when that was asked for.
    """

    def __init__(self, code: str, message: str = "", item: dict[str, Any] | None = None) -> None:
        super().__init__(f"{code}: {message}" if message else code)
        self.code = code
        self.item = item or {}
