"""The routes that are served without a resolver, for speed: here they are declared on one, for the reference only."""  # noqa: INP001

from typing import Any, Final

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

from signpost.analytics.error_reply import AnalyticsError
from signpost.analytics.reports.registry import REPORTS
from signpost.analytics.reports.shapes import ReportListView, ReportView
from signpost.instagram.api import PAGE, errors
from signpost.instagram.deletion.views import ConfirmationView, ProgressView
from signpost.instagram.feed.shapes import FeedView
from signpost.operation.lines import MOST_BYTES
from signpost.operation.status.reply import Log, Logged, OperationError, Stats, Status
from signpost.platform.reference import (
    BASIC,
    json_content,
    parameters,
    query,
    responses,
    segment,
    text_content,
    text_header,
)
from signpost.tracking.error_reply import ErrorReply
from signpost.tracking.platforms import PLATFORMS

Json = dict[str, Any]
LINKS: Final = {"tags": ["Tracking links"]}
FEEDS: Final = {"tags": ["Feeds"]}
META: Final = {"tags": ["Called by Meta"]}
OPERATION: Final = {"tags": ["Operation"]}
TEXT: Final = text_content("text/plain")
NOTHING: Final[Json] = {}  # the content of replies without a body

app = APIGatewayHttpResolver()


def declare(method: str, path: str, name: str, summary: str, responses: dict[int, Any], **more: Any) -> None:
    app.route(path, method, operation_id=name, summary=summary, responses=responses, **more)(lambda: None)


def reply(description: str, content: Json, **more: Any) -> dict[int, Any]:
    return {200: {"description": description, "content": content, **more}}


def redirect() -> None:
    """/track: a browser never gets an error from it."""
    to_target = {"description": "To the campaign's address, or to the fallback when the link leads nowhere."}
    sent_on = {307: {**to_target, "headers": {"Location": text_header("Where to.")}, "content": NOTHING}}
    key = segment("key", "A campaign's id or slug.")
    platform = query(
        "platform",
        "The platform the click is counted for; read from the browser's headers when absent.",
        enum=list(PLATFORMS),
    )
    source = query("src", "Counted as the click's source.")
    nowhere = "A link without a campaign leads to the fallback."
    for method, path, name, summary, asked in (
        ("GET", "/track/<key>", "follow", "Count a click and send the browser on.", [key, platform, source]),
        ("HEAD", "/track/<key>", "lookUp", "Where a click would lead; nothing is counted.", [key, platform]),
        ("GET", "/track", "followNothing", nowhere, []),
        ("HEAD", "/track", "lookUpNothing", nowhere, []),
    ):
        declare(method, path, name, summary, sent_on, openapi_extensions=parameters(*asked), **LINKS)


def recount() -> None:
    """/tasks/update_stats, which is the same for GET and POST."""
    failures = {401: "Missing or wrong credentials.", 503: "A service did not answer; try again."}
    answers = {
        **reply("Updated: finished hours are settled.", TEXT),
        202: {"description": "There was too much to do; ask again.", "content": TEXT},
        **responses(ErrorReply, failures, 403, 415),
    }
    summary = "Settle finished hours now instead of within five minutes."
    for method, name in (("GET", "updateStats"), ("POST", "updateStatsByPost")):
        declare(method, "/tasks/update_stats", name, summary, answers, tags=["Tasks"], security=BASIC)


