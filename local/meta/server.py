"""What is served: Meta's hosts, which the first part of the path selects, and the control page at `/`."""

import contextlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from local.meta import control_page, pictures, versions
from local.meta.errors import MetaError, app_blocked
from local.meta.graph import api
from local.meta.limits import RawFailure
from local.meta.login import dialogs, oauth
from local.meta.state import Call
from local.meta.tokens import Provider, Token
from local.meta.webhooks.controls import WebhookControls

# `api.instagram.com/oauth/authorize` is the older address of the same dialog.
_DIALOGS: Final[Mapping[str, Provider]] = {
    "www.facebook.com": "facebook",
    "www.instagram.com": "instagram",
    "api.instagram.com": "instagram",
}
_GRAPHS: Final[Mapping[str, Provider]] = {"graph.facebook.com": "facebook", "graph.instagram.com": "instagram"}
_JSON: Final = "application/json; charset=UTF-8"


class Hosts:
    """The WSGI application."""

    def __init__(self, controls: WebhookControls) -> None:
        self._state, self._controls = controls.state, controls

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        request = Request(environ)
        try:
            response = self._route(request)
        except HTTPException as error:
            response = Response(error.description, error.code or 500, content_type="text/plain")
        return response(environ, start_response)

    def _route(self, request: Request) -> Response:
        host, _, path = request.path.removeprefix("/").partition("/")
        state = self._state
        if host in {"", "control"}:
            return control_page.answer(self._controls, request, path)  # without the lock, because it sends webhooks
        with state.lock:
            if host == "api.instagram.com" and path != "oauth/authorize":
                return self._instagram_oauth(request, path)
            if host in _DIALOGS:
                return dialogs.answer(state, request, _DIALOGS[host], path)
            if host in _GRAPHS:
                return self._graph(request, _GRAPHS[host], path)
            if host == "cdn":
                return pictures.serve(request, path, state.now())
            return Response("Not Found", 404, content_type="text/plain")

    def _graph(self, request: Request, provider: Provider, path: str) -> Response:
        state, now = self._state, self._state.now()
        state.limits.count(now)
        token: Token | None = None
        try:
            body, token = api.answer(state, request, provider, path)
            response, code = _json(body), 0
        except api.Refused as refused:
            token, code = refused.token, refused.error.code
            response = _json(refused.error.graph(), refused.error.status)
        except MetaError as error:
            response, code = _json(error.graph(), error.status), error.code
        except RawFailure as failure:
            response, code = _raw(failure), failure.status
        if token is not None:
            response.headers.extend(state.limits.headers(token, now))
        with contextlib.suppress(MetaError):
            response.headers["facebook-api-version"] = versions.split(path)[0]
        self._log(request, response.status_code, code)
        return response

    def _instagram_oauth(self, request: Request, path: str) -> Response:
        code = 0
        try:
            response = _json(self._redeem(request, path))
        except MetaError as error:
            response, code = _json(error.instagram_oauth(), error.status), error.code
        except RawFailure as failure:
            response, code = _raw(failure), failure.status
        self._log(request, response.status_code, code)
        return response

    def _redeem(self, request: Request, path: str) -> dict[str, Any]:
        if path != "oauth/access_token" or request.method != "POST":
            raise MetaError(100, "Unsupported request - method type: " + request.method.lower())
        self._state.limits.refuse(request.path, None, self._state.now(), only_by_path=True)
        if "instagram" in self._state.switches.blocked:
            raise app_blocked()
        # Parameters are read only from the form: in the address, they would end up in logs.
        return oauth.instagram_code(self._state, request.form.to_dict())

    def _log(self, request: Request, status: int, code: int) -> None:
        token = api.bearer(request) or ""
        masked = f"{token[:6]}…{token[-4:]}" if token else ""
        self._state.calls.append(
            Call(
                at=self._state.now(),
                method=request.method,
                path=request.path,
                token=masked,
                status=status,
                code=code,
            )
        )


def _json(body: Any, status: int = 200) -> Response:
    return Response(json.dumps(body), status, content_type=_JSON)


def _raw(failure: RawFailure) -> Response:
    return Response("<html><body>Sorry, something went wrong.</body></html>", failure.status, content_type="text/html")
