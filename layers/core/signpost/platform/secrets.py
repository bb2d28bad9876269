"""Secrets from Secrets Manager, read at most every five minutes."""

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from botocore.exceptions import ClientError

from signpost.platform.aws import error_code, named_errors
from signpost.platform.basic_auth import AdminCredentials
from signpost.platform.clock import Clock, system_clock
from signpost.platform.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

MAX_AGE = 300.0  # seconds until a changed secret reaches a warm function
UNSET = AdminCredentials("", "")
T = TypeVar("T")


class JsonSecret(Generic[T]):
    """A secret that is a JSON object, as parsed by `parse`; `unset` if it is missing, unreadable or something else.

    `parse` raises ValueError for an object that it cannot read.
    """

    def __init__(
        self,
        client: "SecretsManagerClient",
        secret_id: str,
        parse: Callable[[Mapping[str, Any]], T],
        unset: T,
        clock: Clock = system_clock,
    ) -> None:
        self._client, self._secret_id, self._clock = client, secret_id, clock
        self._parse, self._unset = parse, unset
        self._value, self._read_at = unset, float("-inf")

    def value(self) -> T:
        """Raises `Unavailable` if Secrets Manager does not respond and nothing is cached."""
        now = self._clock()
        if now - self._read_at >= MAX_AGE:
            try:
                self._value = self._read()
            except Unavailable:
                if self._value == self._unset:
                    raise
            self._read_at = now
        return self._value

    def _read(self) -> T:
        try:
            with named_errors("The secret store"):
                text = self._client.get_secret_value(SecretId=self._secret_id).get("SecretString", "")
        except ClientError as error:
            if error_code(error) == "ResourceNotFoundException":
                return self._unset
            raise
        try:
            fields = json.loads(text)
            return self._parse(fields) if isinstance(fields, dict) else self._unset
        except (ValueError, RecursionError):
            return self._unset


class CredentialsSecret(JsonSecret[AdminCredentials]):
    """A secret of the shape `{"username": …, "password": …}`; without one, `UNSET`, which lets nobody in."""

    def __init__(self, client: "SecretsManagerClient", secret_id: str, clock: Clock = system_clock) -> None:
        super().__init__(client, secret_id, _credentials, UNSET, clock)

    def credentials(self) -> AdminCredentials:
        return self.value()


def _text(value: object) -> str:
    """Only a string is a secret: null would become the string `None`, which anybody can guess."""
    return value if isinstance(value, str) else ""


def _credentials(fields: Mapping[str, Any]) -> AdminCredentials:
    return AdminCredentials(_text(fields.get("username")), _text(fields.get("password")))
