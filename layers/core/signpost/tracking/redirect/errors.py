"""The error of the redirect's DynamoDB client."""

from typing import Any


class DynamoDBError(Exception):
    """DynamoDB refused, or did not answer within the budget.

    `code` is DynamoDB's name for the error, or `NoAnswer`. `item` is the item that did not meet a condition, if the
    request asked for it.
    """

    def __init__(self, code: str, message: str = "", item: dict[str, Any] | None = None) -> None:
        super().__init__(f"{code}: {message}" if message else code)
        self.code = code
        self.item = item or {}
