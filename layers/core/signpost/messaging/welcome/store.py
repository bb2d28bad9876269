"""Who welcomes whom, in the table Messaging."""

from signpost.messaging import keys, users
from signpost.platform.dynamodb import Item, Table


class WelcomeStore:
    """Every method raises `Unavailable` when DynamoDB does not answer."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def username(self, user: int) -> str | None:
        """None: there is no such user any more."""
        profile = self._present(user)
        return profile["username"] if profile else None

    def holder(self, username: str) -> int | None:
        """Who has this username, and has verified."""
        found = self._table.get(keys.username(username)) if username else None
        return found["user"] if found and self._present(found["user"]) else None

    def was_sent(self, guid: str) -> bool:
        return self._table.get(keys.guid(guid)) is not None

    def _present(self, user: int) -> Item | None:
        profile = self._table.get(keys.profile(user))
        return profile if users.is_present(profile) else None
