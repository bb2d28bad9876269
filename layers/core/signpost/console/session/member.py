"""A member who is logged in to the console: who proved, at Meta, to have to do with an account."""

from typing import NamedTuple

from signpost.instagram.hand_overs import Proven
from signpost.instagram.installs import install_id
from signpost.instagram.products import Provider


class Member(NamedTuple):
    """`account`: the id of the professional account. `install` and `connection`: by which it was proved."""

    account: str
    install: str
    connection: str

    @classmethod
    def of(cls, proven: Proven) -> "Member":
        return cls(proven.install.partition("-")[2], proven.install, proven.connection)

    def owns(self, address: str) -> bool:
        """Whether a part of an address means the account: by its id, or that of its install at either product."""
        return address in {self.account, *(install_id(each, self.account) for each in Provider)}
