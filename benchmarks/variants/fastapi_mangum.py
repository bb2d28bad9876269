"""The redirect as a FastAPI user writes it: one route, Mangum, boto3.

The route is a coroutine that waits for boto3 itself. With one request at a time that delays no other request, and it
saves FastAPI's thread pool, which costs more than the rest of the framework.
"""

from fastapi import FastAPI, Request, Response  # type: ignore[import-not-found]  # only in the benchmark's environment
from mangum import Mangum  # type: ignore[import-not-found]  # likewise

from benchmarks.variants import usual
from signpost.tracking.redirect import destinations

app = FastAPI(openapi_url=None)


async def follow(key: str, request: Request) -> Response:
    address = request.client.host if request.client else ""
    target = usual.follow(key, request.query_params, request.url.query, request.headers, address)
    return Response(status_code=307, headers={"location": target, **destinations.HEADERS})


app.add_api_route("/track/{key}", follow, methods=["GET"])
handler = Mangum(app, lifespan="off")
