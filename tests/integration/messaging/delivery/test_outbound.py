"""What is sent, to whom, how often, and what becomes of it when a provider does not take it."""

from types import ModuleType
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from moto.backends import get_backend

from signpost.platform import aws
from signpost.platform.errors import InvalidInput, Unavailable
from tests.aws_calls import failing, just_before
from tests.integration.conftest import Handlers
from tests.integration.messaging.delivery.world import MEMBERSHIP, PHONE, World
from tests.integration.test_api_permissions import Right, granted, used
from tests.logs import logged_by
from tests.samples import sample

__all__ = ["used"]  # a fixture

PUBLISH = "sns.Publish"


def refusal(code: str, status: int) -> ClientError:
    said = {"Code": code, "Message": f"Invalid parameter: {PHONE}"}
    return ClientError({"Error": said, "ResponseMetadata": {"HTTPStatusCode": status}}, "Publish")  # type: ignore[typeddict-item]


THROTTLED, REFUSED, BROKEN = refusal("Throttled", 429), refusal("InvalidParameter", 400), refusal("InternalError", 500)
SILENT = ReadTimeoutError(endpoint_url="https://sns")


# ------------------------------------------------------------------------------------------------- SMS and e-mails
def test_an_sms_is_sent_once_however_often_its_job_is_delivered(world: World) -> None:
    """AC-C48: the given text, to the given number."""
    job = world.sms()

    for _ in range(3):
        world.outbound.deliver(job)

    (sent,) = world.texts(job)
    assert sent["to"] == [PHONE]
    assert sent["attributes"] == {"AWS.SNS.SMS.SMSType": "Transactional", "AWS.SNS.SMS.SenderID": "Signpost"}
    assert world.counted == ["SmsSent"]


def test_two_who_have_the_same_job_at_once_send_it_once(world: World) -> None:
    job = world.sms()

    with just_before(aws.dynamodb(), "dynamodb.UpdateItem", lambda: world.outbound.deliver(job)):
        world.outbound.deliver(job)

    assert len(world.texts(job)) == 1


def test_an_email_is_sent_once_as_text(world: World) -> None:
    job = world.email()

    world.outbound.deliver(job)
    world.outbound.deliver(job)

    (sent,) = world.mails(job)
    assert (sent["to"], sent["text"], sent["html"]) == (["nora@example.com"], "Welcome", None)


def test_what_a_provider_throttles_is_sent_later(world: World) -> None:
    job = world.sms()
    with failing(aws.sns(), PUBLISH, THROTTLED), pytest.raises(Unavailable) as caught:
        world.outbound.deliver(job)
    assert PHONE not in str(caught.value)

    world.outbound.deliver(job)

    assert len(world.texts(job)) == 1


@pytest.mark.parametrize(("error", "metric"), [(REFUSED, "SmsRefused"), (BROKEN, "SmsUnknown"), (SILENT, "SmsUnknown")])
def test_what_is_refused_for_good_or_may_have_been_sent_is_not_tried_again(
    world: World, error: Exception, metric: str
) -> None:
    job = world.sms()
    with failing(aws.sns(), PUBLISH, error):
        world.outbound.deliver(job)

    world.outbound.deliver(job)

    assert world.texts(job) == []
    assert world.counted == [metric]
    assert PHONE not in str(world.reports)


def test_what_has_expired_is_not_sent(world: World) -> None:
    job = world.sms()
    world.now += 86_400

    world.outbound.deliver(job)

    assert world.texts(job) == []


