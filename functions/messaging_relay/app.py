"""Passes on what changes in messaging. DynamoDB stream of Messaging, at least once, in order within a shard.

Sends jobs to the queues of messaging, events to the bus, and keeps the totals in Messaging. Records that cannot be read
go to the failure queue and are acknowledged, so that they do not block the shard; what could not be sent is reported,
and delivered again with everything after it.
"""

import os
from typing import Any

from signpost.messaging.relay import wiring
from signpost.messaging.relay.relaying import Relay
from signpost.platform import settings
from signpost.platform.observe import Observer

RELAY = wiring.build(settings.load(wiring.Settings, os.environ))
observer = Observer()


@observer.handler
def handler(event: dict[str, Any], _context: Any, *, relay: Relay = RELAY) -> dict[str, Any]:
    """Events name their shard only because the mapping has a tumbling window; the window's state stays empty."""
    shard, records = event["shardId"], event["Records"]
    result = relay.apply(shard, records)
    for each in result.poison:
        observer.logger.error("record cannot be read", shard=shard, sequence=each.sequence, reason=each.reason)
    for each in result.again:
        observer.logger.warning("records not relayed yet", shard=shard, sequence=each.sequence, reason=each.reason)
    observer.count("RelayRecordsRejected", len(result.poison))
    observer.count("UsersNew", result.events["UserJoined"])
    observer.count("ConversationsCreated", result.events["ConversationCreated"])
    observer.count("TextsSent", result.events["TextSent"])
    observer.count("VideosSent", result.events["VideoSent"])
    observer.count("ImagesSent", result.events["ImageSent"])
    observer.count("InvitesCreated", result.events["InviteCreated"])
    observer.count("InvitesAccepted", result.events["InviteAccepted"])
    relay.set_aside(shard, result.poison)
    return {"state": {}, "batchItemFailures": [{"itemIdentifier": each.sequence} for each in result.again]}
