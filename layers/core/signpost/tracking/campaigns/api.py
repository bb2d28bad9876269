"""Requests and replies of the routes about campaigns, described for the API reference."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Header, Path, Query
from pydantic import Field

from signpost.platform.reference import Keywords, text_header
from signpost.tracking.api import CAMPAIGNS, LOCATION, NEXT, errors
from signpost.tracking.campaigns.views import CampaignView

Id = Annotated[str, Path(description="A campaign's id.")]
IfMatch = Annotated[str | None, Header(alias="If-Match", description="Only if the ETag is still this one.")]
_PLATFORMS = "(Android|IPhone|WindowsPhone)"
# Keywords are for the reference only. `CampaignAdmin.page` checks them, with messages of its own.
PlatformList = Annotated[
    Annotated[str, Keywords(pattern=f"^({_PLATFORMS}(,{_PLATFORMS})*)?$")],
    Query(description="Comma-separated; only campaigns that list all of them."),
]
Limit = Annotated[int, Query(description="Campaigns on a page.", ge=1, le=100)]
Cursor = Annotated[
    Annotated[str, Keywords(pattern="^[0-9]{1,16}$")] | None,
    Query(description="From the previous page's Link header."),
]
Campaigns = Annotated[list[CampaignView], Field(max_length=100)]

_ETAG = text_header("Identifies this state of the campaign's settings, for If-Match. Counts do not change it.")
_ONE = {"description": "The campaign.", "headers": {"ETag": _ETAG}}
_PAGE = {
    "description": "Campaigns, newest first.",
    "headers": {"Link": NEXT},
}
_CREATED = {
    "description": "The campaign.",
    "headers": {"ETag": _ETAG, "Location": LOCATION},
    "links": {
        name: {"operationId": name, "parameters": {"campaign_id": "$response.body#/id"}}
        for name in ("readCampaign", "changeCampaign", "deleteCampaign")
    },
}
_DELETED: Any = {"description": "It is gone.", "content": {}}

CREATE: Any = {
    "operation_id": "createCampaign",
    "summary": "Create a campaign.",
    "status_code": 201,
    "responses": {201: _CREATED, **errors(400, 403, 409, 415, 422)},
    **CAMPAIGNS,
}
LIST: Any = {
    "operation_id": "listCampaigns",
    "summary": "List campaigns, newest first.",
    "responses": {200: _PAGE, **errors(422)},
    **CAMPAIGNS,
}
READ: Any = {
    "operation_id": "readCampaign",
    "summary": "Read a campaign.",
    "responses": {200: _ONE, **errors(404)},
    **CAMPAIGNS,
}
CHANGE: Any = {
    "operation_id": "changeCampaign",
    "summary": "Change a campaign's fields that the body contains.",
    "responses": {200: _ONE, **errors(400, 403, 404, 409, 412, 415, 422)},
    **CAMPAIGNS,
}
DELETE: Any = {
    "operation_id": "deleteCampaign",
    "summary": "Delete a campaign.",
    "status_code": 204,
    "responses": {204: _DELETED, **errors(403, 404, 409, 412, 415)},
    **CAMPAIGNS,
}