# ---------------------------------------------------------------------------------------------------------- pushes
def test_a_text_message_is_told_to_all_devices_with_the_badge(world: World) -> None:
    phone, tablet, browser = world.device(1, "ios"), world.device(2, "android"), world.device(3, "general")

    world.outbound.deliver(world.message(unread=3))

    (push,) = world.pushes(phone)
    assert push["payload"] == {
        "aps": {"alert": "Ben sent you a message", "badge": 3, "sound": "default", "content-available": 1},
        "data": {"uuid": "g1", "conversation_id": MEMBERSHIP},
    }
    assert push["attributes"]["AWS.SNS.MOBILE.APNS.PUSH_TYPE"] == "alert"
    (push,) = world.pushes(tablet)
    assert push["payload"]["fcmV1Message"]["message"] == {
        "notification": {"body": "Ben: At eight?"},
        "data": {"uuid": "g1", "conversation_id": str(MEMBERSHIP)},
        "android": {"priority": "high", "collapse_key": "new_message"},
    }
    assert world.pushes(browser) == []


def test_a_video_in_a_group_only_wakes_android_up(world: World) -> None:
    phone, tablet = world.device(1, "ios"), world.device(2, "android")

    world.outbound.deliver(world.message(members=3, type="video", content={"url": "x"}))

    assert world.pushes(phone)[0]["payload"]["aps"]["alert"] == "Ben sent a message"
    message = world.pushes(tablet)[0]["payload"]["fcmV1Message"]["message"]
    assert "notification" not in message
    assert message["data"]["sync"] == "true"


def test_a_message_that_was_seen_deleted_or_sent_long_ago_is_not_told(world: World) -> None:
    token = world.device(1, "ios")
    late, gone = world.message(), {**world.message(), "message": "01ARZ3NDEKTSV4RRFFQ69G5FAV"}
    world.now += 3_601
    seen = world.message()
    aws.dynamodb().update_item(
        TableName=world.table,
        Key={"pk": {"S": "user#5"}, "sk": {"S": f"message#{MEMBERSHIP}#{seen['message']}"}},
        UpdateExpression="REMOVE unseen",
    )

    for job in (late, gone, seen):
        world.outbound.deliver(job)

    assert world.pushes(token) == []


def test_a_silent_push_has_no_words_and_a_low_priority(world: World) -> None:
    token = world.device(1, "ios")

    world.outbound.deliver(world.push(silent=True))

    (push,) = world.pushes(token)
    assert push["payload"]["aps"] == {"content-available": 1}
    assert push["attributes"] == {
        "AWS.SNS.MOBILE.APNS.PUSH_TYPE": "background",
        "AWS.SNS.MOBILE.APNS.PRIORITY": "5",
    }


def test_a_device_that_has_to_wait_keeps_no_other_from_its_push_and_gets_its_own_later(world: World) -> None:
    first, second = world.device(1, "ios"), world.device(2, "android")
    job, failed = world.message(), list[int]()

    def fail_once(**_: Any) -> None:
        if not failed:
            failed.append(1)
            raise THROTTLED

    aws.sns().meta.events.register("before-call.sns.Publish", fail_once)
    try:
        with pytest.raises(Unavailable):
            world.outbound.deliver(job)
    finally:
        aws.sns().meta.events.unregister("before-call.sns.Publish", fail_once)
    assert len(world.pushes(first)) + len(world.pushes(second)) == 1

    world.outbound.deliver(job)
    world.outbound.deliver(job)

    assert (len(world.pushes(first)), len(world.pushes(second))) == (1, 1)


def test_an_endpoint_is_made_once_for_each_token(world: World) -> None:
    old = world.device(1, "ios")
    world.outbound.deliver(world.push())
    endpoint = world.stored_device(1)["endpoint"]
    world.outbound.deliver(world.push())
    assert (world.stored_device(1)["endpoint"], len(world.pushes(old))) == (endpoint, 2)

    # When the app sends another token, the old endpoint is not used for it
    new = world.device(1, "ios")
    world.outbound.deliver(world.push())

    assert (len(world.pushes(old)), len(world.pushes(new))) == (2, 1)


