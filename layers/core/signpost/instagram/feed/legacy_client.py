"""The legacy source over HTTP: what old apps show for accounts that are not connected yet.

GET <configured address>?username=<account> (or ?hashtag=<tag>) answers
{"data": [{"id", "caption", "media_url", "permalink", "timestamp"}]}, the newest first.
Only the configured address is called. Redirects are not followed; a reply may take a megabyte and four seconds.
"""

import json
import time
from collections.abc import Callable
from typing import Final

import requests

from signpost.instagram.feed.legacy_posts import LegacyPost, read
from signpost.platform.errors import Unavailable

TIMEOUTS: Final = (1.0, 3.0)  # seconds to connect, and between two parts of the reply
WHOLE_TIME: Final = 4.0
MAX_BYTES: Final = 1_000_000
_PIECE: Final = 65_536


class LegacyDown(Unavailable):
    """The legacy source cannot provide this feed: it is not configured, is down, or sends something else."""

    code = "legacy_source_down"


class LegacyClient:
    def __init__(
        self, session: requests.Session, address: str, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._session, self._address, self._monotonic = session, address, monotonic

    def posts(self, feed: str) -> tuple[LegacyPost, ...]:
        """The newest posts of `@<account>` or `#<tag>`.

        Raises:
            LegacyDown: the message has the reason, and nothing personal.
        """
        if not self._address:
            raise LegacyDown("No legacy source is configured.")
        parameter = "hashtag" if feed.startswith("#") else "username"
        try:
            return read(json.loads(self._fetch({parameter: feed[1:]})))
        except requests.RequestException as error:
            raise LegacyDown(f"The legacy source does not answer: {type(error).__name__}.") from error
        except (ValueError, RecursionError) as error:
            raise LegacyDown("The legacy source answers with something other than posts.") from error

    def _fetch(self, parameters: dict[str, str]) -> bytes:
        deadline = self._monotonic() + WHOLE_TIME
        with self._session.get(
            self._address, params=parameters, timeout=TIMEOUTS, allow_redirects=False, stream=True
        ) as response:
            if response.status_code != requests.codes.ok:
                raise LegacyDown(f"The legacy source answers {response.status_code}.")
            content = b""
            for piece in response.iter_content(_PIECE):
                content += piece
                if len(content) > MAX_BYTES:
                    raise LegacyDown("The legacy source answers too much.")
                if self._monotonic() > deadline:
                    raise LegacyDown("The legacy source is too slow.")
            return content
