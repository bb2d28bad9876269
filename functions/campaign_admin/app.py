"""/admin/campaigns: create, list, read, change and delete campaigns. HTTP API, Basic authentication.

Reads and writes Campaigns, reads ClickCounts. Every write is conditional, so a request that is sent again after a lost
reply finds its work done or gets an error that says what changed.
"""

import os
from typing import Annotated, Any
from urllib.parse import urlencode

from aws_lambda_powertools.event_handler import Response, content_types
from aws_lambda_powertools.event_handler.openapi.params import Body

from signpost.platform import settings
from signpost.platform.http import Reply, public_url
from signpost.platform.json_api import JsonApi
from signpost.platform.observe import Observer
from signpost.platform.preconditions import Versioned
from signpost.tracking.api import PATH, respelled
from signpost.tracking.campaigns import api, wiring
from signpost.tracking.campaigns.admin import CampaignAdmin
from signpost.tracking.campaigns.campaign import Change, Creation
from signpost.tracking.campaigns.views import CampaignView
from signpost.tracking.error_reply import error_body

ADMIN, GUARD = wiring.build(settings.load(wiring.Settings, os.environ))
observer = Observer()
app = JsonApi(error_body, GUARD)


@app.post(PATH, **api.CREATE)
def create(creation: Annotated[Creation, Body()]) -> Response[CampaignView]:
    made = here().create(creation)
    return reply(made, 201, {"Location": f"{PATH}/{made.view.id}"})


@app.get(PATH, **api.LIST)
def list_newest_first(
    platforms: api.PlatformList = "", limit: api.Limit = 50, cursor: api.Cursor = None
) -> Response[api.Campaigns]:
    campaigns, next_cursor = here().page(platforms, limit, cursor)
    headers = {}
    if next_cursor is not None:
        query = {"platforms": platforms, "limit": limit, "cursor": next_cursor}
        headers["Link"] = f'<{PATH}?{urlencode(query)}>; rel="next"'
    return Response(200, content_types.APPLICATION_JSON, campaigns, headers)


@app.get(f"{PATH}/<campaign_id>", **api.READ)
def read(campaign_id: api.Id) -> Response[CampaignView]:
    return reply(here().read(campaign_id))


@app.put(f"{PATH}/<campaign_id>", **api.CHANGE)
def change(
    campaign_id: api.Id, changes: Annotated[Change, Body()], if_match: api.IfMatch = None
) -> Response[CampaignView]:
    return reply(here().change(campaign_id, changes, if_match))


@app.delete(f"{PATH}/<campaign_id>", **api.DELETE)
def delete(campaign_id: api.Id, if_match: api.IfMatch = None) -> Response[str]:
    ADMIN.delete(campaign_id, if_match)
    return Response(204, body="")


def here() -> CampaignAdmin:
    return ADMIN.at(public_url(app.current_event.raw_event, ADMIN.base_url))


def reply(
    shown: Versioned[CampaignView], status: int = 200, headers: dict[str, str] | None = None
) -> Response[CampaignView]:
    return Response(status, content_types.APPLICATION_JSON, shown.view, {"ETag": shown.etag, **(headers or {})})


@observer.handler
def handler(event: dict[str, Any], context: Any) -> Reply:
    return app.resolve(respelled(event), context)