def test_a_token_that_reaches_nobody_any_more_is_forgotten(world: World) -> None:
    token = world.device(1, "ios")
    world.outbound.deliver(world.push())
    endpoint = world.stored_device(1)["endpoint"]
    aws.sns().set_endpoint_attributes(EndpointArn=endpoint, Attributes={"Enabled": "false"})
    _disable(endpoint)

    world.outbound.deliver(world.push())

    assert not {"push_token", "endpoint", "endpoint_token"} & set(world.stored_device(1))
    assert world.counted[-1] == "PushTokensForgotten"
    # Then the same token works again once the app sends it
    world.device(1, "ios", token)
    world.outbound.deliver(world.push())
    assert len(world.pushes(token)) == 2


def test_an_endpoint_that_sns_does_not_know_is_made_anew(world: World) -> None:
    token = world.device(1, "ios")
    world.outbound.deliver(world.push())
    aws.sns().delete_endpoint(EndpointArn=world.stored_device(1)["endpoint"])

    world.outbound.deliver(world.push())

    assert len(world.pushes(token)) == 2


def test_a_token_that_is_impossible_is_forgotten(world: World) -> None:
    world.device(1, "android")
    with failing(aws.sns(), "sns.CreatePlatformEndpoint", REFUSED):
        world.outbound.deliver(world.push())

    assert "push_token" not in world.stored_device(1)


@pytest.mark.parametrize("error", [THROTTLED, BROKEN, refusal("AuthorizationError", 403)])
def test_without_an_endpoint_the_push_waits(world: World, error: Exception) -> None:
    token, job = world.device(1, "ios"), world.push()
    with failing(aws.sns(), "sns.CreatePlatformEndpoint", error), pytest.raises(Unavailable):
        world.outbound.deliver(job)

    world.outbound.deliver(job)

    assert len(world.pushes(token)) == 1


def test_without_platform_applications_pushes_are_only_counted(world: World) -> None:
    token = world.device(1, "ios")

    world.build(apns_application_arn="", fcm_application_arn="").deliver(world.push())

    assert world.pushes(token) == []
    assert world.counted == ["PushesUnsent"]


# --------------------------------------------------------------------------------------------------------- handler
@pytest.fixture
def function(handlers: Handlers) -> ModuleType:
    return handlers("messaging_outbound")


@pytest.mark.parametrize("name", ["sms", "emails", "pushes"])
def test_the_sample_messages_are_jobs_even_if_what_they_name_is_gone(
    function: ModuleType, world: World, context: Any, name: str
) -> None:
    event = sample("messaging_outbound", name)

    assert function.handler(event, context, outbound=world.outbound) == {"batchItemFailures": []}


def test_what_is_throttled_comes_again_and_what_is_no_job_does_not(
    function: ModuleType, world: World, context: Any
) -> None:
    event = sample("messaging_outbound", "sms")
    job, nonsense = world.sms(), {"channel": "fax"}
    (record,) = event["Records"]
    event["Records"] = [
        {**record, "messageId": str(number), "body": str(each).replace("'", '"')}
        for number, each in enumerate((nonsense, job))
    ]

    with logged_by(function.observer.logger) as log, failing(aws.sns(), PUBLISH, THROTTLED):
        reply = function.handler(event, context, outbound=world.outbound)

    assert reply == {"batchItemFailures": [{"itemIdentifier": "1"}]}
    assert "job given up" in log.getvalue()
    assert PHONE not in log.getvalue()


def test_a_job_needs_ids_of_the_right_kind(world: World) -> None:
    jobs: list[Any] = [{}, [], {"channel": "sms"}, {"user": "5", "membership": 7, "message": "x"}]
    for job in jobs:
        with pytest.raises(InvalidInput):
            world.outbound.deliver(job)


def _disable(endpoint: str) -> None:
    """As SNS does when a provider says that a token is gone; moto takes only its own kind of false."""
    backends: Any = get_backend
    backends("sns")["123456789012"]["us-east-1"].get_endpoint(endpoint).attributes["Enabled"] = False


def test_the_function_has_the_rights_that_it_needs(world: World, used: set[Right]) -> None:
    world.device(1, "ios")

    for job in (world.sms(), world.email(), world.push(), world.message()):
        world.outbound.deliver(job)

    assert used == granted("MessagingOutbound")
