"""The control page, and the same controls as `POST /control/<action>` with a form or with JSON."""

import dataclasses
import json
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode

from werkzeug.wrappers import Request, Response

from local.meta import control_forms, templates
from local.meta.control_forms import ACTIONS
from local.meta.controls import SignedRequestReply
from local.meta.errors import MetaError
from local.meta.graph import hashtags
from local.meta.tokens import Token
from local.meta.webhooks.controls import WebhookControls
from local.meta.webhooks.sender import Delivery
from local.meta.world import Account, Comment, Media

_RECENT: Final = 30


def answer(controls: WebhookControls, request: Request, path: str) -> Response:
    """`/` is the page; a form's POST comes back to it, JSON gets `{"result"}` or `{"error"}`."""
    if request.path == "/":
        if request.method not in {"GET", "HEAD"}:
            return Response("Method Not Allowed", 405, content_type="text/plain")
        return Response(_page(controls, request.args.get("said", "")), content_type="text/html; charset=utf-8")
    action = ACTIONS.get(path)
    if action is None:
        return Response("Not Found", 404, content_type="text/plain")
    if request.method != "POST":
        return Response("Method Not Allowed", 405, content_type="text/plain")
    if request.mimetype == "application/json":
        return _from_json(controls, path, request)
    try:
        arguments = control_forms.arguments(action, request.form.to_dict())
        said = f"{action.label}: {json.dumps(_shown(_run(controls, path, arguments)), ensure_ascii=False)}"
    except (ValueError, LookupError, TypeError, MetaError) as error:
        said = f"{action.label}: failed. {_why(error)}"
    return Response(status=303, headers={"Location": "/?" + urlencode({"said": said[:1500]})})


def _from_json(controls: WebhookControls, name: str, request: Request) -> Response:
    try:
        result = _run(controls, name, json.loads(request.get_data()))
        body, status = {"result": _shown(result, secret=True)}, 200
    except (ValueError, LookupError, TypeError, MetaError) as error:
        body, status = {"error": _why(error)}, 400
    return Response(json.dumps(body), status, content_type="application/json")


def _run(controls: WebhookControls, name: str, arguments: Any) -> Any:
    if not isinstance(arguments, dict):
        raise TypeError("The body is not a JSON object.")
    return getattr(controls, name)(**arguments)


def _why(error: Exception) -> str:
    return f"Nobody is called {error}." if isinstance(error, KeyError) else str(error) or type(error).__name__


def _shown(result: Any, *, secret: bool = False) -> Any:  # noqa: PLR0911 - one per kind of result
    """A result as JSON. Tokens appear only in the answer to JSON, which a program asked for."""
    match result:
        case Token():
            return {"access_token": result.value if secret else result.masked, "expires_at": result.expires_at}
        case Delivery():
            return {"state": result.state, "answers": [attempt.status for attempt in result.attempts]}
        case SignedRequestReply():
            return dataclasses.asdict(result)
        case Account() | Media() | Comment():
            return {"id": result.id}
        case tuple():
            return [_shown(each) for each in result]
        case str() | int():
            return result
        case _:
            return "done"


def _page(controls: WebhookControls, said: str) -> str:
    state = controls.state
    with state.lock:
        now = state.now()
        return templates.render(
            "control.html",
            title="Meta, on this machine",
            said=said,
            now=_moment(now),
            switches=state.switches,
            groups=control_forms.groups(state),
            people=state.world.people,
            accounts=[(each, hashtags.usage(state, each, now)) for each in state.world.accounts],
            tokens=[
                (each, _moment(each.expires_at) if each.expires_at else "never", _token_state(each, now))
                for each in reversed(state.tokens.tokens.values())
            ],
            deliveries=[(_moment(each.created), each) for each in controls.deliveries[::-1][:_RECENT]],
            calls=[(_moment(each.at), each) for each in list(state.calls)[::-1][:_RECENT]],
            apps=(state.facebook, state.instagram),
        )


def _token_state(token: Token, now: float) -> str:
    subcode = token.subcode(now)
    return "works" if subcode is None else f"dead (190/{subcode})"


def _moment(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M:%S")
