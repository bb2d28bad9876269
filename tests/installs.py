"""An install, as a login would have made it."""

from typing import Any

from signpost.instagram.connection_states import ConnectionState
from signpost.instagram.installs import Install, install_id
from signpost.instagram.products import Provider


def connected(provider: Provider, account_id: str, username: str, now: float, **fields: Any) -> Install:
    """One that was connected just now; `fields` are those that differ."""
    install = Install(
        id=install_id(provider, account_id),
        provider=provider,
        instagram_account=username,
        instagram_business_account_id=account_id,
        connection="first",
        connected_at=now,
        state=ConnectionState.ACTIVE,
        token=b"encrypted",
        issued_at=now,
    )
    return install._replace(**fields)
