"""/status, /log, /stats: whether Signpost works, its newest log lines, how much messaging there was. HTTP API.

Log and stats are for the administrator. Reads an item of each table and asks SQS and CloudWatch; writes lines that
clients send to its own log. A status is kept for seconds, so many who ask at the same time cost no more than one.
"""

import os
from typing import Any, Final

from signpost.operation.status import wiring
from signpost.operation.status.answers import StatusAnswers
from signpost.platform import settings
from signpost.platform.compression import compressed
from signpost.platform.dispatch import dispatch
from signpost.platform.http import Reply
from signpost.platform.observe import Observer

ANSWERS = wiring.build(settings.load(wiring.Settings, os.environ))
ROUTES: Final = {
    "GET /status": StatusAnswers.status,
    "GET /log": StatusAnswers.log,
    "POST /log": StatusAnswers.append,
    "GET /stats": StatusAnswers.stats,
}
observer = Observer()


@observer.handler
def handler(event: dict[str, Any], context: Any, *, answers: StatusAnswers = ANSWERS) -> Reply:
    return compressed(event, dispatch(ROUTES, event, context, answers.refusal, answers))
