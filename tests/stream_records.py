"""Records of a DynamoDB stream of new images, as Lambda delivers them."""

from collections.abc import Mapping
from itertools import count
from typing import Any, Final

from boto3.dynamodb.types import TypeSerializer

from tests.dynamodb import exact

SHARD: Final = "shardId-00000001795244400000-00000001"
_numbers = count(1)


def record(item: Mapping[str, Any], *, name: str = "INSERT", at: float = 1_795_247_130.0) -> dict[str, Any]:
    """A change of an item with `pk` and `sk`; later calls have larger sequence numbers."""
    number = next(_numbers)
    typed = {key: TypeSerializer().serialize(exact(value)) for key, value in item.items()}
    return {
        "eventID": f"event-{number}",
        "eventName": name,
        "dynamodb": {
            "ApproximateCreationDateTime": at,
            "Keys": {key: typed[key] for key in ("pk", "sk")},
            "NewImage": typed,
            "SequenceNumber": str(4421584500000000017450439091 + number),
        },
    }


def stream_event(records: list[dict[str, Any]], shard: str = SHARD) -> dict[str, Any]:
    """From a mapping with a tumbling window, whose events name their shard."""
    return {"Records": records, "shardId": shard, "state": {}, "isFinalInvokeForWindow": not records}
