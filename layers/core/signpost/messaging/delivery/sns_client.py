"""SNS: SMS to phone numbers, and pushes to the endpoints of its platform applications.

Errors: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html and API_CreatePlatformEndpoint.html. Those that get
out of here do not quote what was sent, nor to whom.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from signpost.messaging.delivery.endpoint_errors import BadToken, Disabled, Gone
from signpost.platform import providers
from signpost.platform.sending import MaybeSent, NotSent

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sns.type_defs import MessageAttributeValueTypeDef

_TRANSACTIONAL: Final = {"AWS.SNS.SMS.SMSType": "Transactional"}


class SmsClient:
    """`client` must not retry. `sender_id`: what is shown as the sender, in countries that allow it; empty for none."""

    def __init__(self, client: "SNSClient", sender_id: str) -> None:
        self._client, self._sender = client, {"AWS.SNS.SMS.SenderID": sender_id} if sender_id else {}

    def send(self, phone: str, text: str) -> None:
        """Raises `NotSent` or `MaybeSent`."""
        described = _attributes({**_TRANSACTIONAL, **self._sender})
        providers.sent(
            lambda: self._client.publish(PhoneNumber=phone, Message=text, MessageAttributes=described),
        )


class PushClient:
    """`client` must not retry. `applications`: the ARN of the platform application of each platform that has one."""

    def __init__(self, client: "SNSClient", applications: Mapping[str, str]) -> None:
        self._client = client
        self._applications = {platform: arn for platform, arn in applications.items() if arn}

    def reaches(self, platform: str) -> bool:
        return platform in self._applications

    def endpoint(self, platform: str, token: str) -> str:
        """SNS's address for a push token; the same each time.

        Raises:
            BadToken: no such token is possible.
            NotSent: not for now.
        """
        application = self._applications[platform]
        try:
            reply = providers.sent(
                lambda: self._client.create_platform_endpoint(PlatformApplicationArn=application, Token=token),
                {"InvalidParameter": BadToken},
            )
        except MaybeSent as error:
            raise NotSent(error.reason, is_passing=True) from None
        return reply["EndpointArn"]

    def send(self, endpoint: str, message: str, attributes: Mapping[str, str]) -> None:
        """Send what `payloads.written` returned.

        Raises:
            Disabled: the app is gone from the device, or has another token.
            Gone: SNS no longer knows the endpoint.
            NotSent, MaybeSent
        """
        providers.sent(
            lambda: self._client.publish(
                TargetArn=endpoint,
                Message=message,
                MessageStructure="json",
                MessageAttributes=_attributes(attributes),
            ),
            {"EndpointDisabled": Disabled, "EndpointDisabledException": Disabled, "NotFound": Gone},
        )

    def delete(self, endpoint: str) -> None:
        """So that the same token gets a new one, which is enabled. Raises `NotSent`."""
        try:
            providers.sent(lambda: self._client.delete_endpoint(EndpointArn=endpoint))
        except MaybeSent as error:
            raise NotSent(error.reason, is_passing=True) from None


def _attributes(values: Mapping[str, str]) -> "dict[str, MessageAttributeValueTypeDef]":
    return {name: {"DataType": "String", "StringValue": value} for name, value in values.items()}
