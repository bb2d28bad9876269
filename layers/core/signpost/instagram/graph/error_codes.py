"""Turns Meta's error replies into `errors`.

The Graph API says   {"error": {message, type, code, error_subcode?, is_transient?, fbtrace_id, …}}
the Instagram login  {"error_type": "OAuthException", "code": 400, "error_message": "…"}
"""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from signpost.instagram.graph.errors import (
    AppBlocked,
    BeforeBusiness,
    CodeRefused,
    Facts,
    FieldRefused,
    GraphBug,
    HashtagQuota,
    HashtagUnknown,
    MetaError,
    MetaUnavailable,
    MetricRemoved,
    NotEnoughViewers,
    ObjectMissing,
    PermissionMissing,
    PolicyBlock,
    Throttled,
    TokenDead,
    TokenEnd,
    TooMuchData,
    UserUnknown,
)
from signpost.instagram.graph.usage import Usage
from signpost.instagram.json_values import Json, mapping, text, whole

_HOUR: Final = 3600  # seconds
_DAY: Final = 86_400


class _Limit(NamedTuple):
    level: str
    pause: int  # seconds, unless Meta says how long


# Platform limits apply to a rolling hour; a custom limit (613) is usually about a burst.
_LIMITS: Final[Mapping[int, _Limit]] = MappingProxyType(
    {
        4: _Limit("app", _HOUR),
        17: _Limit("user", _HOUR),
        32: _Limit("page", _HOUR),
        341: _Limit("app", _HOUR),
        613: _Limit("custom", 600),
        80001: _Limit("page", _HOUR),
        80002: _Limit("account", _HOUR),
    }
)
_PASSING: Final = (-1, -2, 1, 2)
_TOKEN_ENDS: Final[Mapping[int, TokenEnd]] = MappingProxyType(
    {
        458: TokenEnd.REVOKED,
        459: TokenEnd.CHECKPOINT,
        460: TokenEnd.PASSWORD_CHANGED,
        463: TokenEnd.EXPIRED,
        464: TokenEnd.UNCONFIRMED,
        467: TokenEnd.INVALID,
        492: TokenEnd.ROLE_LOST,
    }
)
_PERMISSION: Final = (3, 10, *range(200, 300))
_APP_BLOCKED: Final = "API access blocked"  # with code 200, which otherwise is about a person's permissions
# We never publish: whatever else its code means, such an error answers a call that we must not make.
_PUBLISHING: Final = ((9, 2207042), (4, 2207051), (36000, 2207004), (-2, 2207003), (-2, 2207020))
# Subcodes of 100.
_MISSING: Final = 33
_BEFORE_BUSINESS: Final = 2108006
_CODE_USED: Final = (36007, 36009)  # the login code of facebook.com has expired or was used before
# Not every such error has its subcode.
_MISSING_IN_WORDS: Final = re.compile(r"[Oo]bject .*does not exist.*missing permission")
_HASHTAG_UNKNOWN: Final = (2207024, None)
_METRIC_BY_PLACE: Final = re.compile(r"metric\[(\d{1,3})\] must be one of")
_METRIC_BY_NAME: Final = re.compile(
    r"(?:does not support the|, the|\bthe) (?!following\b)([\w, ]+?) metrics? (?:for|is|are)\b"
)
_METRICS_LISTED: Final = re.compile(r"\bfollowing metrics? (?:is|are) not supported[^:]*: *([\w, ]+)")
_METRIC_UNNAMED: Final = re.compile(r"\bmetrics?\b.*\b(?:not|no longer) supported\b")
_FIELD_UNKNOWN: Final = re.compile(r"\bnonexisting field \((\w+)\)")
_FIELD_DEPRECATED: Final = re.compile(r"(\w+) (?:field )?is deprecated\b")
_RATE_LIMITED: Final = 429
_SERVER_ERROR: Final = 500
# Meta quotes a malformed token in its message. No other word of this length helps a reader.
_OPAQUE: Final = re.compile(r"[\w\-.|%=+/]{40,}")


def is_error(body: Json, http_status: int) -> bool:
    return http_status >= 300 or "error" in body or "error_type" in body  # noqa: PLR2004  (a redirect is not an answer)


def error_from(body: Json, http_status: int, usage: Usage, secrets: Iterable[str] = ()) -> MetaError:
    """The error for a reply; `secrets` are blacked out in Meta's message."""
    login = "error_type" in body
    error = body if login else mapping(body.get("error"))
    said = text(error.get("error_message" if login else "message")) or ""
    for secret in filter(None, secrets):
        said = said.replace(secret, "***")
    facts = Facts(
        code=whole(error.get("code")),
        subcode=whole(error.get("error_subcode")),
        kind=text(error.get("error_type" if login else "type")) or "",
        message=_OPAQUE.sub("***", said),
        trace=text(error.get("fbtrace_id")) or "",
        http_status=http_status,
        usage=usage,
    )
    return _login_error(facts) if login else _graph_error(facts, transient=error.get("is_transient") is True)


def token_end(subcode: int | None) -> TokenEnd:
    return _TOKEN_ENDS.get(subcode or 0, TokenEnd.INVALID)


