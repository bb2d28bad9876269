"""/membership and /workers: members, their imports and syncs. HTTP API, for the administrator or the member itself.

Reads and writes Members and ExportImports, reads InstagramInstalls, signs forms for uploads to ExportFiles, and puts
deletions into MemberDeletions and syncs into MediaFetchJobs. A request that is sent again changes nothing more.
"""

import os
from typing import Any

from signpost.analytics.error_reply import error_body
from signpost.analytics.membership import api, views, wiring
from signpost.platform import settings
from signpost.platform.http import Reply
from signpost.platform.json_api import JsonApi
from signpost.platform.observe import Observer

MEMBERS, GUARD = wiring.build(settings.load(wiring.Settings, os.environ))
observer = Observer()
app = JsonApi(error_body, GUARD)


@app.get(api.MEMBERS, **api.LIST)
def page(limit: api.Limit = 1000, skip: api.Skip = 0) -> views.MemberPage:
    return MEMBERS.admin.page(limit, skip)


@app.post(api.MEMBERS, **api.ADD)
def add(
    new: api.New = api.NOTHING, _id: api.QueryId = None, title: api.QueryTitle = None, zone: api.QueryZone = None
) -> views.AddedReply:
    return MEMBERS.admin.add(api.named(new, _id, title, zone))


@app.delete(api.MEMBERS, **api.DELETE_ALL)
def delete_all(confirm: api.Confirm = None) -> views.EmptyReply:
    return MEMBERS.admin.delete_all(confirm)


@app.get(api.MEMBER, **api.READ)
def read(member: api.Id, _token: api.Token = None) -> views.MemberReply:
    return MEMBERS.admin.read(member)


@app.delete(api.MEMBER, **api.DELETE)
def delete(member: api.Id, _token: api.Token = None) -> views.MemberReply:
    return MEMBERS.admin.delete(member)


@app.post(api.IMPORT, **api.BEGIN_IMPORT)
def begin_import(member: api.Id, _token: api.Token = None) -> views.BegunReply:
    return MEMBERS.imports.begin(member)


@app.get(api.IMPORTS, **api.LIST_IMPORTS)
def list_imports(member: api.Id, _token: api.Token = None) -> views.ImportsReply:
    return MEMBERS.imports.all(member)


@app.get(api.ONE_IMPORT, **api.READ_IMPORT)
def read_import(member: api.Id, import_id: api.ImportId, _token: api.Token = None) -> views.ImportReply:
    return MEMBERS.imports.one(member, import_id)


@app.get(api.START, **api.START_BY_GET)
@app.post(api.START, **api.START_SYNC)
def start(member: api.Id, _token: api.Token = None) -> views.WorkerReply:
    return MEMBERS.workers.start(member)


@app.get(api.STOP, **api.STOP_BY_GET)
@app.post(api.STOP, **api.STOP_SYNC)
def stop(member: api.Id, _token: api.Token = None) -> views.WorkerReply:
    return MEMBERS.workers.stop(member)


@observer.handler
def handler(event: dict[str, Any], context: Any) -> Reply:
    return app.resolve(event, context)
