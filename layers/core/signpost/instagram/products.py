"""Meta's two products for professional accounts, and the settings for calling them.

    facebook   Instagram API with Facebook Login: graph.facebook.com, through a Page; the only one with hashtag search
    instagram  Instagram API with Instagram Login: graph.instagram.com, no Page; a server can refresh tokens

Sources: https://developers.facebook.com/docs/instagram-platform and the changelog of the Graph API.
"""

from enum import StrEnum
from typing import Final, NamedTuple

from signpost.instagram.secret_text import SecretText


class Provider(StrEnum):
    FACEBOOK = "facebook"
    INSTAGRAM = "instagram"


class MetaApp(NamedTuple):
    """An app as one product knows it: the Instagram app's id and secret differ from the Meta app's."""

    app_id: str
    secret: SecretText
    config_id: str = ""  # Facebook Login for Business: the scopes are set in Meta's dashboard, not in the address


NO_APP: Final = MetaApp("", SecretText(""))


class GraphSettings(NamedTuple):
    facebook: MetaApp = NO_APP
    instagram: MetaApp = NO_APP
    version: str = "v26.0"
    facebook_graph: str = "https://graph.facebook.com"
    facebook_dialog: str = "https://www.facebook.com"
    instagram_graph: str = "https://graph.instagram.com"
    instagram_oauth: str = "https://api.instagram.com"
    instagram_authorize: str = "https://www.instagram.com/oauth/authorize"
    connect_timeout: float = 2.0  # seconds
    read_timeout: float = 10.0

    def app(self, provider: Provider) -> MetaApp:
        return self.facebook if provider is Provider.FACEBOOK else self.instagram

    def graph(self, provider: Provider) -> str:
        return self.facebook_graph if provider is Provider.FACEBOOK else self.instagram_graph
