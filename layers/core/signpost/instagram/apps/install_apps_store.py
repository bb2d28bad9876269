"""The apps that show an install."""

from typing import TYPE_CHECKING, NamedTuple

from signpost.instagram.apps.app import AccountLink, App, app_from_item, link_from_item, link_part
from signpost.instagram.apps.store import APP, SERVICE
from signpost.instagram.installs import Install
from signpost.platform.dynamodb import Key, Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class LinkedApp(NamedTuple):
    app: App
    link: AccountLink


class InstallAppsStore:
    """Reads the InstagramApps table. `client` is `aws.dynamodb()`."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._table = Table(client, table, SERVICE)

    def of(self, install: Install) -> tuple[LinkedApp, ...]:
        """The apps that have accepted it, by their ids. Raises `Unavailable`."""
        return tuple(each for each in self.all_of(install) if each.link.is_accepted)

    def all_of(self, install: Install) -> tuple[LinkedApp, ...]:
        """The same, with those that it asks to be shown in and those that refused it.

        An app that was connected but never saved counts as a new one. Raises `Unavailable`.
        """
        # The index lags by moments, so it may miss the app that the account was connected for just now.
        listed = self._table.items(Key("install").eq(install.id), index="by_install")
        app_ids = {*install.apps, *(link["app_id"] for link in listed)}
        keys = [{"app_id": app_id, "part": part} for app_id in app_ids for part in (APP, link_part(install.id))]
        apps, links = dict[str, App](), list[AccountLink]()
        for item in self._table.batch_get(keys):
            if item["part"] == APP:
                apps[item["app_id"]] = app_from_item(item)
            else:
                links.append(link_from_item(item))
        links.sort(key=lambda link: link.app_id)
        return tuple(LinkedApp(apps.get(link.app_id, App(link.app_id)), link) for link in links)
