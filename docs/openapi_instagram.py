"""The Instagram part of the API reference: routes that are served without a resolver, for speed or for browsers."""  # noqa: INP001

from typing import Any

Json = dict[str, Any]

_ERROR: Json = {"application/json": {"schema": {"$ref": "#/components/schemas/InstagramError"}}}
_PAGE: Json = {"text/html": {"schema": {"type": "string"}}}
_TEXT: Json = {"text/plain": {"schema": {"type": "string"}}}
_TIME: Json = {"type": ["string", "null"], "format": "date-time"}
_NULLABLE: Json = {"type": ["string", "null"]}
_COUNT: Json = {"type": ["integer", "null"]}


def _object(properties: Json, **more: Any) -> Json:
    return {"type": "object", "required": list(properties), "properties": properties, **more}


def _array(items: Json) -> Json:
    return {"type": "array", "items": items}


_TEXTS: Json = _array({"type": "string"})
_CHILD: Json = _object(
    {"id": {"type": "string"}, "media_type": _NULLABLE, "picture": _NULLABLE, "video": _NULLABLE},
)
POST_SCHEMA: Json = _object(
    {
        "id": {"type": "string"},
        "caption": {"type": "string"},
        "tags": _TEXTS,
        "media_type": _NULLABLE,
        "product_type": _NULLABLE,
        "permalink": _NULLABLE,
        "timestamp": _TIME,
        "username": _NULLABLE,
        "picture": {**_NULLABLE, "description": "An address that does not expire where there is a copy of ours."},
        "video": {**_NULLABLE, "description": "Meta's address, while it works."},
        "like_count": _COUNT,
        "comments_count": _COUNT,
        "alt_text": _NULLABLE,
        "children": _array(_CHILD),
    },
    title="Post",
)
_SETTINGS: Json = _object(
    {
        "account": _NULLABLE,
        "name": _NULLABLE,
        "picture": _NULLABLE,
        "provider": _NULLABLE,
        "token_state": {
            "type": ["string", "null"],
            "enum": ["active", "expiring", "expired", "revoked", "permission_missing", None],
        },
        "expires_at": _TIME,
        "data_access_expires_at": _TIME,
        "connect_url": {"type": "string"},
        "shows_banner": {"type": "boolean"},
        "instagram_graph_api_migrated_at": _NULLABLE,
        "instagramNotMigratedFeeds": _TEXTS,
    },
)
FEED_SCHEMA: Json = {
    "title": "Feed",
    "type": "object",
    "required": ["data", "paging", "source", "stale", "as_of"],
    "properties": {
        "data": _array({"$ref": "#/components/schemas/Post"}),
        "paging": _object({"next_cursor": _NULLABLE, "next": _NULLABLE}),
        "source": {"type": "string", "enum": ["graph", "legacy"]},
        "stale": {"type": "boolean", "description": "It is the last good copy, and older than it should be."},
        "as_of": {**_TIME, "description": "When it was last read from its source."},
        "queued": _object(
            {"until": _TIME, "message": {"type": "string"}},
            description="The hashtag waits for Meta's quota of 30 in 7 days.",
        ),
        "settings": {**_SETTINGS, "description": "With `is_settings` only."},
    },
}
INSTALL_SCHEMA: Json = _object(
    {
        "id": {"type": "string"},
        "provider": {"type": "string", "enum": ["facebook", "instagram"]},
        "instagram_account": {"type": "string"},
        "instagram_business_account_id": {"type": "string"},
        "name": _NULLABLE,
        "profile_picture_url": _NULLABLE,
        "followers_count": _COUNT,
        "media_count": _COUNT,
        "page_id": _NULLABLE,
        "page_name": _NULLABLE,
        "scopes": _TEXTS,
        "state": {"type": "string"},
        "connected_at": {"type": "string", "format": "date-time"},
        "expires_at": _TIME,
        "data_access_expires_at": _TIME,
    },
    title="Install",
)
SCHEMAS: Json = {
    "Feed": FEED_SCHEMA,
    "Install": INSTALL_SCHEMA,
    "Post": POST_SCHEMA,
}


def _query(name: str, description: str, *, required: bool = False, **schema: Any) -> Json:
    return {
        "name": name,
        "in": "query",
        "required": required,
        "description": description,
        "schema": {"type": "string", **schema},
    }


def _failures(*statuses: str, page: bool = False) -> Json:
    told = {
        "400": "The request, the code or the state is not right; the message says what is.",
        "401": "It is not signed by Meta.",
        "403": "The person said no, or a permission is missing.",
        "404": "There is no such thing, or the account is not connected.",
        "409": "It cannot be done in this state; the message says what to do.",
        "422": "A value is not allowed.",
        "500": "Something went wrong here. The message has the request's id.",
        "502": "Meta refused; the message says why.",
        "503": "Meta or a service did not answer; try again.",
    }
    content = {**_ERROR, **(_PAGE if page else {})}
    return {status: {"description": told[status], "content": content} for status in statuses}


