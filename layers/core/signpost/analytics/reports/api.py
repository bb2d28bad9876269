"""The API of reports: its requests, and its replies as JSON, CSV or a page."""

from collections.abc import Callable
from hashlib import blake2s
from typing import TYPE_CHECKING, Final, NamedTuple

from signpost.analytics.error_reply import error_body
from signpost.analytics.reports import replies
from signpost.analytics.reports.answers import Answer, Answers, Progress, Sheet
from signpost.analytics.reports.documents import RETRY_AFTER, document
from signpost.analytics.reports.query import parse
from signpost.analytics.reports.registry import listing
from signpost.platform.errors import InvalidField, NotAuthenticated, SignpostError
from signpost.platform.http import Event, Reply, header, json_reply, public_url, retry_after
from signpost.platform.pages import prefers_html
from signpost.platform.preconditions import is_known

if TYPE_CHECKING:
    from signpost.analytics.access import Access
    from signpost.platform.clock import Clock

ADDRESS: Final = r"/reports/([^/]+)/[^/]+$"  # the group is the member's part
_LARGEST: Final = 5_500_000  # bytes; Lambda takes replies of 6 MB
_ANYBODY: Final = {"access-control-allow-origin": "*"}
_PREFLIGHT: Final = {
    **_ANYBODY,
    "access-control-allow-methods": "GET, HEAD",
    "access-control-allow-headers": "authorization, if-none-match",
    "access-control-max-age": "86400",
}
_READABLE: Final = {**_ANYBODY, "access-control-expose-headers": "etag, retry-after, content-disposition"}
# A reply depends on who asks. A browser may keep it, but has to check that it is still current.
_PRIVATE: Final = {
    "cache-control": "private, no-cache",
    "vary": "authorization, accept",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
_PARAMETERS: Final = ("limit", "skip", "tz", "from", "to", "format", "access_token")


AsPage = Callable[[Sheet], Reply]


class ReportApi(NamedTuple):
    """Methods raise errors of `platform.errors`, which `refusal` turns into replies."""

    answers: Answers
    access: "Access"
    challenge: str
    public_url: str
    clock: "Clock"

    def listing(self, event: Event) -> Reply:
        """The reply to `GET /reports`, the same for everybody."""
        body = {"status": replies.OK, "data": {"reports": listing()}}
        found = json_reply(200, body, {**_READABLE, "cache-control": "public, max-age=300"})
        return _tagged(event, found, _digest(found["body"]))

    def preflight(self, _event: Event) -> Reply:
        return {"statusCode": 204, "headers": dict(_PREFLIGHT), "body": ""}

    def one(self, event: Event, as_page: AsPage) -> Reply:
        """A report in the form that the request asks for."""
        path = event["pathParameters"]
        report = self.answers.report(path["name"])
        self.access.check(event)
        found = self.answers.find(path["id"])
        parameters = asked(event)
        if unknown := sorted(parameters.keys() - set(_PARAMETERS)):
            raise InvalidField(f"{unknown[0]}: there is no such parameter.")
        query = parse(parameters, found.member.zone)
        answer = self.answers.answer(report, found, query)
        sheet = Sheet(report, found, query, answer, parameters, event["rawPath"], self.clock())
        made = as_page(sheet) if query.format == "html" else document(sheet, self._address(event))
        waits = isinstance(answer, Progress)
        made["headers"] = {**made["headers"], **_PRIVATE, **_READABLE}
        if waits:
            made["headers"] |= {"retry-after": str(RETRY_AFTER), "cache-control": "no-store"}
            return made
        return _tagged(event, made, _version(sheet))

    def _address(self, event: Event) -> str:
        return f"{public_url(event, self.public_url)}{event['rawPath']}?{event.get('rawQueryString', '')}"

    def refusal(self, error: SignpostError) -> Reply:
        challenge = {"www-authenticate": self.challenge} if isinstance(error, NotAuthenticated) else {}
        headers = {**_READABLE, **challenge, **retry_after(error), "cache-control": "no-store"}
        return json_reply(error.status, error_body(error), headers)


def asked(event: Event) -> dict[str, str]:
    """A request's parameters. Without `format`, a browser that shows pages gets one."""
    given = {**(event.get("queryStringParameters") or {})}
    if not given.get("format") and prefers_html(header(event, "accept")):
        given["format"] = "html"
    return given


def fitting(made: Reply) -> Reply:
    """The same reply. Raises `InvalidField` if it is too large for Lambda."""
    if len(made["body"]) > _LARGEST:
        raise InvalidField("limit: a reply of so many rows is too large; use a lower limit, or accept gzip.")
    return made


def _version(sheet: Sheet) -> str:
    """Identifies what a reply shows, apart from times, which differ in every reply."""
    answer = sheet.answer
    assert isinstance(answer, Answer)  # noqa: S101  (progress has no version)
    shown = (
        *(sheet.report.name, sheet.found.member.id, answer.version, *sheet.query[:2], sheet.query.zone.key),
        *sheet.query[3:],
        *(sorted(answer.members.items()), answer.progress, sheet.parameters.get("access_token", "")),
    )
    return _digest(repr(shown))


def _digest(text: str) -> str:
    return blake2s(text.encode(), digest_size=16).hexdigest()


def _tagged(event: Event, made: Reply, version: str) -> Reply:
    """With a weak ETag, because equal reports differ in the times that they say."""
    made["headers"]["etag"] = f'W/"{version}"'
    if is_known(header(event, "if-none-match"), f'"{version}"'):
        kept = {name: value for name, value in made["headers"].items() if not name.startswith("content-")}
        return {"statusCode": 304, "headers": kept, "body": ""}
    return made
