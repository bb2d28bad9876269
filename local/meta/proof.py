"""`appsecret_proof`. Source: Meta, "Secure Graph API Calls"."""

import hmac
from collections.abc import Mapping

from local.meta import signatures
from local.meta.errors import MetaError
from local.meta.state import MetaState


def check(state: MetaState, token: str, params: Mapping[str, str]) -> None:
    """`appsecret_proof` is HMAC-SHA256 of the token with the app's secret; a wrong one is always refused."""
    proof = params.get("appsecret_proof")
    if proof is None:
        if state.switches.require_appsecret_proof:
            raise MetaError(
                100, "API calls from the server require an appsecret_proof argument", kind="GraphMethodException"
            )
    elif not hmac.compare_digest(proof.encode(), signatures.sha256(state.facebook.secret, token.encode()).encode()):
        raise MetaError(100, "Invalid appsecret_proof provided in the API argument", kind="GraphMethodException")
