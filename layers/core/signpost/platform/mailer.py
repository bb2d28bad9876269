"""Sends e-mails through SES.

Its errors: https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
"""

from typing import TYPE_CHECKING

from signpost.platform import providers
from signpost.platform.sending import Mail

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sesv2.type_defs import BodyTypeDef, ContentTypeDef


class Mailer:
    """`client` must not retry."""

    def __init__(self, client: "SESV2Client", sender: str) -> None:
        self._client, self._sender = client, sender

    def send(self, address: str, mail: Mail) -> str:
        """Send an e-mail; returns the id that SES gave it.

        Raises:
            NotSent: it was not sent.
            MaybeSent: it may have been sent.
        """
        body: BodyTypeDef = {"Text": _part(mail.text)}
        if mail.html:
            body["Html"] = _part(mail.html)
        reply = providers.sent(
            lambda: self._client.send_email(
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": [address]},
                Content={"Simple": {"Subject": _part(mail.subject), "Body": body}},
            )
        )
        return reply["MessageId"]


def _part(text: str) -> "ContentTypeDef":
    return {"Data": text, "Charset": "UTF-8"}
