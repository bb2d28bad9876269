"""Sends e-mails through SES, and recognises the errors after which one was certainly not sent.

Errors of SES: https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
"""

from typing import TYPE_CHECKING, Final

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,  # noqa: A004  (botocore's: no connection was made)
    CredentialRetrievalError,
    NoCredentialsError,
    ParamValidationError,
)

from signpost.instagram.tokens.mails import Mail, MailRefused, MailUnknown
from signpost.platform.aws import error_code

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sesv2.type_defs import ContentTypeDef

_SERVER_ERROR: Final = 500
_NOT_NOW: Final = 503  # refused before SES did anything
# The request did not reach SES.
_NEVER_LEFT: Final = (ConnectionError, NoCredentialsError, CredentialRetrievalError, ParamValidationError)


class Mailer:
    """`client` must not retry."""

    def __init__(self, client: "SESV2Client", sender: str) -> None:
        self._client, self._sender = client, sender

    def send(self, address: str, mail: Mail) -> str:
        """Send an e-mail; returns the id that SES gave it.

        Raises:
            MailRefused: it was not sent.
            MailUnknown: it may have been sent.
        """
        try:
            reply = self._client.send_email(
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": [address]},
                Content={
                    "Simple": {
                        "Subject": _part(mail.subject),
                        "Body": {"Text": _part(mail.text), "Html": _part(mail.html)},
                    }
                },
            )
        except ClientError as error:
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
            reason = error_code(error)
            unknown = status >= _SERVER_ERROR and status != _NOT_NOW
        except BotoCoreError as error:
            reason, unknown = type(error).__name__, not isinstance(error, _NEVER_LEFT)
        else:
            return reply["MessageId"]
        # Raised out here, because those errors may quote the address.
        raise MailUnknown(reason) if unknown else MailRefused(reason)


def _part(text: str) -> "ContentTypeDef":
    return {"Data": text, "Charset": "UTF-8"}
