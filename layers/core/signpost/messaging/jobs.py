"""The messages in the queue of jobs. Each may come more than once, and any two at the same time.

{"job": "fan_out", "conversation", "ulid"}  make the copies of a message that its sender's transaction left out
{"job": "clear", "user", "membership"}      clear what was in a conversation that the user left
{"job": "join", "conversation"}             let those join for whom there was no room when it was created
{"job": "welcome", "user"}                  begin a conversation with a user who joined a day ago
{"job": "registered", "user"}               let a user join what the phone was invited to, and notify those who have it
{"job": "delete_user", "user"}              erase a user who asked for it
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from signpost.platform.errors import InvalidInput

FAN_OUT: Final = "fan_out"
CLEAR: Final = "clear"
JOIN: Final = "join"
WELCOME: Final = "welcome"
REGISTERED: Final = "registered"
DELETE_USER: Final = "delete_user"
_MOST: Final = 2**63


class NotAJob(InvalidInput):
    code = "not_a_job"


class Job(NamedTuple):
    """What a message does not name is 0 or empty."""

    name: str
    conversation: int = 0
    user: int = 0
    membership: int = 0
    ulid: str = ""

    def message(self) -> dict[str, object]:
        return {"job": self.name, **{name: value for name, value in self._asdict().items() if value and name != "name"}}


Handlers = Mapping[str, Callable[[Job, Callable[[], bool]], bool]]  # whether all is done, or another job goes on


def read(message: Any) -> Job:
    """Raises `NotAJob`."""
    if not isinstance(message, dict) or not isinstance(message.get("job"), str):
        raise NotAJob("The message is not a job.")
    numbers = {name: message.get(name, 0) for name in ("conversation", "user", "membership")}
    ulid = message.get("ulid", "")
    if not isinstance(ulid, str) or any(type(each) is not int or not 0 <= each < _MOST for each in numbers.values()):
        raise NotAJob("The message does not say what it is about.")
    return Job(message["job"], **numbers, ulid=ulid)
