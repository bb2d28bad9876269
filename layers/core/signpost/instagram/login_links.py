"""Addresses that begin a login, for e-mails and widgets. The login ends at a page that says that it is done."""

from urllib.parse import urlencode

from signpost.instagram.products import Provider


def login_address(public_url: str, provider: Provider, app_id: str | None = None) -> str:
    """Where a person connects an account. Those who have a page of their own put it in the place of `return_to`."""
    here = public_url.rstrip("/")
    query = {"provider": provider.value, "return_to": f"{here}/connected"}
    return f"{here}/showlogin?{urlencode(query | ({'app_id': app_id} if app_id else {}))}"
