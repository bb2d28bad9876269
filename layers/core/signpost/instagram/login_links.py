"""Addresses that start a login, for e-mails and widgets. It ends at a page that says that it succeeded."""

from urllib.parse import urlencode

from signpost.instagram.products import Provider


def login_address(public_url: str, provider: Provider, app_id: str | None = None) -> str:
    """Where a person connects an account. Clients with a page of their own replace `return_to`."""
    here = public_url.rstrip("/")
    query = {"provider": provider.value, "return_to": f"{here}/connected"}
    return f"{here}/showlogin?{urlencode(query | ({'app_id': app_id} if app_id else {}))}"
