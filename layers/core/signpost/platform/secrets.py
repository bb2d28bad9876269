"""Secrets Manager, read at most every five minutes."""

import json
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from signpost.platform.aws import error_code, named_errors
from signpost.platform.basic_auth import Credentials
from signpost.platform.clock import Clock, system_clock
from signpost.platform.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

MAX_AGE = 300.0  # seconds that a changed secret may take to reach a warm function
UNSET = Credentials("", "")


class CredentialsSecret:
    """A secret of the shape `{"username": …, "password": …}`."""

    def __init__(self, client: "SecretsManagerClient", secret_id: str, clock: Clock = system_clock) -> None:
        self._client, self._secret_id, self._clock = client, secret_id, clock
        self._value, self._read_at = UNSET, float("-inf")

    def credentials(self) -> Credentials:
        """The name and password; `UNSET`, which lets nobody pass, when the secret has none.

        Raises:
            Unavailable: Secrets Manager does not answer and nothing was read before.
        """
        now = self._clock()
        if now - self._read_at >= MAX_AGE:
            try:
                self._value = self._read()
            except Unavailable:
                if self._value == UNSET:
                    raise
            self._read_at = now
        return self._value

    def _read(self) -> Credentials:
        try:
            with named_errors("The secret store"):
                text = self._client.get_secret_value(SecretId=self._secret_id)["SecretString"]
        except ClientError as error:
            if error_code(error) == "ResourceNotFoundException":
                return UNSET
            raise
        try:
            fields = json.loads(text)
            return Credentials(str(fields["username"]), str(fields["password"]))
        except (ValueError, TypeError, KeyError):
            return UNSET
