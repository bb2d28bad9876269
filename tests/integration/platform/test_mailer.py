"""The mailer, and what it makes of SES's refusals."""

import socket
from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.config import Config
from botocore.stub import Stubber

from signpost.platform.mailer import Mailer
from signpost.platform.sending import Mail, MaybeSent, NotSent
from tests.aws import Aws

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client

MAIL = Mail("Grüße ✓", "Text: ä ✓", "<p>HTML: ä ✓</p>")
SENDER, TO = "signpost@mailer.example", "nora@mailer.example"


@pytest.fixture
def ses(data: Aws) -> Iterator["SESV2Client"]:
    client = boto3.client("sesv2")
    yield client
    client.close()


def test_both_parts_are_sent_as_they_are(data: Aws, ses: "SESV2Client") -> None:
    # Given a sender whose address is verified
    ses.create_email_identity(EmailIdentity=SENDER)

    message_id = Mailer(ses, SENDER).send(TO, MAIL)

    [sent] = [mail for mail in data.sent_mail() if mail["id"] == message_id]
    assert sent.items() >= {"from": SENDER, "to": [TO], **MAIL._asdict()}.items()


def test_a_sender_that_is_not_verified_is_refused(ses: "SESV2Client") -> None:
    with pytest.raises(NotSent) as refused:
        Mailer(ses, "stranger@nowhere.example").send(TO, MAIL)

    assert refused.value.retryable
    assert TO not in f"{refused.value!r}"


@pytest.mark.parametrize(
    ("code", "status", "raised"),
    [
        ("MessageRejected", 400, NotSent),
        ("MailFromDomainNotVerifiedException", 400, NotSent),
        ("AccountSuspendedException", 400, NotSent),
        ("SendingPausedException", 400, NotSent),
        ("TooManyRequestsException", 429, NotSent),
        ("LimitExceededException", 400, NotSent),
        ("AccessDeniedException", 403, NotSent),
        ("ServiceUnavailable", 503, NotSent),
        ("InternalFailure", 500, MaybeSent),
        ("GatewayTimeout", 504, MaybeSent),
    ],
)
def test_an_error_says_whether_the_email_may_have_been_sent(
    ses: "SESV2Client", code: str, status: int, raised: type[Exception]
) -> None:
    said = f"Email address is not verified: {TO}"
    with Stubber(ses) as stubber:
        stubber.add_client_error("send_email", code, said, http_status_code=status)
        with pytest.raises(raised) as caught:
            Mailer(ses, SENDER).send(TO, MAIL)

    assert getattr(caught.value, "reason") == code  # noqa: B009  (of either kind)
    assert TO not in f"{caught.value!r}"
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_without_a_connection_nothing_was_sent(data: Aws) -> None:
    config = Config(retries={"total_max_attempts": 1})
    client = boto3.client("sesv2", endpoint_url="http://127.0.0.1:9", config=config)

    with pytest.raises(NotSent):
        Mailer(client, SENDER).send(TO, MAIL)

    client.close()


def test_without_an_answer_it_may_have_been_sent(data: Aws) -> None:
    # Given a server that takes connections and says nothing
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        config = Config(retries={"total_max_attempts": 1}, read_timeout=0.1)
        client = boto3.client("sesv2", endpoint_url=f"http://127.0.0.1:{port}", config=config)

        with pytest.raises(MaybeSent):
            Mailer(client, SENDER).send(TO, MAIL)

        client.close()
