"""Meta's errors, by what they mean for us.

MetaError (SignpostError)   502
├── MetaUnavailable         503  retryable: no reply, an unreadable one, or a transient fault
│   └── TooMuchData         503  the page is too large for Meta: ask for a smaller one
├── Throttled               503  retryable, not before `retry_after` seconds
├── HashtagQuota            503  retryable, later: the account has searched for 30 hashtags in 7 days
├── PolicyBlock             503  retryable, much later; an operator should look into it
├── TokenDead               409  the person must connect again; `reason` says why
├── PermissionMissing       403  a scope, a role or an app review is missing: the account's or the app's
│   └── AppBlocked          503  Meta refuses the app itself, so this says nothing about the account
├── NotEnoughViewers        404  a story that fewer than five people saw: no data, but no fault
├── ObjectMissing           404  retryable a few times (Meta also says this when throttling); then drop the item
├── BeforeBusiness          404  the post is older than the professional account: no insights, ever
├── HashtagUnknown          404  no such hashtag, or one that may not be read
├── UserUnknown             404  no professional account with that name
├── MetricRemoved           422  `metrics` do not exist for this media or version: ask for the rest
├── CodeRefused             400  the login's code was used before, has expired, or was issued to another app
└── GraphBug                502  the call itself is wrong: only a change of our code helps
    └── FieldRefused        502  `field` does not exist in this version of this product: ask for the rest

Meta's own text is in `facts.message`, without tokens; it is for logs only, because its language is the account's. HTTP
statuses say little (throttles come with 400), so the error's code decides.
Source: https://developers.facebook.com/docs/graph-api/guides/error-handling
"""

from enum import StrEnum
from typing import ClassVar, NamedTuple

from signpost.instagram.graph.usage import Usage
from signpost.platform.errors import SignpostError


class Facts(NamedTuple):
    """Details of an error, for logs. `usage` comes with errors too: it says how long a throttle lasts."""

    code: int | None = None
    subcode: int | None = None
    kind: str = ""  # Meta's `type`, such as OAuthException
    message: str = ""
    trace: str = ""  # Meta's fbtrace_id, which its support asks for
    http_status: int | None = None
    usage: Usage = Usage()


class TokenEnd(StrEnum):
    EXPIRED = "expired"
    REVOKED = "revoked"  # the person removed the app, as in a deauthorisation
    PASSWORD_CHANGED = "password_changed"  # noqa: S105  (a reason, not a password)
    CHECKPOINT = "checkpoint"  # the person must log in at facebook.com first
    UNCONFIRMED = "unconfirmed"
    ROLE_LOST = "role_lost"  # on the Page
    INVALID = "invalid"


class MetaError(SignpostError):
    code = "instagram_failed"
    status = 502
    retry_after: int | None = None  # seconds

    def __init__(self, message: str, facts: Facts | None = None) -> None:
        super().__init__(message)
        self.facts = facts or Facts()
        if facts:
            self.add_note(repr(facts))  # shown in tracebacks, and so in logs, but not to people


class MetaUnavailable(MetaError):
    code = "instagram_unavailable"
    status = 503
    retryable = True


class TooMuchData(MetaUnavailable):
    code = "instagram_too_much_data"


class _Waiting(MetaError):
    status = 503
    retryable = True
    retry_after: int

    def __init__(self, message: str, retry_after: int, facts: Facts | None = None) -> None:
        super().__init__(message, facts)
        self.retry_after = retry_after


class Throttled(_Waiting):
    """`level` is what must stop: `app`, `user`, `page`, `account` (Instagram's business use case) or `custom`."""

    code = "instagram_throttled"

    def __init__(self, message: str, retry_after: int, level: str, facts: Facts | None = None) -> None:
        super().__init__(message, retry_after, facts)
        self.level = level


class HashtagQuota(_Waiting):
    code = "instagram_hashtag_quota"


class PolicyBlock(_Waiting):
    code = "instagram_policy_block"


class TokenDead(MetaError):
    code = "instagram_reconnect"
    status = 409

    def __init__(self, message: str, reason: TokenEnd, facts: Facts | None = None) -> None:
        super().__init__(message, facts)
        self.reason = reason


class PermissionMissing(MetaError):
    code = "instagram_permission_missing"
    status = 403


class AppBlocked(PermissionMissing):
    code = "instagram_app_blocked"
    status = 503


class _Nothing(MetaError):
    code = "instagram_not_found"
    status = 404


class NotEnoughViewers(_Nothing):
    code = "instagram_not_enough_viewers"


class ObjectMissing(_Nothing):
    retryable = True
    tries: ClassVar[int] = 3


class BeforeBusiness(_Nothing):
    code = "instagram_before_business"


class HashtagUnknown(_Nothing):
    code = "instagram_hashtag_unknown"


class UserUnknown(_Nothing):
    code = "instagram_user_unknown"


class MetricRemoved(MetaError):
    """`metrics`: the names that Meta gave. `index`: the position in the list we sent, if it gave only that."""

    code = "instagram_metric_removed"
    status = 422

    def __init__(
        self, message: str, metrics: tuple[str, ...], index: int | None = None, facts: Facts | None = None
    ) -> None:
        super().__init__(message, facts)
        self.metrics, self.index = metrics, index


class CodeRefused(MetaError):
    code = "instagram_code_refused"
    status = 400


class GraphBug(MetaError):
    code = "instagram_bug"


class FieldRefused(GraphBug):
    code = "instagram_field_refused"

    def __init__(self, message: str, field: str, facts: Facts | None = None) -> None:
        super().__init__(message, facts)
        self.field = field
