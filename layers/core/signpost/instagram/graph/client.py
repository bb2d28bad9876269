"""Calls Meta's two APIs over HTTP: where tokens go, how long to wait, and how replies are read.

The calls are in `login`, `accounts`, `media`, `insights` and `hashtags`. Their functions take a `Graph` and may raise
any of `errors`; they name only those with a special meaning.
"""

import json
import logging
from collections import Counter
from collections.abc import Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Final

import requests

from signpost.instagram.graph.calls import Answer, appsecret_proof
from signpost.instagram.graph.error_codes import error_from, is_error
from signpost.instagram.graph.errors import Facts, GraphBug, MetaUnavailable
from signpost.instagram.graph.usage import read_usage
from signpost.instagram.json_values import Json
from signpost.instagram.products import GraphSettings, MetaApp, Provider

# urllib3 logs each address at DEBUG, and the token exchanges accept tokens and secrets only in the address.
logging.getLogger("urllib3").setLevel(logging.INFO)

_PASSING: Final = (
    requests.ConnectionError,
    requests.Timeout,
    requests.exceptions.ChunkedEncodingError,
    requests.exceptions.ContentDecodingError,
)
_SECRET_PARAMETERS: Final = ("access_token", "input_token", "client_secret", "fb_exchange_token", "code")


class Graph:
    """One product, called as one app. Tests mount a transport adapter on the session.

    `calls`: where they are counted.
    """

    def __init__(
        self,
        provider: Provider,
        settings: GraphSettings,
        session: requests.Session | None = None,
        account_id: str | None = None,
        calls: "Counter[Provider] | None" = None,
    ) -> None:
        self._calls = Counter[Provider]() if calls is None else calls
        self.provider, self.settings, self._account_id = provider, settings, account_id
        self._session = session or requests.Session()
        # A .netrc would replace the token, and Meta's cookies would link one person's calls to another's.
        self._session.trust_env = False
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def on_behalf_of(self, account_id: str) -> "Graph":
        """The same client, reading only this account's rate limits."""
        return Graph(self.provider, self.settings, self._session, account_id, self._calls)

    @property
    def app(self) -> MetaApp:
        return self.settings.app(self.provider)

    def get(self, path: str, token: str, parameters: Mapping[str, str] | None = None) -> Answer[Json]:
        """GET a versioned path, such as `17841400000000001/media`, with `token`."""
        return self.call("GET", self.address(path), parameters or {}, token=token)

    def post(self, path: str, token: str, parameters: Mapping[str, str] | None = None) -> Answer[Json]:
        return self.call("POST", self.address(path), parameters or {}, token=token)

    def address(self, path: str, *, versioned: bool = True) -> str:
        version = f"/{self.settings.version}" if versioned else ""
        return f"{self.settings.graph(self.provider)}{version}/{path}"

    def call(
        self,
        method: str,
        address: str,
        parameters: Mapping[str, str],
        *,
        token: str = "",
        form: Mapping[str, str] | None = None,
    ) -> Answer[Json]:
        """The reply's JSON object. No error or log line holds the token.

        Raises:
            MetaError: the kind that fits, see `errors`.
        """
        query, headers = dict(parameters), {"Accept": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
            if self.provider is Provider.FACEBOOK:
                query["appsecret_proof"] = appsecret_proof(self.app.secret, token)
        response = self._send(requests.Request(method, address, headers, params=query, data=form))
        usage = read_usage(response.headers, self._account_id)
        body = _json_object(response.content)
        if is_error(body or {}, response.status_code):
            sent = {**query, **(form or {})}
            secrets = (token, self.app.secret, *(sent.get(name, "") for name in _SECRET_PARAMETERS))
            raise error_from(body or {}, response.status_code, usage, secrets)
        if body is None:
            raise MetaUnavailable("Instagram's answer is not readable; try again.", Facts(usage=usage))
        return Answer(body, usage)

    def _send(self, request: requests.Request) -> requests.Response:
        settings = self.settings
        self._calls[self.provider] += 1
        try:
            return self._session.send(
                self._session.prepare_request(request),
                timeout=(settings.connect_timeout, settings.read_timeout),
                allow_redirects=False,  # a redirect must not take a token to an address that Meta does not document
            )
        except _PASSING as error:
            failure, retryable = type(error).__name__, True
        except (requests.RequestException, ValueError) as error:
            failure, retryable = type(error).__name__, False
        # Raised out here, because those errors quote the address or the header, and so the token.
        if retryable:
            raise MetaUnavailable("Instagram is not answering; try again.", Facts(message=failure))
        raise GraphBug("The call to Instagram could not be made.", Facts(message=failure))


def _json_object(content: bytes) -> Json | None:
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        return None
    # Meta's examples wrap some objects in a list of one.
    if isinstance(body, list) and len(body) == 1:
        body = body[0]
    return body if isinstance(body, dict) else None
