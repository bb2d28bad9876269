"""The console's pages about operation, through the handler, on the template's queues."""

import json
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from signpost.analytics.member_store import MemberStore
from signpost.analytics.members import Member
from signpost.platform import aws
from signpost.tracking.campaigns.campaign import Campaign, Creation
from signpost.tracking.campaigns.store import CampaignStore
from tests.aws import Aws, empty, empty_queue
from tests.aws_calls import answered, failing
from tests.integration.console.conftest import Visitor
from tests.integration.console.test_pages import text
from tests.integration.tracking.world import World

GIVEN_UP, WORK = "MediaFetchFailures", "MediaFetchJobs"
PAGE = f"/fp/operations/{GIVEN_UP}"


@pytest.fixture(autouse=True)
def _nothing_waits(signpost_application: object) -> None:
    empty("Members")
    for name in (GIVEN_UP, WORK, "ClickRollupFailures"):
        empty_queue(name)


def give_up(data: Aws, queue: str = GIVEN_UP, **body: Any) -> str:
    sqs = data.client("sqs")
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    message: str = sqs.send_message(QueueUrl=url, MessageBody=json.dumps(body))["MessageId"]
    return message


def waiting(data: Aws, queue: str) -> int:
    url = data.client("sqs").get_queue_url(QueueName=queue)["QueueUrl"]
    found = data.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
    return int(found["Attributes"]["ApproximateNumberOfMessages"])


def test_what_was_given_up_is_shown_with_its_reason_and_without_its_text(owner: Visitor, data: Aws) -> None:
    message = give_up(data, install="instagram-7", note="<b>Nora's address</b>")
    logs = data.client("logs")
    logs.create_log_stream(logGroupName="MediaFetchLogs", logStreamName="console")
    line = {"message": "fetch put off", "message_id": message, "reason": "<i>Unavailable</i>: Meta is not answering."}
    event = {"timestamp": int(time.time() * 1000) + 1000, "message": json.dumps(line)}
    logs.put_log_events(logGroupName="MediaFetchLogs", logStreamName="console", logEvents=[event])

    for address in ("/fp/operations", PAGE):
        page = owner.get(address)
        said = text(page)
        assert "install instagram-7" in said
        assert "fetch put off: <i>Unavailable</i>: Meta is not answering." in said
        assert "<i>" not in page["body"]
        assert "Nora" not in page["body"]
    assert "1 message given up: media-fetch" in text(owner.get("/fp")) or "Make your first link" in text(
        owner.get("/fp")
    )
    logs.delete_log_stream(logGroupName="MediaFetchLogs", logStreamName="console")


def test_it_is_put_back_once_with_the_forms_token_only(owner: Visitor, data: Aws) -> None:
    give_up(data, install="instagram-7")
    give_up(data, install="instagram-8")

    assert owner.post(PAGE, {})["statusCode"] == 403
    assert waiting(data, WORK) == 0
    token = owner.token(PAGE)
    reply = owner.post(PAGE, {"form_token": token})

    assert (reply["statusCode"], reply["headers"]["location"]) == (303, "/fp/operations?done=put-back")
    assert (waiting(data, GIVEN_UP), waiting(data, WORK)) == (0, 2)
    assert owner.post(PAGE, {"form_token": token})["statusCode"] == 303
    assert waiting(data, WORK) == 2
    assert "The messages are being put back." in text(owner.get(reply["headers"]["location"]))
    assert "Nothing is left here." in text(owner.get(PAGE))


def test_while_sqs_is_putting_back_it_says_how_far_it_is_and_is_not_asked_again(owner: Visitor, data: Aws) -> None:
    give_up(data, install="instagram-7")
    token = owner.token(PAGE)
    task = {"Status": "RUNNING", "ApproximateNumberOfMessagesMoved": 1, "ApproximateNumberOfMessagesToMove": 4}
    running = answered(aws.sqs(), "sqs.ListMessageMoveTasks", lambda _params: {"Results": [task]})
    refusal = ClientError({"Error": {"Code": "AWS.SimpleQueueService.UnsupportedOperation"}}, "StartMessageMoveTask")

    with running:
        page = owner.get("/fp/operations")
        assert "Putting back 1 of 4 put back" in text(page)
        assert f'href="{PAGE}"' not in page["body"]
    with failing(aws.sqs(), "sqs.StartMessageMoveTask", refusal):
        reply = owner.post(PAGE, {"form_token": token})
        assert reply["statusCode"] == 409
        assert "Its messages are being put back already." in reply["body"]
    assert waiting(data, GIVEN_UP) == 1


def test_records_of_a_stream_cannot_be_put_back(owner: Visitor, data: Aws) -> None:
    give_up(data, "ClickRollupFailures", sequence="7", reason="not a click")

    said = text(owner.get("/fp/operations"))
    assert "sequence 7, reason not a click" in said
    assert "These cannot be put back" in said
    token = owner.token("/fp/zone")
    assert owner.post("/fp/operations/ClickRollupFailures", {"form_token": token})["statusCode"] == 404
    assert waiting(data, "ClickRollupFailures") == 1


@pytest.mark.parametrize("name", [WORK, "Nothing", "Campaigns"])
def test_only_queues_of_failures_have_a_page(owner: Visitor, name: str) -> None:
    assert owner.get(f"/fp/operations/{name}")["statusCode"] == 404


def test_without_a_session_nothing_is_shown_or_put_back(visitor: Visitor, data: Aws) -> None:
    give_up(data, install="instagram-7")

    for reply in (visitor.get("/fp/operations"), visitor.get(PAGE), visitor.post(PAGE, {"form_token": "x"})):
        assert reply["statusCode"] == 303
        assert reply["headers"]["location"].startswith("/fp/login")
    assert waiting(data, GIVEN_UP) == 1


def test_the_page_is_there_while_services_do_not_answer(owner: Visitor) -> None:
    with failing(aws.sqs(), "sqs.GetQueueAttributes"), failing(aws.cloudwatch(), "cloudwatch.GetMetricData"):
        said = text(owner.get("/fp/operations"))

    assert "SQS does not answer." in said
    assert "CloudWatch does not answer." in said


def test_the_overview_names_what_needs_somebody_and_for_operators_the_members(
    owner: Visitor, world: World, data: Aws
) -> None:
    soon, over = "2026-11-22T07:00:00Z", "2026-11-20T07:00:00Z"
    for slug, fields in (("soon", {"expires_at": soon}), ("over", {"expires_at": over}), ("used", {"max_clicks": 1})):
        creation = Creation(redirect_url="https://shop.example/", slug=slug, **fields)
        made = Campaign.create(int(world.campaign()), creation, world.now - 86_400 * 7)
        assert CampaignStore(aws.dynamodb(), "Campaigns").create(made)
        if slug == "used":
            world.roll_up(world.click(str(made.id)))
    give_up(data, install="instagram-7")
    MemberStore(aws.dynamodb(), "Members").create(Member("17841", world.now, title="<Nora>"))

    said = text(owner.get("/fp?admin=1"))

    assert "1 message given up: media-fetch" in said
    assert "soon: ends soon" in said
    assert "over: ended" in said
    assert "used: used up 1 of 1 clicks are used." in said
    assert "<Nora> 17841" in said
    assert "Members" not in text(owner.get("/fp"))
