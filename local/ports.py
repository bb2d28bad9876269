"""The ports of this machine that the local stack's servers listen on."""

import socket
from typing import Final

HOST: Final = "127.0.0.1"
_BACKLOG: Final = 1024  # many clients connect at once in a load test, and none may be turned away
_HIGHEST: Final = 65535


class PortError(Exception):
    """A port that cannot be used; the message is fit for the terminal."""


class PortTakenError(PortError):
    """Another program listens on the port. `variable` is what a person sets to choose another one."""

    def __init__(self, host: str, port: int, variable: str) -> None:
        super().__init__(f"{host}:{port} is in use: stop what listens there, or choose another with {variable}=<port>.")


def read(text: str, variable: str) -> int:
    """The port that the environment variable names. Raises PortError."""
    if not text.isdecimal() or int(text) > _HIGHEST:
        raise PortError(f"{variable}={text} is not a port.")
    return int(text)


def listening_socket(host: str, port: int, variable: str) -> socket.socket:
    """A socket that listens on `host`:`port`; port 0 is any free port. Raises PortTakenError."""
    try:
        return socket.create_server((host, port), backlog=_BACKLOG)
    except OSError as error:
        raise PortTakenError(host, port, variable) from error
