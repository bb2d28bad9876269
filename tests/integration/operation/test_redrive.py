"""`make redrive`, on moto in this process."""

import json

import pytest

from local.runner.application import Application
from signpost.operation.redrive.__main__ import main
from tests.aws import Aws, empty_queue


@pytest.fixture(autouse=True)
def _nothing_waits(signpost_application: Application) -> None:
    for name in ("TokenFailures", "TokenJobs", "ClickRollupFailures"):
        empty_queue(name)


def give_up(data: Aws, queue: str) -> None:
    url = data.client("sqs").get_queue_url(QueueName=queue)["QueueUrl"]
    data.client("sqs").send_message(QueueUrl=url, MessageBody=json.dumps({"install": "instagram-7"}))


def test_messages_go_back_to_where_they_came_from(data: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    give_up(data, "TokenFailures")
    give_up(data, "TokenFailures")

    assert main(["TokenFailures", "local"]) == 0
    assert "2 messages put back." in capsys.readouterr().out
    url = data.client("sqs").get_queue_url(QueueName="TokenJobs")["QueueUrl"]
    assert len(data.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]) == 2

    assert main(["TokenFailures", "local"]) == 0
    assert "Nothing waits in TokenFailures." in capsys.readouterr().out


@pytest.mark.parametrize(("name", "code"), [("", 0), ("TokenJobs", 2), ("Nothing", 2)])
def test_without_a_failure_queue_they_are_listed(
    name: str, code: int, data: Aws, capsys: pytest.CaptureFixture[str]
) -> None:
    give_up(data, "ClickRollupFailures")

    assert main([name, "local"]) == code
    listed = capsys.readouterr().out
    assert "      1  ClickRollupFailures" in listed
    assert "TokenJobs" not in listed


def test_what_cannot_be_done_is_said(data: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    give_up(data, "ClickRollupFailures")

    assert main(["ClickRollupFailures", "local"]) == 1
    assert main(["TokenFailures", "nowhere"]) == 1
    assert capsys.readouterr().err.count("Stopped: ") == 2
