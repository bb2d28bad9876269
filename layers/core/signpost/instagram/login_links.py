"""Addresses that start a login, for e-mails and widgets. It ends at a page that says that it succeeded."""

from urllib.parse import urlencode

from signpost.instagram.products import Provider


def login_address(public_url: str, provider: Provider | None, app_id: str | None = None) -> str:
    """Where a person connects an account. Clients with a page of their own replace `return_to`.

    `provider`: the product that the account was connected with. None: the one that is set up, or the person's choice.
    """
    here = public_url.rstrip("/")
    query = {"provider": provider and provider.value, "return_to": f"{here}/connected", "app_id": app_id}
    return f"{here}/showlogin?{urlencode({name: value for name, value in query.items() if value})}"
