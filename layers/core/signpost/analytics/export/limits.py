"""How much of what a stranger uploads is looked at."""

from typing import Final, NamedTuple


class Limits(NamedTuple):
    upload: int = 500_000_000  # bytes
    entries: int = 50_000  # of a zip
    directory: int = 32 * 1024 * 1024  # bytes, of the part of a zip that lists its entries
    unpacked: int = 512 * 1024 * 1024  # bytes, of all entries that are read
    accounts: int = 1_000_000  # in all lists of an upload, counting entries without a name
    files: int = 50  # that are uploaded for one import


LIMITS: Final = Limits()
