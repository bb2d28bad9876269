"""Connect keys and connect links, as an app's owner asks for them."""

from typing import TYPE_CHECKING

from signpost.instagram.apps.views import ConnectKeyView, ConnectLinkView, LinkRequest
from signpost.instagram.login_links import connect_address
from signpost.platform.clock import Clock, rfc3339

if TYPE_CHECKING:
    from signpost.instagram.apps.connect_keys import ConnectKeys
    from signpost.instagram.apps.connect_links import ConnectLinks


class LinkAdmin:
    """Both methods raise `Unavailable` when AWS does not answer, and `NotFound`."""

    def __init__(self, keys: "ConnectKeys", links: "ConnectLinks", clock: Clock) -> None:
        self._keys, self._links, self._clock = keys, links, clock

    def new_key(self, app_id: str, *, keep_old: bool) -> ConnectKeyView:
        """A new key, which is never shown again. A request that is sent again makes another one."""
        return ConnectKeyView(connect_key=self._keys.rotate(app_id, keep_old=keep_old))

    def new_link(self, app_id: str, request: LinkRequest, here: str) -> ConnectLinkView:
        """`here`: where people reach the API."""
        expires_at = None if request.expires_in is None else self._clock() + request.expires_in
        proof = self._links.proof(app_id, expires_at)
        return ConnectLinkView(
            connect_url=connect_address(here, app_id, proof, request.return_to),
            expires_at=None if expires_at is None else rfc3339(expires_at),
        )