def _operation(name: str, summary: str, tag: str, parameters: list[Json], responses: Json) -> Json:
    operation = {"operationId": name, "summary": summary, "tags": [tag], "responses": dict(sorted(responses.items()))}
    return operation | ({"parameters": parameters} if parameters else {})


_LOCATION: Json = {"Location": {"description": "Where to.", "required": True, "schema": {"type": "string"}}}


def connecting() -> Json:
    """Logins, there and back."""
    tag = "Connecting accounts"
    start = [
        _query("provider", "Which login; may be left out when only one is set up.", enum=["facebook", "instagram"]),
        _query("return_to", "The page to come back to, on an allowed host; without it the mobile client's address."),
        _query("app_id", "The app (widget) that the account is connected for."),
        _query("callback", "The path that Meta's dialog returns to, if not the usual one."),
        _query("rerequest", "`1` has Facebook ask again for what was declined before."),
    ]
    back = [
        _query("code", "From Meta."),
        _query("state", "As it was sent along."),
        _query("error", "From Meta, when the person said no or the dialog failed."),
        _query("error_reason", "From Meta."),
        _query("error_description", "From Meta."),
    ]
    mobile = [
        _query(f"smaxx-{name}", "Given back in the reply.", required=name != "pic")
        for name in ("id", "token", "name", "pic")
    ]
    by_token = [
        _query("token", "A short token of Facebook's JavaScript SDK."),
        _query("appId", "The app (widget) that the account is connected for."),
        _query("user", "Whose app it is, when it is a new one."),
        _query("app_type", "Of what type the app is, when it is a new one."),
        *back[:3],
    ]
    to_dialog = {"302": {"description": "To Meta's dialog; sets the login's cookie.", "headers": _LOCATION}}
    to_page = {
        "302": {"description": "Connected: to `return_to`, with `after_instagram_auth=True`.", "headers": _LOCATION}
    }
    connected = {
        "description": "The install. No token.",
        "content": {
            "application/json": {
                "schema": {
                    "allOf": [
                        {"$ref": "#/components/schemas/Install"},
                        _object(
                            {
                                "app_id": _NULLABLE,
                                "also_connected": _array({"$ref": "#/components/schemas/Install"}),
                            }
                        ),
                    ]
                }
            }
        },
    }
    fields = _object(
        {
            "status": {"type": "integer"},
            **{f"smaxx-{name}": {"type": "string"} for name in ("id", "pic", "token", "name")},
        }
    )
    told = {"200": {"description": "What was sent.", "content": {"application/json": {"schema": fields}}}}
    failed = ("400", "403", "404", "409", "422", "500", "502", "503")

    def login(name: str) -> Json:
        failures = _failures("400", "422", "500", "503", page=True)
        return {"get": _operation(name, "Begin a login.", tag, start, to_dialog | failures)}

    def callback(name: str) -> Json:
        failures = _failures(*failed, page=True)
        return {"get": _operation(name, "Come back from Meta's dialog.", tag, back, to_page | failures)}

    def oauth(name: str) -> Json:
        summary = "Connect an account with a token, or come back from the dialog as JSON."
        return {"get": _operation(name, summary, tag, by_token, {"200": connected} | _failures(*failed))}

    page = {"200": {"description": "A page.", "content": _PAGE}} | _failures("500", page=True)
    mobile_summary = "What a mobile client reads when its login is done."
    return {
        "/showlogin": login("showLogin"),
        "/authorize-instagram": login("authorizeInstagram"),
        "/authcallback": callback("authCallback"),
        "/handle-instagram-authorization": callback("handleInstagramAuthorization"),
        "/connected": {"get": _operation("connected", "Say that it is done, to people from e-mails.", tag, [], page)},
        "/unwindor": {
            "get": _operation("unwindor", mobile_summary, tag, mobile, told | _failures("400", "422", "500"))
        },
        "/instagram/oauth": oauth("connectByToken"),
        "/users/oauth": oauth("usersOauth"),
        "/users/oauth/": oauth("usersOauthSlash"),
    }


