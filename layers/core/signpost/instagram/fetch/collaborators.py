"""What fetches of accounts, fetches of hashtags and backfills share."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from signpost.instagram.cipher import TokenCipher
    from signpost.instagram.fetch.imports import Imports
    from signpost.instagram.fetch.media_store import MediaStore
    from signpost.instagram.fetch.picture_files import PictureFiles
    from signpost.instagram.graph.client import Graph
    from signpost.instagram.health_store import HealthStore
    from signpost.instagram.install_store import InstallStore
    from signpost.instagram.pause_store import PauseStore
    from signpost.instagram.products import Provider
    from signpost.instagram.refused_store import RefusedStore
    from signpost.platform.clock import Clock


class Collaborators(NamedTuple):
    """`graphs` gives the client of a product. `may_go_on`: whether there is time for more.

    `imports`: None in backfills, because an import says that something is new.
    """

    installs: "InstallStore"
    pauses: "PauseStore"
    refused: "RefusedStore"
    health: "HealthStore"
    cipher: "TokenCipher"
    graphs: "Callable[[Provider], Graph]"
    media: "MediaStore"
    imports: "Imports | None"
    pictures: "PictureFiles"
    clock: "Clock"
    may_go_on: Callable[[], bool]
