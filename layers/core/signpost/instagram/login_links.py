"""Addresses that start a login, for e-mails and widgets. It ends at a page that says that it succeeded."""

from urllib.parse import urlencode

from signpost.instagram import hand_overs
from signpost.instagram.products import Provider


def login_address(public_url: str, provider: Provider | None, app_id: str | None = None, *, connect: str = "") -> str:
    """Where a person connects an account. Clients with a page of their own replace `return_to`.

    `provider`: the product that the account was connected with. None: the one that is set up, or the person's choice.
    `connect`: the proof that the app's owner wants it there (`apps.connect_links`); without one, the owner is asked.
    """
    here = public_url.rstrip("/")
    query = {
        "provider": provider and provider.value,
        "return_to": f"{here}/connected",
        "app_id": app_id,
        "connect": connect,
    }
    return f"{here}/showlogin?{urlencode({name: value for name, value in query.items() if value})}"


def console_address(public_url: str, provider: Provider | None, bearer: str) -> str:
    """Where a person logs in to the console. `bearer`: by which the console knows its own browser again."""
    here = public_url.rstrip("/")
    query = {
        "provider": provider and provider.value,
        "return_to": f"{here}{hand_overs.PATH}?{urlencode({'began': bearer})}",
    }
    return f"{here}/showlogin?{urlencode({name: value for name, value in query.items() if value})}"


def connect_address(public_url: str, app_id: str, connect: str, return_to: str | None = None) -> str:
    """Where whoever opens it connects an account for the app, with the login that they choose."""
    here = public_url.rstrip("/")
    query = {"app_id": app_id, "return_to": return_to or f"{here}/connected", "connect": connect}
    return f"{here}/showlogin?{urlencode(query)}"
