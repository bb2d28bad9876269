"""Connected accounts, stored as logins store them."""

from signpost.instagram import app_tokens
from signpost.instagram.installs import Install, item
from tests import dynamodb

INSTALLS = "InstagramInstalls"
NOW = 1_795_244_400.0


def store(install: Install, *tokens: str) -> Install:
    """An install with these app tokens, and the items that lead to it."""
    hashes = {app_tokens.hashed(each): NOW for each in tokens}
    dynamodb.put(INSTALLS, {**item(install), "app_tokens": hashes})
    key = f"account#{install.instagram_business_account_id}"
    there = dynamodb.get(INSTALLS, key=key).get("installs", set())
    dynamodb.put(INSTALLS, {"key": key, "installs": {*there, install.id}})
    return install


def forget(install: Install) -> None:
    """What erasing it leaves: nothing."""
    account = f"account#{install.instagram_business_account_id}"
    left = set(dynamodb.get(INSTALLS, key=account).get("installs", ())) - {install.id}
    dynamodb.table(INSTALLS).delete_item(Key={"key": install.id})
    if left:
        dynamodb.put(INSTALLS, {"key": account, "installs": left})
    else:
        dynamodb.table(INSTALLS).delete_item(Key={"key": account})
