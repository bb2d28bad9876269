"""Builds what sends SMS, e-mails and pushes."""

from typing import TYPE_CHECKING, NamedTuple

from signpost.messaging.delivery.outbound import EMAIL, PUSH, SMS, Outbound, Report
from signpost.messaging.delivery.payloads import ANDROID, IOS
from signpost.messaging.delivery.sns_client import PushClient, SmsClient
from signpost.messaging.delivery.store import DeliveryStore
from signpost.platform import aws
from signpost.platform.clock import Clock, system_clock
from signpost.platform.dynamodb import Table
from signpost.platform.mailer import Mailer
from signpost.platform.queue import MessageQueue

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient


class Settings(NamedTuple):
    messaging_table: str
    sms_queue: str
    push_queue: str
    email_queue: str
    mail_from: str
    sms_sender_id: str = ""
    apns_application_arn: str = ""
    fcm_application_arn: str = ""


class Delivery(NamedTuple):
    outbound: Outbound
    queues: dict[str, MessageQueue]  # by channel


def build(
    settings: Settings, *, report: Report, clock: Clock = system_clock, sns: "SNSClient | None" = None
) -> Delivery:
    applications = {IOS: settings.apns_application_arn, ANDROID: settings.fcm_application_arn}
    outbound = Outbound(
        store=DeliveryStore(Table(aws.dynamodb(), settings.messaging_table, "The table of messages")),
        sms=SmsClient(sns or aws.sns(), settings.sms_sender_id),
        pushes=PushClient(sns or aws.sns(), applications),
        mailer=Mailer(aws.sesv2(), settings.mail_from),
        report=report,
        clock=clock,
    )
    urls = {SMS: settings.sms_queue, EMAIL: settings.email_queue, PUSH: settings.push_queue}
    return Delivery(outbound, {channel: MessageQueue(aws.sqs(), url) for channel, url in urls.items()})
