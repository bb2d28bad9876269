"""Why a token cannot be stored or used."""

from signpost.platform.errors import InvalidField, SignpostError, Unavailable


class TokenSize(InvalidField):
    code = "token_size"


class TokenUnreadable(SignpostError):
    """It was encrypted for another install or with another key, or is damaged: the person must connect again."""

    code = "token_unreadable"


class KeyUnusable(Unavailable):
    """The key is disabled, deleted, or not ours to use. Retrying helps once an operator has fixed that."""

    code = "key_unusable"
