"""The e-mails, SMS and pushes that the local stack's data server keeps."""

import json
from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from botocore.exceptions import ClientError

from local.runner.data_server import DataServer
from local.runner.processes import Spawner

pytestmark = pytest.mark.slow

SENDER = "signpost@example.com"


@pytest.fixture(scope="module")
def data() -> Iterator[DataServer]:
    spawner = Spawner()
    server = DataServer(spawner, host="127.0.0.1", port=0, log=print)
    yield server
    server.stop()
    spawner.close()


@pytest.fixture(autouse=True)
def identity(data: DataServer) -> None:
    ses = data.client("sesv2")
    if SENDER not in [each["IdentityName"] for each in ses.list_email_identities()["EmailIdentities"]]:
        ses.create_email_identity(EmailIdentity=SENDER)


def send(data: DataServer, to: str, subject: str, sender: str = SENDER) -> str:
    sent = data.client("sesv2").send_email(
        FromEmailAddress=sender,
        Destination={"ToAddresses": [to]},
        Content={
            "Simple": {"Subject": {"Data": subject}, "Body": {"Text": {"Data": "Grüße"}, "Html": {"Data": "<b>"}}}
        },
    )
    return str(sent["MessageId"])


def test_e_mails_are_kept_with_both_parts_newest_first(data: DataServer) -> None:
    first, second = send(data, "ann@example.com", "One"), send(data, "bob@example.com", "Two")
    newest, before = data.sent_mail()[:2]
    assert (newest["id"], before["id"]) == (second, first)
    assert newest["at"] >= before["at"] > 0
    del before["id"], before["at"]
    expected = {
        "kind": "email",
        "from": SENDER,
        "to": ["ann@example.com"],
        "subject": "One",
        "text": "Grüße",
        "html": "<b>",
    }
    assert before == expected


def test_raw_e_mails_are_kept_as_their_parts(data: DataServer) -> None:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = "Grüße", SENDER, "ann@example.com"
    message.set_content("As text")
    message.add_alternative("<p>As HTML</p>", subtype="html")
    data.client("sesv2").send_email(
        FromEmailAddress=SENDER,
        Destination={"ToAddresses": ["ann@example.com"]},
        Content={"Raw": {"Data": bytes(message)}},
    )
    kept = data.sent_mail()[0]
    assert (kept["subject"], kept["text"].strip(), kept["html"].strip()) == ("Grüße", "As text", "<p>As HTML</p>")


def test_what_ses_refuses_is_not_kept(data: DataServer) -> None:
    kept = data.sent_mail()
    with pytest.raises(ClientError):
        send(data, "ann@example.com", "From nobody", sender="nobody@example.org")
    assert data.sent_mail() == kept


def test_sms_are_kept_with_their_attributes(data: DataServer) -> None:
    described = {"AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"}}
    sns = data.client("sns")
    sent = sns.publish(PhoneNumber="+14155550123", Message="Grüße", MessageAttributes=described)

    (kept,) = data.outbox("sms")
    assert kept.pop("at") > 0
    assert kept == {
        "kind": "sms",
        "id": sent["MessageId"],
        "to": ["+14155550123"],
        "text": "Grüße",
        "attributes": {"AWS.SNS.SMS.SMSType": "Transactional"},
    }


def test_pushes_are_kept_with_what_their_platform_gets(data: DataServer) -> None:
    # Given an endpoint of an application for Android
    sns = data.client("sns")
    application = sns.create_platform_application(Name="demo", Platform="GCM", Attributes={})["PlatformApplicationArn"]
    endpoint = sns.create_platform_endpoint(PlatformApplicationArn=application, Token="a-token")["EndpointArn"]

    # When something is pushed to it
    message = json.dumps({"default": "", "GCM": json.dumps({"data": {"a": "b"}}), "APNS": json.dumps({})})
    sns.publish(TargetArn=endpoint, Message=message, MessageStructure="json")

    # Then its part is kept, and to whom it went
    (kept,) = data.outbox("push")
    assert (kept["to"], kept["platform"], kept["payload"]) == (["a-token"], "GCM", {"data": {"a": "b"}})


def test_messages_to_topics_are_not_kept(data: DataServer) -> None:
    before = data.outbox()
    topic = data.client("sns").create_topic(Name="alarms")["TopicArn"]
    data.client("sns").publish(TopicArn=topic, Message="ALARM")
    assert data.outbox() == before
