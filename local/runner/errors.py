"""What can go wrong on the local stack.

LocalStackError                the stack cannot start; the message is for the person at the terminal
└── TemplateError              the template asks for something that the local stack cannot do
FunctionError                  an invocation failed: an exception, a timeout, or the process died
"""


class LocalStackError(Exception):
    """The stack cannot start or continue; the message is fit for the terminal."""


class TemplateError(LocalStackError):
    """The template has something that the local stack cannot resolve or run."""


class FunctionError(Exception):
    """An invocation failed. `error_type` is Lambda's name for it, e.g. `ValueError` or `Sandbox.Timedout`."""

    def __init__(self, function: str, error_type: str, message: str) -> None:
        super().__init__(f"{function}: {error_type}: {message}")
        self.error_type = error_type
        self.message = message
