"""The welcome: a conversation with a user of ours, in which a first message waits. A job of `messaging_worker`.

Its guids are made of the new user's id, so a job that is repeated finds what it has done.
"""

from typing import TYPE_CHECKING, NamedTuple

from signpost.messaging import texts
from signpost.messaging.conversations.creation import Wanted
from signpost.messaging.messages import drafts

if TYPE_CHECKING:
    from signpost.messaging.conversations.creation import Creation
    from signpost.messaging.messages.publishing import Publisher
    from signpost.messaging.welcome.store import WelcomeStore


class Greeting(NamedTuple):
    store: "WelcomeStore"
    creation: "Creation"
    publisher: "Publisher"
    greeter: str  # the username that welcomes others
    link: str

    def greet(self, user: int) -> bool:
        """Whether the user is welcomed now: not twice, not who has left, and not if the greeter does not exist.

        Raises `Unavailable`: the job is to be repeated.
        """
        guid = f"welcome-{user}"
        username, greeter = self.store.username(user), self.store.holder(self.greeter)
        if username is None or greeter in {None, user} or self.store.was_sent(guid):
            return False
        wanted = Wanted(username=[username], name=texts.WELCOME_NAME, guid=guid)
        membership = self.creation.create(greeter, wanted, self.link)
        self.publisher.publish(membership["id"], greeter, drafts.text(texts.WELCOME, guid))
        return True