def feeds() -> None:
    """What widgets read."""
    app_id = "The app (widget)."
    asked = parameters(
        query("app_id", app_id, required=True),
        query("username_or_hashtag", "`@name` or `#tag`; the sign alone, with the name in `following`."),
        query("following", "The account or hashtag, when `username_or_hashtag` has only the sign."),
        query("instagram_username", "One of the app's accounts: whose feed, or in whose name a hashtag is asked for."),
        query("page_name", "The same, by the name of its Facebook Page."),
        query("is_settings", "`true` adds the state of the account and its token."),
        query("cursor", "The `next_cursor` of the page before."),
        query("limit", "Posts on a page.", type="integer", minimum=1, maximum=50, default=25),
    )
    etag = {"ETag": text_header("Names this content.", required=False)}
    answers = {
        **reply("Posts, newest first.", json_content(FeedView), headers=etag),
        304: {"description": "It is still what If-None-Match names.", "content": NOTHING},
        **errors(400, 404, 409, 422, 500, 503),
    }
    summary = "The feed of an account or a hashtag."
    declare("GET", "/instagram", "readFeed", summary, answers, openapi_extensions=asked, **FEEDS)
    declare(
        "OPTIONS",
        "/instagram",
        "preflightFeed",
        "Whether a page may read it.",
        {
            204: {"description": "Which origins may read the feed is in the headers of CORS.", "content": NOTHING},
            **errors(500, 503),
        },
        openapi_extensions=parameters(query("app_id", app_id)),
        **FEEDS,
    )
    picture = {"image/*": {"schema": {"type": "string", "format": "binary"}}}
    declare(
        "GET",
        "/instagram/pictures/<proxy>",
        "readPicture",
        "A picture of a feed.",
        {**reply("The picture; it never changes.", picture), **errors(404, 500, 503)},
        openapi_extensions=parameters(segment("proxy", "As feeds name it.")),
        **FEEDS,
    )
    location = {"Location": text_header("The video at Meta, which works for a while.")}
    declare(
        "GET",
        "/instagram/videos/<proxy>",
        "readVideo",
        "A video of a feed.",
        {
            302: {"description": "Where the video is now.", "headers": location, "content": NOTHING},
            **errors(404, 500, 503),
        },
        openapi_extensions=parameters(segment("proxy", "As feeds name it.")),
        **FEEDS,
    )


def reports() -> None:
    """What is worked out about a member's account."""
    tag: Json = {"tags": ["Reports"]}
    tags = {"ETag": text_header("Of what the report shows, for If-None-Match.")}
    known = {304: {"description": "The report has not changed.", "content": NOTHING}}
    refused = {
        401: "No app token, or an unknown one (545); or a wrong password.",
        403: "The app token is for another account.",
        404: "No such report, or no such member (533).",
        422: "A parameter cannot be meant.",
        503: "A service did not answer; try again.",
    }
    listed = reply("The reports, always in the same order.", json_content(ReportListView))
    declare("GET", "/reports", "listReports", "Which reports there are.", {**listed, **known}, **tag)
    same = {200: {"description": "As GET answers, without the body.", "content": NOTHING}, **known}
    declare("HEAD", "/reports", "lookUpReports", "Whether the list has changed.", same, **tag)
    parts = parameters(
        segment("id", "The member's id, or that of a connection of its account."), segment("name", "The report's name.")
    )
    preflight: dict[int, Any] = {
        204: {"description": "A page of any origin may ask, and send a token.", "content": NOTHING}
    }
    ask = "What a page of another origin may send."
    declare("OPTIONS", "/reports", "preflightReports", ask, preflight, **tag)
    declare("OPTIONS", "/reports/<id>/<name>", "preflightReport", ask, preflight, openapi_extensions=parts, **tag)
    refusals = responses(AnalyticsError, refused, 403, 404, 422)
    pages = {status: {**each, "content": {**each["content"], **PAGE}} for status, each in refusals.items()}
    whole = {
        **json_content(ReportView),
        "text/csv": {"schema": {"type": "string"}},
        "text/html": {"schema": {"type": "string"}},
    }
    names = ", ".join(f"`{report.name}`" for report in REPORTS)
    declare(
        "HEAD",
        "/reports/<id>/<name>",
        "lookUpReport",
        "Whether a report has changed.",
        {**same, **refusals},
        security=[*BASIC, {"bearer": []}],
        openapi_extensions=parts,
        **tag,
    )
    declare(
        "GET",
        "/reports/<id>/<name>",
        "readReport",
        "A report about a member, from the latest snapshot of its account.",
        {
            **reply("The report, what is missing for it, or how far the first sync is.", whole, headers=tags),
            **known,
            **pages,
        },
        security=[*BASIC, {"bearer": []}],
        openapi_extensions=parameters(
            segment("id", "The member's id, or that of a connection of its account."),
            segment("name", f"One of {names}."),
            query("access_token", "The member's app token, unless it is sent as bearer token."),
            query("limit", "How many rows a page has.", type="integer", minimum=1, maximum=10000, default=1000),
            query("skip", "How many rows to leave out before it.", type="integer", minimum=0, default=0),
            query("tz", "A zone of the IANA time zone database; the member's own by default, else UTC."),
            query("from", "The first day (2026-11-21) or moment of the posts, days, stories or clicks that count."),
            query("to", "The last day, or the moment before which they end."),
            query("format", "JSON unless a browser asks for a page.", enum=["json", "csv", "html"]),
        ),
        **tag,
    )


