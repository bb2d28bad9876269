"""/admin/campaigns: create, list, read, change and delete campaigns. HTTP API, Basic authentication.

Reads and writes Campaigns, reads ClickCounts. Every write is conditional, so a request that is sent again after a lost
reply finds its work done or is told what changed.
"""

import os
from typing import Annotated, Any, NamedTuple
from urllib.parse import urlencode

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response, content_types
from aws_lambda_powertools.event_handler.openapi.params import Body, Header, Path, Query

from signpost.platform import api, aws, settings
from signpost.platform.http import Reply
from signpost.platform.secrets import CredentialsSecret
from signpost.tracking.api import PATH, answer_administrator, error_body, errors
from signpost.tracking.campaigns.admin import CampaignAdmin, Shown
from signpost.tracking.campaigns.campaign import CampaignView, Change, Creation
from signpost.tracking.campaigns.store import CampaignStore
from signpost.tracking.counting.store import CountStore


class Settings(NamedTuple):
    campaigns_table: str
    click_counts_table: str
    admin_secret: str


SETTINGS = settings.load(Settings, os.environ)
SECRET = CredentialsSecret(aws.secretsmanager(), SETTINGS.admin_secret)
ADMIN = CampaignAdmin(
    CampaignStore(aws.dynamodb(), SETTINGS.campaigns_table), CountStore(aws.dynamodb(), SETTINGS.click_counts_table)
)
logger = Logger()
app = api.json_api(logger, error_body)

Id = Annotated[str, Path(description="A campaign's id.")]
PLATFORM_LIST = "^((Android|IPhone|WindowsPhone)(,(Android|IPhone|WindowsPhone))*)?$"
IfMatch = Annotated[str | None, Header(alias="If-Match", description="Only when the ETag is still this one.")]
CREATED: Any = {"description": "The campaign.", "content": {content_types.APPLICATION_JSON: {"model": CampaignView}}}
DELETED: Any = {"description": "It is gone.", "content": {}}


@app.post(PATH, status_code=201, responses={201: CREATED, **errors(400, 409, 422)})
def create(creation: Annotated[Creation, Body()]) -> Response[CampaignView]:
    shown = ADMIN.create(creation)
    return reply(shown, 201, {"Location": f"{PATH}/{shown.view.id}"})


@app.get(PATH, responses=errors(422))
def list_newest_first(
    platforms: Annotated[
        str, Query(description="Comma-separated; only campaigns that list all of them.", pattern=PLATFORM_LIST)
    ] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    cursor: Annotated[
        str | None, Query(description="Taken from the Link header of the page before.", pattern="^[0-9]{1,16}$")
    ] = None,
) -> Response[list[CampaignView]]:
    campaigns, next_cursor = ADMIN.page(platforms, limit, cursor)
    headers = {}
    if next_cursor is not None:
        query = {"platforms": platforms, "limit": limit, "cursor": next_cursor}
        headers["Link"] = f'<{PATH}?{urlencode(query)}>; rel="next"'
    return Response(200, content_types.APPLICATION_JSON, campaigns, headers)


@app.get(f"{PATH}/<campaign_id>", responses=errors(404))
def read(campaign_id: Id) -> Response[CampaignView]:
    return reply(ADMIN.read(campaign_id))


@app.put(f"{PATH}/<campaign_id>", responses=errors(400, 404, 409, 412, 422))
def change(campaign_id: Id, changes: Annotated[Change, Body()], if_match: IfMatch = None) -> Response[CampaignView]:
    return reply(ADMIN.change(campaign_id, changes, if_match))


@app.delete(f"{PATH}/<campaign_id>", status_code=204, responses={204: DELETED, **errors(404, 409, 412)})
def delete(campaign_id: Id, if_match: IfMatch = None) -> Response[str]:
    ADMIN.delete(campaign_id, if_match)
    return Response(204, body="")


def reply(shown: Shown, status: int = 200, headers: dict[str, str] | None = None) -> Response[CampaignView]:
    return Response(status, content_types.APPLICATION_JSON, shown.view, {"ETag": shown.etag, **(headers or {})})


def handler(event: dict[str, Any], context: Any) -> Reply:
    return answer_administrator(app, SECRET, event, context)
