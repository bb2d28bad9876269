"""Why a push cannot be sent to an endpoint. Nothing was sent.

SignpostError
├── BadToken  the push token was never one of this application
├── Disabled  the provider says that the token reaches nobody any more
└── Gone      SNS does not know the endpoint: it was deleted there
"""

from signpost.platform.errors import SignpostError


class BadToken(SignpostError):
    code = "bad_push_token"


class Disabled(SignpostError):
    code = "endpoint_disabled"


class Gone(SignpostError):
    code = "endpoint_gone"
