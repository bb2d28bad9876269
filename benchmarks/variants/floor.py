"""The floor: signs and sends the one PutItem over a kept connection, and redirects.

It has no rules, reads nothing and retries nothing: with `http.client`, a redirect that counts its click can hardly cost
less.
"""

import hmac
import http.client
import json
import os
import time
from hashlib import sha256
from typing import Any

REGION = os.environ["AWS_REGION"]
HOST = os.environ["AWS_ENDPOINT_URL_DYNAMODB"].partition("://")[2]
ACCESS_KEY, SECRET_KEY = os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"]
TOKEN = os.environ["AWS_SESSION_TOKEN"]
TARGET = "DynamoDB_20120810.PutItem"
SIGNED = "host;x-amz-date;x-amz-security-token;x-amz-target"
CONNECTION = http.client.HTTPConnection(HOST, timeout=1)
REPLY = {
    "statusCode": 307,
    "headers": {
        "location": "https://example.com/welcome",
        "cache-control": "no-store",
        "x-robots-tag": "noindex",
        "referrer-policy": "no-referrer-when-downgrade",
    },
    "body": "",
}
# What ours stores of the event in events/track_redirect/get.json, except for the key.
ATTRIBUTES = {
    "platform": {"S": "IPhone"},
    "ttl": {"N": "1803023130"},
    "source": {"S": "story"},
    "agent": {
        "S": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        "Version/18.5 Mobile/15E148 Safari/604.1"
    },
    "referrer": {"S": "https://l.instagram.com/"},
    "visitor": {"S": "0123456789abcdef"},
}


def signing_key(day: str) -> bytes:
    key = f"AWS4{SECRET_KEY}".encode()
    for part in (day, REGION, "dynamodb", "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


DAY = time.strftime("%Y%m%d", time.gmtime())  # it does not run past midnight
KEY = signing_key(DAY)


def authorization(body: bytes, stamp: str) -> str:
    scope = f"{DAY}/{REGION}/dynamodb/aws4_request"
    request = (
        f"POST\n/\n\nhost:{HOST}\nx-amz-date:{stamp}\nx-amz-security-token:{TOKEN}\nx-amz-target:{TARGET}\n\n"
        f"{SIGNED}\n{sha256(body).hexdigest()}"
    )
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{sha256(request.encode()).hexdigest()}"
    signature = hmac.digest(KEY, text.encode(), "sha256").hex()
    return f"AWS4-HMAC-SHA256 Credential={ACCESS_KEY}/{scope}, SignedHeaders={SIGNED}, Signature={signature}"


def headers(body: bytes, stamp: str) -> dict[str, str]:
    return {
        "Content-Type": "application/x-amz-json-1.0",
        "X-Amz-Date": stamp,
        "X-Amz-Security-Token": TOKEN,
        "X-Amz-Target": TARGET,
        "Authorization": authorization(body, stamp),
    }


def request(now: time.struct_time) -> bytes:
    """The PutItem's body."""
    item = {
        "partition": {"S": time.strftime("373474087649962#%Y-%m-%dT%H#3", now)},
        "click": {"S": os.urandom(13).hex()},  # as long as a ULID
        **ATTRIBUTES,
    }
    return json.dumps({"TableName": "Clicks", "Item": item}, separators=(",", ":")).encode()


def handler(_event: dict[str, Any], _context: object) -> dict[str, Any]:
    now = time.gmtime()
    body = request(now)
    CONNECTION.request("POST", "/", body, headers(body, time.strftime("%Y%m%dT%H%M%SZ", now)))
    response = CONNECTION.getresponse()
    response.read()
    if response.status != http.client.OK:
        raise ConnectionError(response.status)
    return REPLY
