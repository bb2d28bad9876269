"""Who is sent something: users with devices and messages, an outbox, and SNS with its platform applications."""

from collections.abc import Mapping
from itertools import count
from typing import Any, Final

from signpost.messaging.delivery import wiring
from signpost.messaging.delivery.outbound import Outbound
from signpost.platform import aws, settings
from signpost.platform.ids import ulid
from tests import dynamodb
from tests.aws import Aws, empty

START: Final = 1_795_247_130.0
PHONE: Final = "+14155550123"
USER, MEMBERSHIP = 5, 7
_numbers = count(1)


class World:
    def __init__(self, environment: Mapping[str, str], data: Aws) -> None:
        self.data, self.now = data, START
        sns = aws.sns()
        self.applications = {
            platform: sns.create_platform_application(Name="test", Platform=name, Attributes={})[
                "PlatformApplicationArn"
            ]
            for platform, name in (("ios", "APNS"), ("android", "GCM"))
        }
        self.settings = settings.load(wiring.Settings, environment)._replace(
            sms_sender_id="Signpost",
            apns_application_arn=self.applications["ios"],
            fcm_application_arn=self.applications["android"],
        )
        self.table = self.settings.messaging_table
        self.reports: list[tuple[str, Mapping[str, str]]] = []
        self.outbound = self.build()
        empty(self.table)
        aws.sesv2().create_email_identity(EmailIdentity=self.settings.mail_from)

    def build(self, **changes: str) -> Outbound:
        given = self.settings._replace(**changes)

        def report(metric: str, facts: Mapping[str, str]) -> None:
            self.reports.append((metric, facts))

        return wiring.build(given, report=report, clock=lambda: self.now).outbound

    @property
    def counted(self) -> list[str]:
        return [metric for metric, _ in self.reports]

    # ------------------------------------------------------------------------------------------------- to be sent
    def outbox(self, channel: str, **values: Any) -> dict[str, str]:
        """The job of a new item."""
        made = ulid(self.now)
        item = {"pk": f"outbox#{made}", "sk": channel, "event": "test", "ttl": int(self.now) + 86_400, **values}
        dynamodb.put(self.table, item)
        return {"channel": channel, "outbox": made}

    def sms(self) -> dict[str, str]:
        return self.outbox("sms", to=PHONE, text=f"Signpost code: {next(_numbers):04}")

    def push(self, **values: Any) -> dict[str, str]:
        return self.outbox("push", user=USER, **{"alert": "Ada just joined", "data": {"user": 8}, **values})

    def email(self) -> dict[str, str]:
        return self.outbox("email", to="nora@example.com", subject=f"Hello {next(_numbers)}", text="Welcome")

    def message(self, *, members: int = 2, unread: int = 1, **values: Any) -> dict[str, Any]:
        """The job of a message to the user, who has so many conversations with something unread."""
        made = ulid(self.now)
        key = {"pk": f"user#{USER}", "sk": f"message#{MEMBERSHIP}#{made}", "unseen": f"{MEMBERSHIP}#{made}"}
        content = {"type": "text", "content": {"text": "At eight?"}, "guid": "g1", "sender": 6, "sender_name": "Ben"}
        dynamodb.put(self.table, {**key, **content, "sent_at": self.now, **values})
        for number in range(MEMBERSHIP, MEMBERSHIP + unread):
            place = {"pk": f"user#{USER}", "sk": f"membership#{number}", "id": number, "unseen": f"!{number}"}
            dynamodb.put(self.table, {**place, "members": members})
        return {"user": USER, "membership": MEMBERSHIP, "message": made}

    def device(self, number: int, platform: str, token: str = "") -> str:
        """Its push token, which is new."""
        token = token or f"push-token-{next(_numbers)}"
        item = {"pk": f"user#{USER}", "sk": f"device#{number}", "platform": platform, "push_token": token}
        dynamodb.put(self.table, {**self.stored_device(number), **item})
        return token

    def stored_device(self, number: int) -> dict[str, Any]:
        return dynamodb.get(self.table, pk=f"user#{USER}", sk=f"device#{number}")

    # ------------------------------------------------------------------------------------------------------- sent
    def texts(self, job: Mapping[str, str]) -> list[dict[str, Any]]:
        """The SMS that were sent for this job."""
        item = dynamodb.get(self.table, pk=f"outbox#{job['outbox']}", sk="sms")
        return [each for each in self.data.sent_sms() if each["text"] == item["text"]]

    def pushes(self, token: str) -> list[dict[str, Any]]:
        return [each for each in self.data.sent_pushes() if each["to"] == [token]]

    def mails(self, job: Mapping[str, str]) -> list[dict[str, Any]]:
        item = dynamodb.get(self.table, pk=f"outbox#{job['outbox']}", sk="email")
        return [each for each in self.data.sent_mail() if each["subject"] == item["subject"]]