def _login_error(facts: Facts) -> MetaError:
    code = facts.code or facts.http_status or 0
    if code == _RATE_LIMITED or facts.kind == "OAuthRateLimitException":
        return _throttled(_Limit("app", _HOUR), facts)
    if code >= _SERVER_ERROR:
        return _unavailable(facts)
    return CodeRefused("Instagram did not accept the login; start again.", facts)


def _graph_error(facts: Facts, *, transient: bool) -> MetaError:
    code = facts.code
    if code is None:
        return _by_status(facts)
    if (code, facts.subcode) in _PUBLISHING:
        return _bug(facts)
    if code in _LIMITS:
        return _throttled(_LIMITS[code], facts)
    if "reduce the amount of data" in facts.message:  # it comes as the unknown error 1
        return TooMuchData("Instagram does not return that much in one call; ask for less.", facts)
    return _unavailable(facts) if transient or code in _PASSING else _by_code(code, facts)


def _by_code(code: int, facts: Facts) -> MetaError:
    match code:
        case 102 | 190:
            reason = token_end(facts.subcode)
            return TokenDead("The connection to Instagram has ended; connect again.", reason, facts)
        case _ if code in _PERMISSION:
            return _permission(facts)
        case 100:
            return _parameter_error(facts)
        case _:
            return _refusal(code, facts)


def _refusal(code: int, facts: Facts) -> MetaError:
    match code:
        case 12 if deprecated := _FIELD_DEPRECATED.search(facts.message):
            return _field_refused(deprecated[1], facts)
        case 18:
            return HashtagQuota("This account has searched for 30 hashtags in 7 days; this one must wait.", _DAY, facts)
        case 24 if facts.subcode in _HASHTAG_UNKNOWN:
            return HashtagUnknown("There is no such hashtag, or Instagram does not show it.", facts)
        case 110:
            return UserUnknown("There is no professional account with that name.", facts)
        case 368:
            return PolicyBlock("Instagram has blocked this for a while because of its policies.", _DAY, facts)
        case _:
            return _bug(facts)


def _permission(facts: Facts) -> MetaError:
    # Meta's `message` is English whatever the account's language; only `error_user_msg` is translated.
    if "Not enough viewers" in facts.message:
        return NotEnoughViewers("Too few people saw the story for Instagram to give numbers.", facts)
    if _APP_BLOCKED in facts.message:
        return AppBlocked("Instagram refuses everything that this app asks for now; try later.", facts)
    return PermissionMissing(
        "Instagram refuses this: a permission is missing; connect again and allow everything.", facts
    )


def _parameter_error(facts: Facts) -> MetaError:
    """Code 100, "invalid parameter", can mean seven different things."""
    if facts.subcode == _MISSING or _MISSING_IN_WORDS.search(facts.message):
        return ObjectMissing("It does not exist, or may not be read.", facts)
    if facts.subcode == _BEFORE_BUSINESS:
        return BeforeBusiness("It was posted before the account became professional, so it has no insights.", facts)
    if facts.subcode in _CODE_USED:
        return CodeRefused("The login was used before, or took too long; start again.", facts)
    if facts.kind == "IGApiException" and "Unsupported request" in facts.message:
        # The message blames the "method type", but means that the account has no role in an app not yet reviewed.
        return PermissionMissing("The app may not read this account: it needs a tester role or app review.", facts)
    if unknown := _FIELD_UNKNOWN.search(facts.message):
        return _field_refused(unknown[1], facts)
    return _metric_error(facts)


def _metric_error(facts: Facts) -> MetaError:
    if place := _METRIC_BY_PLACE.search(facts.message):
        return MetricRemoved("Instagram does not know one of the metrics.", (), int(place[1]), facts)
    if named := _METRICS_LISTED.search(facts.message) or _METRIC_BY_NAME.search(facts.message):
        metrics = tuple(re.findall(r"\w+", named[1]))
        return MetricRemoved(f"Instagram does not give {', '.join(metrics)} for this.", metrics, None, facts)
    if _METRIC_UNNAMED.search(facts.message):
        return MetricRemoved("Instagram does not give one of the metrics for this.", (), None, facts)
    return _bug(facts)


def _field_refused(field: str, facts: Facts) -> MetaError:
    return FieldRefused(f"Instagram does not know the field {field}.", field, facts)


def _by_status(facts: Facts) -> MetaError:
    status = facts.http_status or 0
    if status == _RATE_LIMITED:
        return _throttled(_Limit("app", _HOUR), facts)
    return _unavailable(facts) if status >= _SERVER_ERROR else _bug(facts)


def _throttled(limit: _Limit, facts: Facts) -> MetaError:
    pause = facts.usage.regain_seconds or limit.pause
    return Throttled("Instagram allows no more calls for now; try later.", pause, limit.level, facts)


def _unavailable(facts: Facts) -> MetaError:
    return MetaUnavailable("Instagram is not answering; try again.", facts)


def _bug(facts: Facts) -> MetaError:
    return GraphBug("Instagram rejected the request.", facts)
