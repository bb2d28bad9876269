"""Codes and tokens: how long they live, and what ends them.

Lifetimes: Meta, "Business Login for Instagram" and "Get Long-Lived Tokens".
"""

import secrets
from dataclasses import dataclass, field
from typing import Final, Literal

from local.meta.errors import MetaError, known
from local.meta.world import DAY_S, Account, FacebookPage, Holder, Person

Provider = Literal["facebook", "instagram"]
PROVIDERS: Final[tuple[Provider, ...]] = ("facebook", "instagram")
CODE_S: Final = 3600
SHORT_S: Final = 3600
LONG_S: Final = 60 * DAY_S
DATA_ACCESS_S: Final = 90 * DAY_S
REFRESH_AGE_S: Final = DAY_S


@dataclass
class Code:
    value: str
    provider: Provider
    holder: Holder
    scopes: tuple[str, ...]
    redirect_uri: str
    issued_at: float
    used: bool = False


@dataclass
class Token:
    """`expires_at` 0 is never. `dead` is the subcode of the 190 that every call then gets."""

    value: str
    provider: Provider
    holder: Holder
    scopes: set[str]
    issued_at: float
    expires_at: float
    data_access_expires_at: float
    kind: Literal["short", "long", "page"]
    page: FacebookPage | None = None
    dead: int | None = None

    @property
    def accounts(self) -> list[Account]:
        """The Instagram accounts that it reaches."""
        if isinstance(self.holder, Account):
            return [self.holder]
        return [self.page.readable] if self.page and self.page.readable else self.holder.accounts

    @property
    def masked(self) -> str:
        return f"{self.value[:6]}…{self.value[-4:]}"

    def subcode(self, now: float) -> int | None:
        """What is wrong with it: a subcode of 190, or None when it works."""
        if self.dead is None and self.expires_at and self.expires_at <= now:
            return 463
        return self.dead

    def check(self, now: float) -> None:
        """Raises 190 when it is dead, and 10 when the user's consent to data access is older than 90 days."""
        subcode = self.subcode(now)
        if subcode is not None:
            raise known(190, subcode)
        if self.data_access_expires_at <= now:
            raise known(10, message="(#10) The user's data access has expired; the user must log in again.")


@dataclass
class Tokens:
    codes: dict[str, Code] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)

    def new_code(
        self, provider: Provider, holder: Holder, *, scopes: tuple[str, ...], redirect_uri: str, now: float
    ) -> Code:
        code = Code(
            value="AQ" + secrets.token_urlsafe(60),
            provider=provider,
            holder=holder,
            scopes=scopes,
            redirect_uri=redirect_uri,
            issued_at=now,
        )
        self.codes[code.value] = code
        return code

    def issue(
        self,
        provider: Provider,
        holder: Holder,
        *,
        scopes: set[str],
        now: float,
        kind: Literal["short", "long"],
        lasts: float | None = None,
        data_access_expires_at: float | None = None,
    ) -> Token:
        token = Token(
            value=("EAA" if provider == "facebook" else "IGAA") + secrets.token_hex(60),
            provider=provider,
            holder=holder,
            scopes=set(scopes),
            issued_at=now,
            expires_at=now + (lasts or (LONG_S if kind == "long" else SHORT_S)),
            data_access_expires_at=data_access_expires_at or now + DATA_ACCESS_S,
            kind=kind,
        )
        self.tokens[token.value] = token
        return token

    def page_token(self, user: Token, page: FacebookPage) -> Token:
        """A Page's token. It never expires when the user's token is long-lived; otherwise it ends with that token."""
        for token in self.tokens.values():
            same = token.page is page and token.issued_at == user.issued_at and token.scopes == user.scopes
            if same and token.holder is user.holder:
                return token
        expires_at = 0.0 if user.kind == "long" else user.expires_at
        value = "EAAP" + secrets.token_hex(60)
        token = Token(
            value=value,
            provider="facebook",
            holder=user.holder,
            scopes=set(user.scopes),
            issued_at=user.issued_at,
            expires_at=expires_at,
            data_access_expires_at=user.data_access_expires_at,
            kind="page",
            page=page,
        )
        self.tokens[value] = token
        return token

    def find(self, provider: Provider, value: str) -> Token:
        """Raises 190 for a token that was never issued, or that is the other product's."""
        token = self.tokens.get(value)
        if token is None or token.provider != provider:
            raise known(190)
        return token

    def of(self, login: str) -> list[Token]:
        """The tokens of a login: those of the account, and those of the people whose Page it belongs to."""
        return [
            token
            for token in self.tokens.values()
            if any(login in {account.username, account.id} for account in token.accounts)
            or (isinstance(token.holder, Person) and login in {token.holder.login, token.holder.id})
        ]


def redeem(code: Code | None, *, provider: Provider, redirect_uri: str, now: float) -> Code:
    """Use a code, which works once. Raises MetaError in Graph's words; api.instagram.com has its own."""
    if code is None or code.provider != provider:
        raise MetaError(100, "Invalid verification code format.")
    if code.redirect_uri != redirect_uri:
        raise MetaError(
            100,
            "Error validating verification code. Please make sure your redirect_uri is identical to the one you used "
            "in the OAuth dialog request",
            subcode=36008,
        )
    if code.used:
        raise MetaError(100, "This authorization code has been used.", subcode=36009)
    if now - code.issued_at > CODE_S:
        raise MetaError(100, "This authorization code has expired.", subcode=36007)
    code.used = True
    return code
