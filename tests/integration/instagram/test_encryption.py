"""Tokens encrypted with a key of moto's KMS, which checks the encryption context as AWS does."""

from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from signpost.instagram.cipher import TokenCipher
from signpost.instagram.token_errors import KeyUnusable, TokenSize, TokenUnreadable
from signpost.platform.errors import Unavailable
from tests.aws import Aws

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

TOKEN = "EAAtokenOfThePerson"


@pytest.fixture(scope="module")
def kms(data: Aws) -> "KMSClient":
    client: KMSClient = data.client("kms")
    return client


@pytest.fixture(scope="module")
def key_id(kms: "KMSClient") -> str:
    return kms.create_key()["KeyMetadata"]["KeyId"]


@pytest.fixture
def cipher(kms: "KMSClient", key_id: str) -> TokenCipher:
    return TokenCipher(kms, key_id)


def test_a_token_comes_back_for_its_install(cipher: TokenCipher) -> None:
    encrypted = cipher.encrypt("install-1", TOKEN)

    assert TOKEN.encode() not in encrypted
    assert cipher.decrypt("install-1", encrypted) == TOKEN
    assert TOKEN not in repr(cipher.decrypt("install-1", encrypted))


def test_any_text_of_kms_size_can_be_a_token(cipher: TokenCipher) -> None:
    token = "ä" * 2048

    assert cipher.decrypt("install-1", cipher.encrypt("install-1", token)) == token


@pytest.mark.parametrize("token", ["", "ä" * 2049])
def test_other_sizes_are_refused(cipher: TokenCipher, token: str) -> None:
    with pytest.raises(TokenSize):
        cipher.encrypt("install-1", token)


@pytest.mark.parametrize(
    ("install", "size"), [("install-2", None), ("install-1", 0), ("install-1", 1), ("install-1", -1)]
)
def test_another_install_or_damage_makes_it_unreadable(cipher: TokenCipher, install: str, size: int | None) -> None:
    encrypted = cipher.encrypt("install-1", TOKEN)

    with pytest.raises(TokenUnreadable):
        cipher.decrypt(install, encrypted[:size])


def test_a_key_that_does_not_exist_is_unusable(kms: "KMSClient") -> None:
    with pytest.raises(KeyUnusable):
        TokenCipher(kms, "00000000-0000-0000-0000-000000000000").encrypt("install-1", TOKEN)


@pytest.mark.parametrize(
    ("code", "status", "raised"),
    [
        ("IncorrectKeyException", 400, TokenUnreadable),
        ("DisabledException", 400, KeyUnusable),  # moto encrypts with a disabled key all the same
        ("KMSInvalidStateException", 400, KeyUnusable),
        ("AccessDeniedException", 400, KeyUnusable),
        ("KMSInternalException", 500, Unavailable),
        ("ThrottlingException", 400, Unavailable),
        ("ValidationException", 400, ClientError),
    ],
)
def test_each_refusal_of_kms_has_a_meaning(
    cipher: TokenCipher, kms: "KMSClient", code: str, status: int, raised: type[Exception]
) -> None:
    with Stubber(kms) as stubber:
        stubber.add_client_error("decrypt", service_error_code=code, http_status_code=status)
        with pytest.raises(raised) as caught:
            cipher.decrypt("install-1", b"x")
    assert caught.type is raised


def test_an_unusable_key_is_worth_another_try_and_a_wrong_token_is_not() -> None:
    assert KeyUnusable.retryable
    assert not TokenUnreadable.retryable


def test_no_answer_is_worth_another_try(data: object) -> None:
    config = Config(connect_timeout=1, retries={"total_max_attempts": 1})
    client = boto3.client("kms", endpoint_url="http://127.0.0.1:9", config=config)

    with pytest.raises(Unavailable):
        TokenCipher(client, "key").encrypt("install-1", TOKEN)

    client.close()
