"""Whom to e-mail about an install: its owner, and the owners of the apps that it was connected for."""

from typing import TYPE_CHECKING, NamedTuple

from signpost.instagram.apps.store import SERVICE
from signpost.instagram.installs import Install
from signpost.platform.dynamodb import Key, Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class Owner(NamedTuple):
    """`app_id`: the app to connect the account for; None for the account's own owner."""

    address: str
    app_id: str | None = None


class OwnerStore:
    """Reads the InstagramApps table. `client` is `aws.dynamodb()`."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._table = Table(client, table, SERVICE)

    def owners(self, install: Install) -> tuple[Owner, ...]:
        """One for each address, ignoring case; the account's own first.

        Raises:
            Unavailable: DynamoDB does not answer.
        """
        links = self._table.items(Key("install").eq(install.id), index="by_install")
        keys = [{"app_id": link["app_id"], "part": "app"} for link in links]
        apps = self._table.batch_get(keys, attributes=("app_id", "owner_email"), consistent=False)
        of_apps = [Owner(app.get("owner_email", ""), app["app_id"]) for app in apps]
        found: dict[str, Owner] = {}
        for owner in (Owner(install.owner_email or ""), *sorted(of_apps, key=lambda each: str(each.app_id))):
            address = owner.address.strip()
            if address:
                found.setdefault(address.casefold(), owner._replace(address=address))
        return tuple(found.values())
