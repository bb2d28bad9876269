"""Starts and stops the sync of a member's account."""

from typing import TYPE_CHECKING

from signpost.analytics.errors import AlreadyActive, NotActive, NotConnected
from signpost.analytics.membership.views import WorkerReply
from signpost.platform.errors import Conflict, NotFound

if TYPE_CHECKING:
    from collections.abc import Callable

    from signpost.analytics.directory import Directory
    from signpost.instagram.commands import Commands
    from signpost.instagram.installs import Install


class WorkerControl:
    """Every method raises `BadMember`, and `Unavailable` when AWS does not answer.

    The two connections of an account that is connected through both of Meta's products start and stop together.
    """

    def __init__(self, directory: "Directory", commands: "Commands") -> None:
        self._directory, self._commands = directory, commands

    def start(self, address: str) -> WorkerReply:
        """Have everything fetched now, and what is new from then on.

        Raises:
            NotConnected: no connection works.
            AlreadyActive: it is being fetched.
        """
        member, connected = self._connected(address)
        refusals = [_refusal(self._commands.start_sync, each.id) for each in connected]
        if None not in refusals and "already_active" in refusals:
            raise AlreadyActive(f"Worker id {member} is already active.")
        if None not in refusals:
            raise NotConnected("The account is not connected, or its connection has ended: connect it again.")
        return WorkerReply(status=200, workid=member, workerid="001", newstate="started")

    def stop(self, address: str) -> WorkerReply:
        """Have nothing more fetched. A running sync ends before its next page.

        Raises:
            NotActive: it is not synced anyway.
        """
        member, connected = self._connected(address)
        if None not in [_refusal(self._commands.stop_sync, each.id) for each in connected]:
            raise NotActive(f"Worker id {member} is not active.")
        return WorkerReply(status=200, workid=member, workerid="001", newstate="idle")

    def _connected(self, address: str) -> "tuple[str, list[Install]]":
        found = self._directory.find(address)
        return found.member.id, [each for each in found.installs if each.is_connected]


def _refusal(command: "Callable[[str], None]", install_id: str) -> str | None:
    """Why a command was refused, as the code of its error. None: it was obeyed."""
    try:
        command(install_id)
    except (Conflict, NotFound) as error:
        return error.code
    return None
