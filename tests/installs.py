"""An install, as a login would have stored it."""

import uuid
from typing import Any

from signpost.instagram.connection_states import ConnectionState
from signpost.instagram.installs import Install, install_id
from signpost.instagram.products import Provider


def new_account() -> str:
    """The id of an account that no other test has."""
    return str(uuid.uuid4().int)[:17]


def connected(provider: Provider, account_id: str, username: str, now: float, **fields: Any) -> Install:
    """An install that was connected just now; `fields` are the ones that differ."""
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