def webhooks() -> None:
    """What Meta sends of accounts."""
    hub = parameters(
        query("hub.mode", "`subscribe`.", required=True),
        query("hub.verify_token", "The verify token of the secret MetaApps.", required=True),
        query("hub.challenge", "Given back.", required=True),
    )
    handshake = {
        **reply("The challenge.", TEXT),
        403: {"description": "Not a handshake, or a wrong verify token.", "content": TEXT},
        **errors(503),
    }
    delivery = {**reply("Taken; it is in a queue.", NOTHING), **errors(401, 503)}
    body = {"requestBody": {"required": True, "content": {"application/json": {"schema": {}}}}}
    for path, name in (("/postcallback", "Webhook"), ("/hook/parse-instagram", "OldWebhook")):
        summary = "Show that the address is ours."
        declare("GET", path, f"verify{name}", summary, handshake, openapi_extensions=hub, **META)
        summary = "Tell that something is new with accounts."
        declare("POST", path, f"deliver{name}", summary, delivery, openapi_extensions=body, **META)


def people() -> None:
    """What Meta sends of people who end it, and what they see."""
    signed: Json = {"type": "object", "required": ["signed_request"]}
    signed["properties"] = {"signed_request": {"type": "string"}}
    form = {"requestBody": {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": signed}}}}
    success: Json = {"type": "object", "required": ["success"], "properties": {"success": {"type": "boolean"}}}
    ended = reply("Taken.", {"application/json": {"schema": success}})
    for path, name, summary, taken in (
        ("/instagram/deauthorize", "deauthorize", "A person removed the app.", ended),
        (
            "/instagram/data-deletion",
            "eraseData",
            "A person wants their data erased.",
            reply("Taken.", json_content(ConfirmationView)),
        ),
    ):
        declare("POST", path, name, summary, {**taken, **errors(400, 401, 503)}, openapi_extensions=form, **META)
    declare(
        "GET",
        "/instagram/data-deletion/<code>",
        "deletionStatus",
        "How far a deletion request is.",
        {**reply("How far the request is.", PAGE | json_content(ProgressView)), **errors(404, 503, page=True)},
        openapi_extensions=parameters(segment("code", "The confirmation code.")),
        **META,
    )


def operation() -> None:
    """How Signpost is."""
    content = json_content(OperationError)
    said = {
        401: "Missing or wrong credentials.",
        422: "A value is not allowed.",
        429: "Too many tries from this network.",
        500: "Something went wrong here.",
        503: "A service did not answer; try again.",
    }

    def failures(*statuses: int) -> dict[int, Any]:
        return {each: {"description": said[each], "content": content} for each in statuses}

    either: Json = {"application/json": {"model": Status | OperationError}}
    declare(
        "GET",
        "/status",
        "readStatus",
        "How Signpost is. Any page may read it; an answer is a few seconds old at most.",
        {
            200: {"description": "All stores answer.", "content": json_content(Status)},
            503: {"description": "A store does not answer; the body says which.", "content": either},
            **failures(401, 429, 500),
        },
        openapi_extensions=parameters(query("detail", "`1`, with the administrator's password, adds the schedules.")),
        **OPERATION,
    )
    declare(
        "GET",
        "/log",
        "readLog",
        "The newest lines of all functions' logs.",
        {**reply("The lines, newest first.", json_content(Log)), **failures(401, 422, 429, 500, 503)},
        openapi_extensions=parameters(
            query("tail", "How many lines.", type="integer", minimum=1, maximum=500, default=100)
        ),
        security=BASIC,
        **OPERATION,
    )
    declare(
        "GET",
        "/stats",
        "readStats",
        "How many people, conversations and messages there have been.",
        {**reply("The numbers.", json_content(Stats)), **failures(401, 429, 500, 503)},
        security=BASIC,
        **OPERATION,
    )
    line: Json = {"schema": {"type": "string", "maxLength": MOST_BYTES}}
    declare(
        "POST",
        "/log",
        "writeLog",
        "Add a line to the log, as text or JSON. It is kept as information from a client, whatever it says.",
        {
            **reply("Written.", json_content(Logged)),
            400: {"description": "There is no line, or it is not UTF-8.", "content": content},
            **failures(422, 429, 500),
        },
        openapi_extensions={
            "requestBody": {"required": True, "content": {"text/plain": line, "application/json": {"schema": {}}}}
        },
        **OPERATION,
    )


redirect()
recount()
feeds()
reports()
webhooks()
people()
operation()
