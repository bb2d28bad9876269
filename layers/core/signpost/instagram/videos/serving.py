"""Redirects to videos at Meta. Their addresses expire; a fresh one is requested when the stored one has."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from signpost.instagram import video_paths
from signpost.instagram.graph.errors import MetaError, MetaUnavailable, PolicyBlock, Throttled
from signpost.instagram.graph.media import one_media
from signpost.instagram.graph.models import Child, Media, address_expires_at
from signpost.instagram.installs import Install, from_item
from signpost.instagram.token_errors import TokenUnreadable
from signpost.instagram.video_paths import VideoPath
from signpost.platform.errors import NotFound, Unavailable

if TYPE_CHECKING:
    from signpost.instagram.cipher import TokenCipher
    from signpost.instagram.graph.wiring import Graphs
    from signpost.instagram.install_store import InstallStore
    from signpost.instagram.pause_store import PauseStore
    from signpost.instagram.videos.store import VideoStore
    from signpost.platform.clock import Clock

ASK_EVERY: Final = 3600  # seconds: Meta is asked at most once per post in this time
_LEFT: Final = 60  # seconds for which an address must at least work
_ANSWERS: Final = 15  # seconds after which a request to Meta has an answer, or never will


class VideoMissing(NotFound):
    code = "video_missing"


class Videos:
    def __init__(
        self,
        *,
        store: "VideoStore",
        installs: "InstallStore",
        pauses: "PauseStore",
        cipher: "TokenCipher",
        graphs: "Graphs",
        clock: "Clock",
    ) -> None:
        self._store, self._installs, self._pauses = store, installs, pauses
        self._cipher, self._graphs, self._clock = cipher, graphs, clock

    def address(self, path: str) -> str:
        """An address at Meta that works for a while.

        Raises:
            VideoMissing: there is no such video, or Meta does not give it (any more).
            Unavailable: try again.
        """
        video, now = video_paths.read(path), self._clock()
        post = self._store.post(video) if video else None
        if video is None or post is None:
            raise VideoMissing("There is no such video.")
        stored = _address(post, video)
        if _works(stored, now):
            return str(stored)
        install = self._install(video, now)
        if not self._store.claim(video, now, now - ASK_EVERY):
            return self._asked_already(video, now)
        fresh = self._ask(install, video)
        self._store.keep(video, _addresses(fresh), post)
        return self._found(_addresses(fresh).get(video.child or video.media_id), now)

    def _install(self, video: VideoPath, now: float) -> Install:
        """The install whose token reaches the video."""
        item = self._installs.table.get({"key": video.install})
        install = from_item(item) if item and "erasing" not in item else None
        if install is None or not install.is_connected:
            raise VideoMissing("The account of this video is no longer connected.")
        if self._pauses.paused_until(install, now) is not None:
            raise Unavailable("Instagram allows no calls for now; try later.")
        return install

    def _asked_already(self, video: VideoPath, now: float) -> str:
        """Another request has asked Meta, now or within the hour."""
        post = self._store.post(video) or {}
        if post.get("video_asked_at", 0.0) > now - _ANSWERS and not _works(_address(post, video), now):
            raise Unavailable("The video's address is being renewed; try again.")
        return self._found(_address(post, video), now)

    def _ask(self, install: Install, video: VideoPath) -> Media:
        try:
            token = self._cipher.decrypt(install.id, install.token)
            return one_media(self._graphs(install.provider), token, video.media_id).value
        except (MetaUnavailable, Throttled, PolicyBlock) as error:
            raise Unavailable("Instagram does not respond; try later.") from error
        except MetaError as error:
            raise VideoMissing("Instagram does not provide this video.") from error
        except TokenUnreadable as error:
            raise VideoMissing("The account of this video must be connected again.") from error

    @staticmethod
    def _found(address: str | None, now: float) -> str:
        if not _works(address, now):
            raise VideoMissing("Instagram does not provide this video now; we ask again within the hour.")
        return str(address)


def _address(post: Mapping[str, Any], video: VideoPath) -> str | None:
    parts = [post] if video.child is None else [each for each in post.get("children", ()) if each["id"] == video.child]
    return parts[0].get("media_url") if parts else None


def _addresses(media: Media) -> dict[str, str]:
    """The addresses of a post's videos, by the ids of the post and of its children."""
    parts: list[Media | Child] = [media, *media.children]
    return {each.id: each.media_url for each in parts if each.media_type == "VIDEO" and each.media_url}


def _works(address: str | None, now: float) -> bool:
    return address is not None and (address_expires_at(address) or 0.0) > now + _LEFT
