"""A running stack with a stand-in for Meta, what tests ask of it, and a check that no secret leaked."""

import contextlib
import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import requests

from local.demo import seed
from local.demo.seed import Admin
from local.demo.signpost_stack import SignpostStack
from local.meta import Meta
from local.runner.stack import LocalStack
from tests.e2e.conftest import PASSWORD, USER, wait_until

OWNER = "owner-of-the-widget@example.com"
ADMIN = Admin(USER, PASSWORD)
PATIENCE_S = 300.0
DELAY_S = 1  # of fetches after webhooks


class Scene(NamedTuple):
    signpost: SignpostStack
    lines: list[str]  # everything that the stack and its functions wrote

    @property
    def stack(self) -> LocalStack:
        return self.signpost.stack

    @property
    def meta(self) -> Meta:
        return self.signpost.meta

    def save_app(self, app_id: str, **fields: Any) -> dict[str, Any]:
        """Save an app as its administrator; returns the API's reply."""
        body = {"app_type": "socialFeed", "user": "demo", "is_new": True, "owner_email": OWNER, **fields}
        address = f"{self.stack.url}/admin/instagram/apps/{app_id}"
        answer = requests.put(address, json=body, auth=(USER, PASSWORD), timeout=60)
        assert answer.status_code in {200, 201}, answer.text
        return dict(answer.json())

    def app(self, app_id: str) -> dict[str, Any]:
        address = f"{self.stack.url}/admin/instagram/apps/{app_id}"
        return dict(requests.get(address, auth=(USER, PASSWORD), timeout=60).json())

    def connect(self, provider: str, login: str, app_id: str) -> str:
        """Log in by a link of the app's owner as a browser would; returns the address that it ends at."""
        return self.log_in(self.owners_link(provider, app_id, f"{self.signpost.pages.url}/widget"), login)

    def owners_link(self, provider: str, app_id: str, return_to: str) -> str:
        body = {"return_to": return_to}
        address = f"{self.stack.url}/admin/instagram/apps/{app_id}/connect-links"
        answer = requests.post(address, json=body, auth=(USER, PASSWORD), timeout=60)
        return f"{answer.json()['connect_url']}&provider={provider}"

    def ask(self, provider: str, login: str, app_id: str) -> str:
        """Log in without such a link, as a stranger would; returns the address that it ends at."""
        back = f"{self.signpost.pages.url}/widget"
        return self.log_in(f"{self.stack.url}/showlogin?provider={provider}&app_id={app_id}&return_to={back}", login)

    def new_key(self, app_id: str) -> str:
        """A connect key of the app."""
        address = f"{self.stack.url}/admin/instagram/apps/{app_id}/connect-key"
        return str(requests.post(address, json={}, auth=(USER, PASSWORD), timeout=60).json()["connect_key"])

    def decide(self, app_id: str, install: str, link: str) -> None:
        """Accept or refuse an account, as the app's owner."""
        address = f"{self.stack.url}/admin/instagram/apps/{app_id}/accounts/{install}"
        answer = requests.put(address, json={"link": link}, auth=(USER, PASSWORD), timeout=60)
        assert answer.status_code == 200, answer.text

    def log_in(self, link: str, login: str) -> str:
        return seed.connect(self.signpost, link, login)

    def feed(self, app_id: str, name: str) -> requests.Response:
        """`name` is @account or #tag."""
        query = {"app_id": app_id, "username_or_hashtag": name}
        return requests.get(f"{self.stack.url}/instagram", params=query, timeout=60)

    def captions(self, app_id: str, name: str) -> list[str]:
        return [post["caption"] for post in self.feed(app_id, name).json().get("data", [])]

    def items(self, table: str) -> list[dict[str, Any]]:
        """All items of a table, as typed attributes."""
        pages = self.stack.client("dynamodb").get_paginator("scan").paginate(TableName=table)
        return [item for page in pages for item in page["Items"]]

    def install(self, provider: str, username: str) -> dict[str, Any]:
        """The item of a connection, as typed attributes."""
        key = f"{provider}-{self.meta.account(username).id}"
        items = self.stack.client("dynamodb").get_item(TableName="InstagramInstalls", Key={"key": {"S": key}})
        return dict(items["Item"])

    def imports(self, install: str) -> set[str]:
        """The shortcodes of the posts that were imported for an install's account, through whichever product."""
        return {each.partition("#")[0] for each in self.import_keys(install)}

    def import_keys(self, install: str) -> set[str]:
        """With the apps that they were imported for: `<shortcode>#<app id>`."""
        account = install.partition("-")[2]
        return {item["post"]["S"] for item in self.items("Imports") if item["account"]["S"] == account}

    def posts(self, install: str) -> int:
        """How many posts of an install are stored."""
        stored = [item for item in self.items("Media") if item["owner"]["S"] == install]
        return sum(item["item"]["S"].startswith("media#") for item in stored)

    def fetches(self, install: str, why: str) -> list[str]:
        """How the fetches for this reason ended, oldest first."""
        logged = [line.partition("] ")[2] for line in self.lines if line.startswith("[MediaFetch] {")]
        ended = [each for each in map(json.loads, logged) if each.get("message") == "fetch ended"]
        return [each["result"] for each in ended if (each["install"], each["why"]) == (install, why)]

    def until(self, condition: Callable[[], bool], what: str) -> None:
        wait_until(condition, PATIENCE_S, what)


@contextlib.contextmanager
def scene() -> Iterator[Scene]:
    """A stack on free ports; at its end, no line that it wrote and no item that it stored may hold a secret."""
    lines: list[str] = []
    secrets = {"AdminCredentials": json.dumps({"username": USER, "password": PASSWORD})}
    parameters = {"MediaFetchDelaySeconds": str(DELAY_S)}
    with SignpostStack(parameters=parameters, secrets=secrets, log=lines.append) as signpost:
        signpost.verify_webhooks()
        running = Scene(signpost, lines)
        yield running
        assert leaks(running) == []


def leaks(scene: Scene) -> list[str]:
    """Lines with tokens, codes, keys, secrets or e-mail addresses, and items with any of these but e-mail addresses."""
    state = scene.meta.state
    tokens = {*state.tokens.tokens, *state.tokens.codes}
    key = scene.stack.client("secretsmanager").get_secret_value(SecretId="LoginStateKey")["SecretString"]
    keys = {state.facebook.secret, state.instagram.secret, state.facebook.verify_token, json.loads(key)["key"]}
    secret = tokens | keys
    found = [f"line: {line[:200]}" for line in scene.lines if any(each in line for each in {*secret, OWNER})]
    tables = scene.stack.client("dynamodb").list_tables()["TableNames"]
    for table in tables:
        for item in scene.items(table):
            text = repr(item)
            found += [f"{table}: {list(item.values())[:2]}" for each in secret if each in text]
    return found


def failures(scene: Scene) -> dict[str, int]:
    """How many messages wait in each failure queue that is not empty."""
    sqs = scene.stack.client("sqs")
    waiting = {}
    for url in sqs.list_queues()["QueueUrls"]:
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
        number = int(found["Attributes"]["ApproximateNumberOfMessages"])
        if number and url.endswith("Failures"):
            waiting[url.rpartition("/")[2]] = number
    return waiting