def feeds() -> Json:
    """What widgets read."""
    tag = "Feeds"
    app_id = _query("app_id", "The app (widget).", required=True)
    parameters = [
        app_id,
        _query("username_or_hashtag", "`@name` or `#tag`; the sign alone, with the name in `following`."),
        _query("following", "The account or hashtag, when `username_or_hashtag` has only the sign."),
        _query("instagram_username", "One of the app's accounts: whose feed, or in whose name a hashtag is asked for."),
        _query("page_name", "The same, by the name of its Facebook Page."),
        _query("is_settings", "`true` adds the state of the account and its token."),
        _query("cursor", "The `next_cursor` of the page before."),
        {**_query("limit", "Posts on a page.", default=25), "schema": {"type": "integer", "minimum": 1, "maximum": 50}},
    ]
    preflight = {**app_id, "required": False}
    etag = {"ETag": {"description": "Names this content.", "required": False, "schema": {"type": "string"}}}
    feed = {
        "description": "Posts, newest first.",
        "headers": etag,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Feed"}}},
    }
    unchanged = {"description": "It is still what If-None-Match names."}
    picture = {
        "description": "The picture; it never changes.",
        "content": {"image/*": {"schema": {"type": "string", "format": "binary"}}},
    }
    key = {
        "name": "proxy",
        "in": "path",
        "required": True,
        "description": "As feeds name it.",
        "schema": {"type": "string"},
    }
    allowed = {"204": {"description": "Which origins may read the feed is in the headers of CORS."}}
    failures = _failures("400", "404", "409", "422", "500", "503")
    return {
        "/instagram": {
            "get": _operation(
                "readFeed",
                "The feed of an account or a hashtag.",
                tag,
                parameters,
                {"200": feed, "304": unchanged} | failures,
            ),
            "options": _operation(
                "preflightFeed",
                "Whether a page may read it.",
                tag,
                [preflight],
                allowed | _failures("500", "503"),
            ),
        },
        "/instagram/pictures/{proxy}": {
            "get": _operation(
                "readPicture", "A picture of a feed.", tag, [key], {"200": picture} | _failures("404", "500", "503")
            )
        },
    }


def deliveries() -> Json:
    """What Meta sends."""
    tag = "Called by Meta"
    hub = [
        _query("hub.mode", "`subscribe`.", required=True),
        _query("hub.verify_token", "The verify token of the secret MetaApps.", required=True),
        _query("hub.challenge", "Given back.", required=True),
    ]
    form = {
        "required": True,
        "content": {
            "application/x-www-form-urlencoded": {"schema": _object({"signed_request": {"type": "string"}})},
        },
    }
    body = {"required": True, "content": {"application/json": {"schema": {}}}}
    challenge = {"200": {"description": "The challenge.", "content": _TEXT}}
    refused = {"403": {"description": "Not a handshake, or a wrong verify token.", "content": _TEXT}}
    taken = {"200": {"description": "Taken; it is in a queue."}}
    success = _object({"success": {"type": "boolean"}})
    ended = {"200": {"description": "Taken.", "content": {"application/json": {"schema": success}}}}
    confirmation = _object({"url": {"type": "string"}, "confirmation_code": {"type": "string"}})
    confirmed = {"200": {"description": "Taken.", "content": {"application/json": {"schema": confirmation}}}}
    code = {
        "name": "code",
        "in": "path",
        "required": True,
        "description": "The confirmation code.",
        "schema": {"type": "string"},
    }
    progress = _object(
        {
            "confirmation_code": {"type": "string"},
            "status": {"type": "string", "enum": ["received", "erasing", "done"]},
            "received_at": {"type": "string", "format": "date-time"},
            "done_at": _TIME,
            "erased": _object(
                {name: {"type": "integer"} for name in ("accounts", "posts", "pictures", "imports")},
            ),
        }
    )
    shown = {
        "200": {
            "description": "How far the request is.",
            "content": {"text/html": {"schema": {"type": "string"}}, "application/json": {"schema": progress}},
        }
    }

    def handshake(name: str) -> Json:
        return _operation(name, "Show that the address is ours.", tag, hub, challenge | refused | _failures("503"))

    def delivery(name: str) -> Json:
        summary = "Tell that something is new with accounts."
        return _operation(name, summary, tag, [], taken | _failures("401", "503")) | {"requestBody": body}

    failures = _failures("400", "401", "503")
    deauthorize = _operation("deauthorize", "A person removed the app.", tag, [], ended | failures)
    erase = _operation("eraseData", "A person wants their data erased.", tag, [], confirmed | failures)
    status_failures = _failures("404", "503", page=True)
    status = _operation("deletionStatus", "How far a deletion request is.", tag, [code], shown | status_failures)
    return {
        "/postcallback": {"get": handshake("verifyWebhook"), "post": delivery("deliverWebhook")},
        "/hook/parse-instagram": {"get": handshake("verifyOldWebhook"), "post": delivery("deliverOldWebhook")},
        "/instagram/deauthorize": {"post": deauthorize | {"requestBody": form}},
        "/instagram/data-deletion": {"post": erase | {"requestBody": form}},
        "/instagram/data-deletion/{code}": {"get": status},
    }


def paths() -> Json:
    """All of them."""
    return {**connecting(), **feeds(), **deliveries()}
