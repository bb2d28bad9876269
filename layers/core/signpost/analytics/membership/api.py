"""Requests and replies of the routes about members, described for the API reference."""

from typing import Annotated, Any, Final

from aws_lambda_powertools.event_handler.openapi.params import Body, Header, Path, Query
from pydantic import ValidationError

from signpost.analytics import api
from signpost.analytics.api import Id, Token
from signpost.analytics.membership.views import NewMember
from signpost.platform.errors import InvalidField
from signpost.platform.json_api import sentences

__all__ = ["Id", "Token"]

MEMBERS: Final = "/membership"
MEMBER: Final = f"{MEMBERS}/<member>"
IMPORT: Final = f"{MEMBER}/import"
IMPORTS: Final = f"{MEMBER}/imports"
ONE_IMPORT: Final = f"{IMPORTS}/<import_id>"
WORKERS: Final = "/workers/"
START: Final = f"{WORKERS}start/<member>"
STOP: Final = f"{WORKERS}stop/<member>"
ADDRESS: Final = r"/(?:membership|workers/start|workers/stop)/([^/]+)"  # where a path has the member's id

Limit = Annotated[int, Query(description="How many members a page has at most.", ge=1, le=1000)]
Skip = Annotated[int, Query(description="How many members to pass over.", ge=0, le=1_000_000_000)]
ImportId = Annotated[str, Path(description="The id of an import.", min_length=26, max_length=26)]
Confirm = Annotated[
    str | None, Header(alias="X-Confirm", description="`delete-all` confirms that everything is to be deleted.")
]
New = Annotated[NewMember, Body()]
NOTHING: Final = NewMember()  # without a body
QueryId = Annotated[str | None, Query(alias="id", description="As in the body.", max_length=128)]
QueryTitle = Annotated[str | None, Query(alias="title", description="As in the body.")]
QueryZone = Annotated[str | None, Query(alias="zone", description="As in the body.")]


def named(new: NewMember, *query: str | None) -> NewMember:
    """A new member: the query's id, title and zone, each by default the body's. Raises `InvalidField`."""
    given = {name: value for name, value in zip(NewMember.model_fields, query, strict=True) if value is not None}
    try:
        return NewMember.model_validate({**new.model_dump(), **given})
    except ValidationError as error:
        raise InvalidField(sentences(error.errors())) from None


def _route(name: str, summary: str, security: Any, found: tuple[int, str], *errors: int, **said: str) -> dict[str, Any]:
    """`errors`: statuses besides 401, 429 and 503. `said`: what one means here, by a name such as `on_409`."""
    status, description = found
    descriptions = {int(name.removeprefix("on_")): text for name, text in said.items()}
    return {
        "operation_id": name,
        "summary": summary,
        "status_code": status,
        "tags": ["Members"],
        "security": security,
        "responses": {status: {"description": description}, **api.described_errors(descriptions, *errors)},
    }


LIST = _route("listMembers", "List members.", api.ADMINISTRATOR, (200, "A page of members."), 403, 422)
ADD = _route(
    "addMember",
    "Add a member, named in the query or in the body.",
    api.ADMINISTRATOR,
    (201, "The member was added."),
    *(400, 403, 409, 415, 422),
    on_409="There is a member with this id (539).",
)
READ = _route("readMember", "Read a member.", api.MEMBER, (200, "The member."), 403, 404, 422)
DELETE = _route(
    "deleteMember",
    "Delete everything about a member, also its connections and their posts. It takes minutes.",
    api.MEMBER,
    (200, "The member as it was."),
    *(403, 404, 422),
)
DELETE_ALL = _route(
    "deleteAllMembers",
    "Delete everything about all members, also their connections and their posts. It takes minutes.",
    api.ADMINISTRATOR,
    (200, "The members are being deleted."),
    *(403, 422, 428),
    on_428="The header that confirms it is missing; nothing is deleted.",
)
BEGIN_IMPORT = _route(
    "beginImport",
    "Begin an import of the export that Instagram gives the account's owner.",
    api.MEMBER,
    (201, "Where to upload the files."),
    *(403, 404, 409, 422),
    on_409="The account is not connected (545).",
    on_429="Too many imports were begun, or too many wrong passwords were sent.",
)
LIST_IMPORTS = _route("listImports", "List a member's imports.", api.MEMBER, (200, "The imports."), 403, 404, 422)
READ_IMPORT = _route(
    "readImport", "Read what was understood of an import's files.", api.MEMBER, (200, "The import."), 403, 404, 422
)


def _worker(name: str, summary: str, conflict: str) -> dict[str, Any]:
    return {
        **_route(name, summary, api.MEMBER, (200, "The sync's new state."), 403, 404, 409, 422, on_409=conflict),
        "tags": ["Workers"],
    }


_STARTED = "The sync is already active (533), or the account is not connected (545)."
_STOPPED = "The sync is not active (538)."
START_SYNC = _worker(
    "startWorker", "Start the sync of a member's account: fetch everything now, and what is new from then on.", _STARTED
)
START_BY_GET = _worker("startWorkerByGet", "Start the sync, for clients that only send GET.", _STARTED)
STOP_SYNC = _worker("stopWorker", "Stop the sync of a member's account.", _STOPPED)
STOP_BY_GET = _worker("stopWorkerByGet", "Stop the sync, for clients that only send GET.", _STOPPED)
