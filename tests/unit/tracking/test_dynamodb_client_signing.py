import time
from unittest import mock

import botocore.auth
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotocoreCredentials
from hypothesis import given, settings
from hypothesis import strategies as st

from signpost.tracking.redirect.dynamodb_client import AwsCredentials, Endpoint, Signer

printable = st.characters(min_codepoint=33, max_codepoint=126)
secrets = st.text(printable, min_size=1, max_size=60)
hosts = st.from_regex(r"[a-z0-9][a-z0-9.-]{0,30}(:[1-9][0-9]{1,4})?", fullmatch=True)


@settings(max_examples=300)
@given(
    credentials=st.tuples(secrets, secrets, st.one_of(st.just(""), secrets)),
    host=hosts,
    region=st.from_regex(r"[a-z]{2}-[a-z]{4,9}-[0-9]", fullmatch=True),
    target=st.from_regex(r"DynamoDB_20120810\.[A-Za-z]{3,20}", fullmatch=True),
    body=st.binary(max_size=500),
    now=st.integers(min_value=0, max_value=4_000_000_000),
)
def test_signatures_equal_those_of_botocore(
    credentials: tuple[str, str, str], host: str, region: str, target: str, body: bytes, now: int
) -> None:
    access, secret, token = credentials
    signer = Signer(Endpoint(tls=False, address="", port=0, host=host, region=region), AwsCredentials(*credentials))

    ours = dict(line.split(": ", 1) for line in signer.headers(target, body, now).split("\r\n") if line)

    request = AWSRequest("POST", f"http://{host}/", headers={"X-Amz-Target": target, "Host": host}, data=body)
    with mock.patch.object(botocore.auth, "get_current_datetime", return_value=_utc(now)):
        SigV4Auth(BotocoreCredentials(access, secret, token or None), "dynamodb", region).add_auth(request)
    assert ours == dict(request.headers.items())


def test_the_signing_key_follows_the_date() -> None:
    endpoint = Endpoint(tls=False, address="", port=0, host="h", region="eu-west-1")
    kept = Signer(endpoint, AwsCredentials("a", "b"))
    kept.headers("T", b"", 86_399)

    assert kept.headers("T", b"", 86_400) == Signer(endpoint, AwsCredentials("a", "b")).headers("T", b"", 86_400)


def _utc(now: int) -> object:
    class Moment:
        def strftime(self, pattern: str) -> str:
            return time.strftime(pattern, time.gmtime(now))

    return Moment()
