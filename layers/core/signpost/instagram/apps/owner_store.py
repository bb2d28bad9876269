"""Whom to e-mail about an install: the owners of the apps that show it."""

from typing import TYPE_CHECKING, NamedTuple

from signpost.instagram.apps.install_apps_store import InstallAppsStore
from signpost.instagram.installs import Install

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class Owner(NamedTuple):
    """`app_id`: the app to connect the account for."""

    address: str
    app_id: str


class OwnerStore:
    """Reads the InstagramApps table. `client` is `aws.dynamodb()`."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._apps = InstallAppsStore(client, table)

    def owners(self, install: Install) -> tuple[Owner, ...]:
        """One for each address, ignoring case. Whoever only asks to be shown in an app has no owner there.

        Raises:
            Unavailable: DynamoDB does not answer.
        """
        found: dict[str, Owner] = {}
        for app, _ in self._apps.of(install):
            address = (app.owner_email or "").strip()
            if address:
                found.setdefault(address.casefold(), Owner(address, app.app_id))
        return tuple(found.values())
