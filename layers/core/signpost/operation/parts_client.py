"""Reads the parameter that lists the stack's parts."""

from typing import TYPE_CHECKING, Final

from signpost.operation.parts import Parts, parts
from signpost.platform.aws import named_errors
from signpost.platform.cache import Cache
from signpost.platform.clock import Clock
from signpost.platform.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

_REMEMBERED: Final = 300.0  # seconds; it changes only with a deployment


class PartsClient:
    def __init__(self, client: "SSMClient", parameter: str, clock: Clock) -> None:
        self._client, self._parameter = client, parameter
        self._cache: Cache[Parts] = Cache(clock, seconds=_REMEMBERED, most=1)

    def parts(self) -> Parts:
        """Raises `Unavailable`."""
        found = self._cache.get("parts", self._read)
        if found is None:
            raise Unavailable("The list of the stack's parts is missing.")
        return found

    def _read(self) -> Parts:
        with named_errors("The parameter store"):
            reply = self._client.get_parameter(Name=self._parameter)
        return parts(reply["Parameter"].get("Value", ""))
