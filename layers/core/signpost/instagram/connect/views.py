"""Connected accounts as programs see them, described for the API reference."""

from typing import Annotated, Final

from typing_extensions import TypedDict

from signpost.instagram.apps.app import LinkState
from signpost.instagram.connect.connections import AppReference
from signpost.instagram.connect.connector import Connected
from signpost.instagram.installs import Install
from signpost.instagram.products import Provider
from signpost.platform.clock import rfc3339
from signpost.platform.reference import Keywords, Moment, described

_EXAMPLE: Final = {
    "id": "instagram-17841400000000001",
    "provider": "instagram",
    "instagram_account": "nora.bakes.demo",
    "instagram_business_account_id": "17841400000000001",
    "name": "Nora Bakes",
    "profile_picture_url": None,
    "followers_count": 1200,
    "media_count": 87,
    "page_id": None,
    "page_name": None,
    "scopes": ["instagram_business_basic"],
    "state": "active",
    "connected_at": "2026-11-21T07:00:00.000000Z",
    "expires_at": "2027-01-20T07:00:00.000000Z",
    "data_access_expires_at": None,
}


@described(example=_EXAMPLE)
class InstallView(TypedDict):
    """An account that is connected. No token."""

    id: str
    """Of the connection."""
    provider: Annotated[str, Keywords(enum=list(Provider))]
    """The login that it was connected with."""
    instagram_account: str
    """Its username now."""
    instagram_business_account_id: str
    """Its id at Meta."""
    name: str | None
    """As people see it."""
    profile_picture_url: str | None
    """Meta's address, while it works."""
    followers_count: int | None
    """How many follow it."""
    media_count: int | None
    """How many posts it has."""
    page_id: str | None
    """The Facebook Page that it belongs to. Null: Instagram Login needs none."""
    page_name: str | None
    """That Page's name."""
    scopes: list[str]
    """The permissions that we have."""
    state: str
    """Whether the connection works."""
    connected_at: Moment
    """When it was connected last."""
    expires_at: Moment | None
    """When the connection ends unless it is renewed. Null: it does not."""
    data_access_expires_at: Moment | None
    """When Meta stops giving data unless the person logs in again. Null: it does not."""


@described(example={**_EXAMPLE, "app_id": "bakery", "app_link": "accepted", "also_connected": []})
class ConnectedView(InstallView):
    """What a login connected: the first account, then the others. No token."""

    app_id: str | None
    """The app that they were connected for. Null: none."""
    app_link: Annotated[str, Keywords(enum=[LinkState.ACCEPTED, LinkState.PENDING])] | None
    """Whether all of them are shown in the app, or its owner has yet to accept one. Null: there is no app."""
    also_connected: list[InstallView]
    """The other accounts that the login reached."""


def connected_view(connected: Connected, app: AppReference | None) -> ConnectedView:
    first, *others = map(_install_view, connected.installs)
    state = LinkState.PENDING if connected.is_pending else LinkState.ACCEPTED
    return {
        **first,
        "app_id": app.app_id if app else None,
        "app_link": state.value if app else None,
        "also_connected": others,
    }


def _install_view(install: Install) -> InstallView:
    return {
        "id": install.id,
        "provider": install.provider.value,
        "instagram_account": install.instagram_account,
        "instagram_business_account_id": install.instagram_business_account_id,
        "name": install.name,
        "profile_picture_url": install.profile_picture_url,
        "followers_count": install.followers_count,
        "media_count": install.media_count,
        "page_id": install.page_id,
        "page_name": install.page_name,
        "scopes": list(install.scopes),
        "state": install.state.value,
        "connected_at": rfc3339(install.connected_at),
        "expires_at": _time(install.expires_at),
        "data_access_expires_at": _time(install.data_access_expires_at),
    }


def _time(seconds: float | None) -> str | None:
    return None if seconds is None else rfc3339(seconds)
