"""Encrypts OAuth tokens with KMS, each bound to its install, and what apps sign with, each bound to its app.

The install's or the app's id is the encryption context, so what is copied to another item cannot be read there.
Context: https://docs.aws.amazon.com/kms/latest/developerguide/encrypt_context.html
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from signpost.instagram.secret_text import SecretText
from signpost.instagram.token_errors import KeyUnusable, TokenSize, TokenUnreadable
from signpost.platform.aws import error_code, named_errors

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

_MOST_BYTES: Final = 4096  # the most that KMS encrypts in one call; Meta's tokens have a few hundred
_WRONG: Final = ("InvalidCiphertextException", "IncorrectKeyException")
_UNUSABLE: Final = ("NotFoundException", "DisabledException", "KMSInvalidStateException", "AccessDeniedException")


class _Cipher:
    """`name`: of the encryption context."""

    def __init__(self, client: "KMSClient", key_id: str, name: str) -> None:
        self._client, self._key_id, self._name = client, key_id, name

    def encrypt(self, owner: str, plain: bytes) -> bytes:
        context = {self._name: owner}
        with _key_errors():
            reply = self._client.encrypt(KeyId=self._key_id, Plaintext=plain, EncryptionContext=context)
        return reply["CiphertextBlob"]

    def decrypt(self, owner: str, encrypted: bytes) -> bytes:
        context = {self._name: owner}
        with _key_errors():
            reply = self._client.decrypt(KeyId=self._key_id, CiphertextBlob=encrypted, EncryptionContext=context)
        return reply["Plaintext"]


class TokenCipher:
    def __init__(self, client: "KMSClient", key_id: str) -> None:
        self._cipher = _Cipher(client, key_id, "install_id")

    def encrypt(self, install_id: str, token: str) -> bytes:
        """The token, encrypted for this install.

        Raises:
            TokenSize: it is empty or has more than 4,096 bytes.
            KeyUnusable: the key is disabled, deleted, or not ours to use.
            Unavailable: KMS does not answer.
        """
        plain = token.encode()
        if not 0 < len(plain) <= _MOST_BYTES:
            raise TokenSize(f"A token has 1 to {_MOST_BYTES} bytes.")
        return self._cipher.encrypt(install_id, plain)

    def decrypt(self, install_id: str, encrypted: bytes) -> SecretText:
        """The inverse of `encrypt`.

        Raises:
            TokenUnreadable: it was not encrypted for this install with this key.
            KeyUnusable: the key is disabled, deleted, or not ours to use.
            Unavailable: KMS does not answer.
        """
        if not encrypted:
            raise TokenUnreadable("There is no stored token; connect again.")
        return SecretText(self._cipher.decrypt(install_id, encrypted).decode())


class ConnectKeyCipher:
    """For what an app's connect key signs with. Both methods raise `KeyUnusable` and `Unavailable`."""

    def __init__(self, client: "KMSClient", key_id: str) -> None:
        self._cipher = _Cipher(client, key_id, "app_id")

    def encrypt(self, app_id: str, secret: bytes) -> bytes:
        return self._cipher.encrypt(app_id, secret)

    def decrypt(self, app_id: str, encrypted: bytes) -> bytes:
        """Raises `TokenUnreadable` when it was not encrypted for this app with this key."""
        return self._cipher.decrypt(app_id, encrypted)


@contextmanager
def _key_errors() -> Iterator[None]:
    try:
        with named_errors("The key service"):
            yield
    except ClientError as error:
        code = error_code(error)
        if code in _WRONG:
            raise TokenUnreadable("The stored token cannot be read; connect again.") from None
        if code in _UNUSABLE:
            raise KeyUnusable("The key for tokens cannot be used; an operator must fix it.") from None
        raise
