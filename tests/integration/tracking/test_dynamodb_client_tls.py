"""The redirect's DynamoDB client over TLS, which is how it speaks to AWS."""

import datetime as dt
import ipaddress
import ssl
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from signpost.tracking.redirect.dynamodb_client import AwsCredentials, Client, Endpoint
from signpost.tracking.redirect.errors import DynamoDBError
from tests import fault_server as server
from tests.fault_server import FaultServer

PUT = {"TableName": "Clicks", "Item": {"click": {"S": "01"}}}


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A self-signed certificate for 127.0.0.1 and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a stand-in for DynamoDB")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "certificate.pem"
    encoding, no_password = serialization.Encoding.PEM, serialization.NoEncryption()
    file.write_bytes(
        made.public_bytes(encoding) + key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, no_password)
    )
    return file


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


@pytest.fixture
def dynamodb(certificate: Path) -> Iterator[FaultServer]:
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate)
    with FaultServer(tls).running() as running:
        running.script = [server.answer({})]
        yield running


def endpoint(dynamodb: FaultServer) -> Endpoint:
    return Endpoint(tls=True, address="127.0.0.1", port=dynamodb.port, host="dynamodb.local", region="eu-west-1")


@pytest.mark.usefixtures("trusted")
def test_calls_share_one_session(dynamodb: FaultServer) -> None:
    with closing(Client(endpoint(dynamodb), AwsCredentials("a", "s"))) as client:
        assert [client.call("PutItem", PUT, 30) for _ in range(3)] == [{}] * 3

    assert dynamodb.connections == 1


@pytest.mark.usefixtures("trusted")
def test_a_session_that_was_closed_while_idle_is_opened_again(dynamodb: FaultServer) -> None:
    dynamodb.script = [server.then(server.answer({}), server.close), server.answer({})]

    with closing(Client(endpoint(dynamodb), AwsCredentials("a", "s"))) as client:
        assert [client.call("PutItem", PUT, 30) for _ in range(2)] == [{}] * 2

    assert dynamodb.connections == 2


def test_an_untrusted_certificate_is_refused(dynamodb: FaultServer) -> None:
    with (
        closing(Client(endpoint(dynamodb), AwsCredentials("a", "s"))) as client,
        pytest.raises(DynamoDBError, match="NoAnswer: SSLCertVerificationError"),
    ):
        client.call("PutItem", PUT, 30)

    assert dynamodb.requests == []


@pytest.mark.usefixtures("trusted")
def test_a_certificate_for_another_name_is_refused(dynamodb: FaultServer) -> None:
    elsewhere = endpoint(dynamodb)._replace(address="localhost")

    with (
        closing(Client(elsewhere, AwsCredentials("a", "s"))) as client,
        pytest.raises(DynamoDBError, match="NoAnswer: SSLCertVerificationError"),
    ):
        client.call("PutItem", PUT, 30)
