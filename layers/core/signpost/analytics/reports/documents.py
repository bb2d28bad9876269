"""Reports as documents for programs: JSON, or CSV for spreadsheets."""

import re
from typing import Final

from signpost.analytics.reports import replies
from signpost.analytics.reports.answers import Progress, Sheet
from signpost.analytics.reports.result import Missing, with_host
from signpost.platform import csv_text
from signpost.platform.http import Reply, json_reply, reply

RETRY_AFTER: Final = 10  # seconds after which a first sync may have come further
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._-]")


def document(sheet: Sheet, address: str) -> Reply:
    """A reply in the form that the query asks for. `address` is that of the request, with our host.

    What is missing or still to come is said in JSON, even if the query asks for CSV.
    """
    answer, query, member = sheet.answer, sheet.query, sheet.found.member
    call = replies.Call(address, sheet.now)
    if isinstance(answer, Progress):
        return json_reply(200, replies.waiting(member.id, answer._asdict(), query, call))
    result = with_host(answer.result, _host(address))
    if query.format == "csv" and not isinstance(result, Missing):
        name = _UNSAFE.sub("_", f"{sheet.report.name}-{member.id}.csv")
        text = csv_text.lines(replies.sheet(result, query))
        return reply(200, text, csv_text.TYPE, {"content-disposition": f'attachment; filename="{name}"'})
    call = call._replace(load_ms=answer.load_ms, compute_ms=answer.compute_ms)
    progress = answer.progress._asdict() if answer.progress else None
    return json_reply(200, replies.reply(sheet.report, result, query, answer.snapshot_at, call, progress=progress))


def _host(address: str) -> str:
    scheme, _, rest = address.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}"
