"""What Lambda passes to a function with its event."""

from types import SimpleNamespace
from typing import Any


def context() -> Any:
    return SimpleNamespace(
        aws_request_id="request-1",
        function_name="function",
        memory_limit_in_mb=512,
        invoked_function_arn="arn:aws:lambda:us-east-1:123456789012:function:function",
        get_remaining_time_in_millis=lambda: 900_000,
    )
