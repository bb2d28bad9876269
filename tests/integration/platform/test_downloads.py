"""Links to files that are too large for a reply."""

from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.stub import Stubber

from signpost.platform import aws
from signpost.platform.downloads import Download


def link(monkeypatch: pytest.MonkeyPatch, region: str, endpoint: str = "") -> str:
    """To a file in a bucket of this region."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", region)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "made-up")
    if endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    client = aws.s3.__wrapped__()
    with Stubber(client) as stub:
        stub.add_response("create_multipart_upload", {"UploadId": "1"})
        stub.add_response("upload_part", {"ETag": "1"})
        stub.add_response("complete_multipart_upload", {})
        download = Download(client, "exports-1", "clicks/a.csv", "text/csv", "a.csv", in_reply=1)
        download.write("a,b")
        url = download.finish().url
    assert url is not None
    return url


@pytest.mark.parametrize(
    ("region", "domain"),
    [
        ("us-east-1", "amazonaws.com"),
        ("eu-central-1", "amazonaws.com"),
        ("ap-south-2", "amazonaws.com"),  # switched on by hand, and unknown to the global host
        ("cn-north-1", "amazonaws.com.cn"),
    ],
)
def test_a_link_is_signed_for_the_host_of_its_region(region: str, domain: str, monkeypatch: pytest.MonkeyPatch) -> None:
    url = urlsplit(link(monkeypatch, region))
    query = parse_qs(url.query)

    # The global host redirects to other regions, where the signature is wrong; version 2 has been refused since 2020.
    assert (url.scheme, url.netloc, url.path) == ("https", f"exports-1.s3.{region}.{domain}", "/clicks/a.csv")
    assert query["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    assert query["X-Amz-Credential"][0].split("/")[2] == region
    assert query["X-Amz-Expires"] == ["900"]


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:4566", "http://host.docker.internal:4566"])
def test_on_the_local_stack_a_link_is_for_its_one_host(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # There is no name for each bucket.
    assert link(monkeypatch, "us-east-1", endpoint).startswith(f"{endpoint}/exports-1/clicks/a.csv?X-Amz-")
