"""/fp, /docs and /_/…: the console's pages, the API reference, static files. HTTP API; pages require a login.

Reads Campaigns, ClickCounts, Clicks, InstagramInstalls, InstagramApps, Media, Members, ExportImports, the snapshots of
reports, the counters of Messaging, queues and logs; writes Campaigns, InstagramApps, Members and ExportImports as their
administrations do, its own ConsoleSessions, and exports that are too large for a reply; signs forms for uploads to
ExportFiles; has accounts synced or erased and members deleted through queues, and has SQS put messages back. A form
that is sent again finds its work done, or says what has changed.
"""

import os
from typing import Any, Final

from signpost.console import wiring
from signpost.console.site import Site, refusal
from signpost.platform import settings
from signpost.platform.compression import compressed
from signpost.platform.dispatch import dispatch
from signpost.platform.http import Reply
from signpost.platform.observe import Observer

SITE = wiring.build(settings.load(wiring.Settings, os.environ))
ROUTES: Final = {
    "GET /_/{file}": Site.static_file,
    "GET /docs": Site.reference,
    "GET /docs/openapi.json": Site.openapi,
    "GET /fp": Site.overview,
    "GET /console": Site.overview,
    "GET /fp/login": Site.login_page,
    "POST /fp/login": Site.log_in,
    "GET /fp/login/member": Site.log_in_member,
    "POST /fp/login/member": Site.choose_account,
    "POST /fp/logout": Site.log_out,
    "GET /fp/zone": Site.zone,
    "POST /fp/zone": Site.set_zone,
    "GET /fp/links": Site.links,
    "POST /fp/links": Site.create_link,
    "GET /fp/links/{id}": Site.link,
    "POST /fp/links/{id}": Site.save_link,
    "GET /fp/links/{id}/edit": Site.edit_link,
    "GET /fp/links/{id}/delete": Site.ask_to_delete_link,
    "POST /fp/links/{id}/delete": Site.delete_link,
    "GET /fp/links/{id}/clicks.csv": Site.clicks,
    "GET /fp/links/{id}/qr.svg": Site.qr_svg,
    "GET /fp/links/{id}/qr.png": Site.qr_png,
    "GET /fp/accounts": Site.accounts,
    "GET /fp/accounts/{install}": Site.account,
    "POST /fp/accounts/{install}/sync": Site.sync_account,
    "POST /fp/accounts/{install}/apps": Site.decide_account,
    "GET /fp/accounts/{install}/disconnect": Site.ask_to_disconnect,
    "POST /fp/accounts/{install}/disconnect": Site.disconnect,
    "GET /fp/accounts/{install}/imports": Site.imports,
    "POST /fp/accounts/{install}/imports": Site.begin_import,
    "POST /fp/members": Site.add_member,
    "GET /fp/members/{id}/delete": Site.ask_to_delete_member,
    "POST /fp/members/{id}/delete": Site.delete_member,
    "GET /fp/reports": Site.reports,
    "GET /fp/reports/{id}": Site.reports_of_member,
    "GET /fp/reports/{id}/{name}": Site.report,
    "GET /fp/conversations": Site.conversations,
    "GET /fp/operations": Site.operations,
    "GET /fp/operations/{queue}": Site.queue,
    "POST /fp/operations/{queue}": Site.put_back,
}
observer = Observer()


@observer.handler
def handler(event: dict[str, Any], context: Any, *, site: Site = SITE) -> Reply:
    return compressed(event, dispatch(ROUTES, event, context, refusal, site))
