"""Reads uploaded exports. SQS ExportUploads, at least once, one message at a time: S3's events, passed on by a rule.

Reads and deletes uploads in ExportFiles, writes their lists to that bucket and what was understood to ExportImports,
and asks for a new snapshot. An upload that was read is gone, so a repeated message finds nothing to do.
"""

import os
from functools import partial
from typing import Any

from signpost.analytics.export.places import uploaded
from signpost.analytics.uploads import wiring
from signpost.platform import settings
from signpost.platform.consumers import Message, SignpostBatchProcessor
from signpost.platform.observe import Observer

INTAKE = wiring.build(settings.load(wiring.Settings, os.environ))
observer = Observer()
processor = SignpostBatchProcessor(
    observer,
    INTAKE.queue,
    given_up="upload passed over",
    given_up_metric="UploadsPassedOver",
    put_off="upload is tried again",
)


def take(feature: wiring.UploadFeature, received: Message) -> None:
    result = feature.intake.take(uploaded(received.json()))
    if result is None:
        observer.logger.info("nothing to read")
        return
    if result.refusal is None:
        observer.logger.info("upload read", lists=len(result.counts))
        observer.count("UploadsTaken")
    else:
        observer.logger.info("upload refused", reason=result.refusal.code)
        observer.count("UploadsRefused")


@observer.handler
def handler(event: dict[str, Any], context: Any, *, feature: wiring.UploadFeature = INTAKE) -> Any:
    return processor.each(event, context, partial(take, feature))
