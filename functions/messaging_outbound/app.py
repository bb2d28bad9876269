"""Sends SMS, e-mails and pushes. SQS queues SmsJobs, EmailJobs and PushJobs, which deliver at least once.

Messages name what to send, in the table Messaging, where it is claimed before it is sent: each at most once. Calls SNS
and SES. What a provider throttles is put off; what it refuses for good, or may have sent, is not tried again.
"""

import os
from collections.abc import Mapping
from typing import Any, Final

from signpost.messaging.delivery import wiring
from signpost.messaging.delivery.outbound import Outbound
from signpost.platform import settings
from signpost.platform.consumers import SignpostBatchProcessor
from signpost.platform.observe import Observer

RESERVE_MS: Final = 25_000  # the longest that one job takes if no service responds in time
SETTINGS = settings.load(wiring.Settings, os.environ)
observer = Observer()


def report(metric: str, facts: Mapping[str, str]) -> None:
    observer.count(metric)
    observer.logger.info(metric, extra=facts)


DELIVERY = wiring.build(SETTINGS, report=report)
PROCESSORS = {
    queue.name: SignpostBatchProcessor(
        observer,
        queue,
        given_up="job given up",
        given_up_metric="OutboundJobsGivenUp",
        put_off="not sent yet",
        reserve_ms=RESERVE_MS,
    )
    for queue in DELIVERY.queues.values()
}


@observer.handler
def handler(event: dict[str, Any], context: Any, *, outbound: Outbound = DELIVERY.outbound) -> Any:
    queue = event["Records"][0]["eventSourceARN"].rpartition(":")[2]  # a batch is from one queue
    return PROCESSORS[queue].each(event, context, lambda message: outbound.deliver(message.json()))
