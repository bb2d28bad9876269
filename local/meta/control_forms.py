"""The controls, and what their forms ask for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from local.meta.errors import CODES, THROTTLES, TOKEN_SUBCODES
from local.meta.state import SCOPES, MetaState
from local.meta.world import login_of


@dataclass(frozen=True)
class Input:
    """`kind` is text, number, flag, or the name of a list of choices. An empty input is not passed on."""

    name: str
    label: str
    kind: str = "text"
    value: str = ""


@dataclass(frozen=True)
class Action:
    group: str
    label: str
    inputs: tuple[Input, ...] = ()


_ACCOUNT: Final = Input("login", "Account", "accounts")
_LOGIN: Final = Input("login", "Login", "logins")
_PROVIDER: Final = Input("provider", "Product", "providers")
_SHAPE: Final = Input("shape", "Shape", "shapes")
_FORCE: Final = Input("force", "Even when not subscribed", "flag")
_ANYBODY: Final = Input("login", "Only for", "anybody")

# By the name of the method of WebhookControls that each calls.
ACTIONS: Final[Mapping[str, Action]] = {
    "publish": Action(
        "Posts",
        "Publish a post",
        (
            _ACCOUNT,
            Input("caption", "Caption", value="Fresh today #ed"),
            Input("media_type", "Type", "media_types"),
            Input("product_type", "Place", "product_types"),
        ),
    ),
    "fill": Action("Posts", "Publish many posts", (_ACCOUNT, Input("posts", "Posts", "number", "5000"))),
    "comment": Action("Posts", "Comment, without a webhook", (_ACCOUNT, Input("text", "Text", value="Lovely!"))),
    "expire_tokens": Action("Tokens", "Expire the tokens", (_LOGIN,)),
    "kill_tokens": Action("Tokens", "End the tokens", (_LOGIN, Input("subcode", "Why (190)", "token_subcodes"))),
    "remove_permission": Action("Tokens", "Remove a permission", (_LOGIN, Input("scope", "Permission", "scopes"))),
    "revoke": Action("Tokens", "Remove the app (deauthorize)", (_PROVIDER, _LOGIN)),
    "delete_data": Action("Tokens", "Request data deletion", (_PROVIDER, _LOGIN)),
    "throttle": Action(
        "Errors",
        "Throttle",
        (Input("code", "Code", "throttles"), Input("minutes", "Minutes", "number", "60"), _ANYBODY),
    ),
    "fail_next": Action(
        "Errors",
        "Fail the next calls",
        (
            Input("code", "Code", "codes"),
            Input("subcode", "Subcode", "number"),
            Input("count", "Calls", "number", "1"),
            Input("path", "Only if the path contains"),
            Input("status", "Reply with this HTTP status, without JSON", "number"),
            _ANYBODY,
        ),
    ),
    "set_usage": Action("Errors", "Set the usage headers", (Input("percent", "Percent", "number", "95"), _ANYBODY)),
    "grant_hashtags": Action(
        "Errors", "Set Public Content Access (hashtags)", (Input("granted", "The app has it", "flag"),)
    ),
    "use_up_hashtags": Action("Errors", "Use up an account's 30 hashtags elsewhere", (_ACCOUNT,)),
    "limit_calls": Action(
        "Errors",
        "Limit the app's calls as Meta does",
        (Input("users", "Users, 200 calls an hour each", "number", "1"),),
    ),
    "refuse_field": Action("Errors", "Refuse a field", (Input("name", "Field", value="shares_count"),)),
    "refuse_metric": Action(
        "Errors",
        "Refuse a metric of posts",
        (Input("name", "Metric", value="saved"), Input("unnamed", "Do not say which one", "flag")),
    ),
    "limit_pages": Action("Errors", "Limit the size of a page", (Input("most", "Posts", "number", "10"),)),
    "calm": Action("Errors", "Clear all errors"),
    "block_app": Action("App and accounts", "Block the app", (_PROVIDER,)),
    "unblock_app": Action("App and accounts", "Lift the block", (_PROVIDER,)),
    "change_mode": Action("App and accounts", "Change the app's mode", (Input("mode", "Mode", "modes"),)),
    "rename": Action(
        "App and accounts", "Rename an account", (_ACCOUNT, Input("username", "New username", value="nora.bakes.again"))
    ),
    "make_personal": Action("App and accounts", "Make an account personal", (_ACCOUNT,)),
    "make_professional": Action("App and accounts", "Make it professional again", (_ACCOUNT,)),
    "unlink_page": Action("App and accounts", "Unlink an account from its Page", (_ACCOUNT,)),
    "link_page": Action("App and accounts", "Link it again", (_ACCOUNT,)),
    "verify_webhook": Action("Webhooks", "Handshake", (_PROVIDER,)),
    "send_comment": Action(
        "Webhooks",
        "Send a comment",
        (
            _PROVIDER,
            _ACCOUNT,
            _SHAPE,
            Input("of_ad", "On an ad's copy", "flag"),
            Input("as_list", "Within a list", "flag"),
            _FORCE,
        ),
    ),
    "send_mention": Action("Webhooks", "Send a mention", (_PROVIDER, _ACCOUNT, _SHAPE, _FORCE)),
    "send_story_insights": Action("Webhooks", "Send story insights", (_PROVIDER, _ACCOUNT, _SHAPE, _FORCE)),
    "send_batch": Action(
        "Webhooks",
        "Send a batch",
        (_PROVIDER, _ACCOUNT, Input("entries", "Entries", "number", "1000"), _SHAPE, _FORCE),
    ),
    "send_legacy": Action("Webhooks", "Send an old (v1) body", (_PROVIDER, _ACCOUNT)),
    "retry_deliveries": Action("Webhooks", "Retry failed deliveries now"),
    # For programs only, without a form.
    "add_account": Action("", "Add an account"),
    "connect": Action("", "Connect"),
    "authorize": Action("", "Authorize"),
    "signed_request": Action("", "Signed request"),
    "send_body": Action("", "Send a body"),
}


def arguments(action: Action, form: Mapping[str, str]) -> dict[str, Any]:
    """The form's fields as the method's arguments. Raises ValueError."""
    found: dict[str, Any] = {}
    for each in action.inputs:
        text = form.get(each.name, "")
        if each.kind == "flag":
            found[each.name] = text == "on"
        elif text:
            found[each.name] = int(text) if each.kind in _NUMBERS else text
    return found


_NUMBERS: Final = {"number", "codes", "throttles", "token_subcodes"}


Form = tuple[str, Action, list[tuple[Input, list[tuple[str, str]]]]]


def groups(state: MetaState) -> dict[str, list[Form]]:
    """The forms by group: name, action, and each input with its choices as value and label."""
    accounts = [account.username for account in state.world.accounts]
    logins = [*accounts, *(login_of(person) for person in state.world.people)]
    choices = {
        "accounts": accounts,
        "logins": logins,
        "anybody": ["", *logins],
        "providers": ["facebook", "instagram"],
        "shapes": ["changes", "flat"],
        "modes": ["development", "live"],
        "media_types": ["IMAGE", "VIDEO", "CAROUSEL_ALBUM"],
        "product_types": ["FEED", "REELS", "STORY"],
        "token_subcodes": [str(code) for code in TOKEN_SUBCODES],
        "throttles": [str(code) for code in THROTTLES],
        "codes": [str(code) for code in dict.fromkeys(code for code, _subcode in CODES)],
        "scopes": [*SCOPES["facebook"], *SCOPES["instagram"]],
    }
    found: dict[str, list[Form]] = {}
    for name, action in ACTIONS.items():
        if action.group:
            inputs = [
                (each, [(value, _label(each.kind, value)) for value in choices.get(each.kind, [])])
                for each in action.inputs
            ]
            found.setdefault(action.group, []).append((name, action, inputs))
    return found


def _label(kind: str, value: str) -> str:
    if kind == "anybody":
        return value or "everybody"
    if kind == "token_subcodes":
        return f"{value} {_ENDS[int(value)]}"
    return value


_ENDS: Final = {
    458: "app removed",
    459: "checkpoint",
    460: "password changed",
    463: "expired",
    464: "user not confirmed",
    467: "logged out",
    492: "role on the Page lost",
}
