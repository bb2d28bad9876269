from typing import Any

import pytest
from botocore.exceptions import ClientError

from signpost.platform.basic_auth import AdminCredentials, check
from signpost.platform.errors import NotAuthenticated, Unavailable
from signpost.platform.secrets import MAX_AGE, UNSET, CredentialsSecret
from tests.http_events import basic


class Store:
    """Secrets Manager with one answer, or one error."""

    def __init__(self, answer: str | ClientError) -> None:
        self.answer = answer
        self.asked = 0

    def get_secret_value(self, **_: str) -> dict[str, str]:
        self.asked += 1
        if isinstance(self.answer, ClientError):
            raise self.answer
        return {"SecretString": self.answer}


def error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": ""}}, "GetSecretValue")


def secret(store: Any, now: list[float]) -> CredentialsSecret:
    return CredentialsSecret(store, "AdminCredentials", lambda: now[0])


def test_a_secret_is_read_at_most_every_five_minutes() -> None:
    store, now = Store('{"username": "admin", "password": "old"}'), [0.0]
    kept = secret(store, now)
    assert kept.credentials() == AdminCredentials("admin", "old")

    store.answer = '{"username": "admin", "password": "new"}'
    now[0] = MAX_AGE - 1
    assert kept.credentials() == AdminCredentials("admin", "old")
    now[0] = MAX_AGE
    assert kept.credentials() == AdminCredentials("admin", "new")
    assert store.asked == 2


def test_the_last_value_serves_while_the_store_is_down() -> None:
    store, now = Store('{"username": "admin", "password": "pw"}'), [0.0]
    kept = secret(store, now)
    kept.credentials()

    store.answer = error("InternalServiceError")
    now[0] = MAX_AGE
    assert kept.credentials() == AdminCredentials("admin", "pw")


def test_without_a_last_value_the_caller_should_try_again() -> None:
    kept = secret(Store(error("ThrottlingException")), [0.0])

    for _ in range(2):
        with pytest.raises(Unavailable):
            kept.credentials()


def test_a_missing_secret_lets_nobody_in() -> None:
    assert secret(Store(error("ResourceNotFoundException")), [0.0]).credentials() == UNSET


@pytest.mark.parametrize(
    "text",
    [
        *("", "null", "[]", "7", '"admin"', "[" * 100_000),
        *('{"username": "admin"}', '{"username": "admin", "password": %s}'),
    ],
)
@pytest.mark.parametrize("value", ["null", "{}", "[]", "false", "true", "0", '""', '["pw"]'])
def test_a_value_that_is_not_text_is_not_a_password(text: str, value: str) -> None:
    found = secret(Store(text.replace("%s", value)), [0.0]).credentials()

    assert found.password == ""
    for guess in ("", "None", "null", "{}", "[]", "False", "false", "True", "true", "0", '""', "['pw']", '["pw"]'):
        with pytest.raises(NotAuthenticated):
            check(basic("admin", guess)["authorization"], found)


def test_a_secret_that_is_not_text_lets_nobody_in() -> None:
    class Binary(Store):
        def get_secret_value(self, **_: str) -> Any:
            return {"SecretBinary": b"admin"}

    assert secret(Binary(""), [0.0]).credentials() == UNSET


def test_a_missing_permission_is_a_defect() -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        secret(Store(error("AccessDeniedException")), [0.0]).credentials()
