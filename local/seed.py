"""Puts something into a fresh local stack that can be looked at: one campaign, made through the public API."""

import base64
import http.client
import json
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

CAMPAIGN: Final = {
    "redirect_url": "https://example.com/welcome",
    "platforms": ["Android", "IPhone", "WindowsPhone"],
    "slug": "demo",
}
_TIMEOUT_S: Final = 30


class SeedError(Exception):
    """The application did not take the example."""


@dataclass(frozen=True)
class Admin:
    """Who administers campaigns on this stack."""

    user: str
    password: str


def campaign(url: str, admin: Admin) -> Any:
    """Create the example campaign on the application at `url`; returns its id. Raises SeedError."""
    token = base64.b64encode(f"{admin.user}:{admin.password}".encode()).decode()
    headers = {"Authorization": f"Basic {token}", "Content-Type": "application/json"}
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=_TIMEOUT_S)
    try:
        connection.request("POST", "/admin/campaigns", json.dumps(CAMPAIGN), headers)
        response = connection.getresponse()
        text = response.read().decode(errors="replace")
        if response.status != http.client.CREATED:
            raise SeedError(f"POST /admin/campaigns answered {response.status}: {text[:200]}")
        return json.loads(text)["id"]
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError) as error:
        raise SeedError(f"POST /admin/campaigns: {error!r}") from error
    finally:
        connection.close()
