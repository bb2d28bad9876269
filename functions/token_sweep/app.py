"""Keeps tokens alive, and tells owners in time when it cannot. Daily by schedule, and SQS queue TokenJobs.

The schedule puts a message for each install that is due into the queue, and so does its repetition. Messages come at
least once as well: what is done for an install is conditional, so doing it again does nothing. Writes
InstagramInstalls, reads InstagramApps, calls Meta, sends e-mails.
"""

import json
import os
from itertools import islice
from typing import Any, Final, NamedTuple

import requests
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from signpost.instagram.app_secrets import NO_APPS, meta_apps
from signpost.instagram.apps.owner_store import OwnerStore
from signpost.instagram.cipher import TokenCipher
from signpost.instagram.graph.wiring import Graphs
from signpost.instagram.install_store import InstallStore
from signpost.instagram.pause_store import PauseStore
from signpost.instagram.products import GraphSettings
from signpost.instagram.tokens.care import TokenCare, Tools
from signpost.instagram.tokens.mailer import Mailer
from signpost.instagram.tokens.refresh import TokenRefresher
from signpost.instagram.tokens.steps import sweep_days
from signpost.instagram.tokens.store import TokenStore
from signpost.platform import aws, settings
from signpost.platform.clock import system_clock
from signpost.platform.errors import SignpostError
from signpost.platform.queue import MessageQueue
from signpost.platform.secrets import JsonSecret

LAST_TRY: Final = 4  # of the queue's 5: the last one makes an alarm, and a busy Meta is no reason for it
RESERVE_MS: Final = 60_000  # what one install may take when nobody answers in time
AT_ONCE: Final = 1000  # messages


class Settings(NamedTuple):
    installs_table: str
    apps_table: str
    token_queue: str
    token_key: str
    graph_version: str
    graph_fb_base: str
    graph_ig_base: str
    meta_apps_secret: str
    mail_from: str
    public_url: str


SETTINGS = settings.load(Settings, os.environ)
APPS = JsonSecret(aws.secretsmanager(), SETTINGS.meta_apps_secret, meta_apps, NO_APPS)
SESSION = requests.Session()
GRAPHS = Graphs(
    APPS.value,
    GraphSettings(
        version=SETTINGS.graph_version, facebook_graph=SETTINGS.graph_fb_base, instagram_graph=SETTINGS.graph_ig_base
    ),
    SESSION,
)
INSTALLS = InstallStore(aws.dynamodb_json(), SETTINGS.installs_table)
STORE = TokenStore(INSTALLS)
QUEUE = MessageQueue(aws.sqs(), SETTINGS.token_queue)
logger = Logger()
metrics = Metrics()


def report(metric: str, facts: dict[str, str]) -> None:
    metrics.add_metric(metric, MetricUnit.Count, 1)
    logger.info(metric, extra=facts)


CARE = TokenCare(
    Tools(
        STORE,
        OwnerStore(aws.dynamodb_json(), SETTINGS.apps_table),
        TokenCipher(aws.kms(), SETTINGS.token_key),
        TokenRefresher(GRAPHS, PauseStore(INSTALLS)),
        Mailer(aws.sesv2(), SETTINGS.mail_from),
        SETTINGS.public_url,
    ),
    report,
)


def sweep() -> None:
    due, count = STORE.due(sweep_days(system_clock())), 0
    while messages := [{"install": install_id} for install_id in islice(due, AT_ONCE)]:
        QUEUE.send(messages)
        count += len(messages)
    metrics.add_metric("InstallsDue", MetricUnit.Count, count)


def care(record: dict[str, Any]) -> bool:
    """Whether the message is done with; one that is not comes again."""
    install_id = ""
    try:
        install_id = json.loads(record["body"])["install"]
        CARE.care(install_id, last_try=int(record["attributes"]["ApproximateReceiveCount"]) >= LAST_TRY)
    except SignpostError as error:
        logger.warning("install not cared for", install=install_id, reason=f"{type(error).__name__}: {error}")
        put_off(record, getattr(error, "retry_after", None))
    except Exception:
        logger.exception("install not cared for", install=install_id)
    else:
        return True
    return False


def put_off(record: dict[str, Any], seconds: float | None) -> None:
    try:
        if seconds:
            QUEUE.put_off(record["receiptHandle"], seconds)
    except SignpostError as error:
        logger.warning("message not put off", reason=str(error))  # it comes again when its visibility ends


@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any] | None:
    if "Records" not in event:
        sweep()
        return None
    failed = [
        record["messageId"]
        for record in event["Records"]
        if context.get_remaining_time_in_millis() < RESERVE_MS or not care(record)
    ]
    metrics.add_metric("InstallsCaredFor", MetricUnit.Count, len(event["Records"]) - len(failed))
    return {"batchItemFailures": [{"itemIdentifier": each} for each in failed]}
