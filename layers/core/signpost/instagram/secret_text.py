"""Text that must not be printed: tokens and app secrets."""


class SecretText(str):
    """A string whose `repr` hides it, also within NamedTuples, f"{x!r}" and tracebacks that show locals."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"
