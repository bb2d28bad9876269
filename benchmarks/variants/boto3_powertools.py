"""The redirect as a Powertools user writes it: `APIGatewayHttpResolver` and boto3."""

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response

from benchmarks.variants import usual
from signpost.tracking.redirect import destinations

app = APIGatewayHttpResolver()


@app.get("/track/<key>")
def follow(key: str) -> Response[str]:
    event = app.current_event
    address = event.request_context.http.source_ip
    target = usual.follow(key, event.query_string_parameters, event.raw_query_string, event.headers, address)
    return Response(HTTPStatus.TEMPORARY_REDIRECT, headers={"location": target, **destinations.HEADERS})


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return app.resolve(event, context)
