"""Free ports on the loopback address for servers that must come back on the same port.

They are below the range from which systems take the ports of outgoing connections: a client that knocks on the port of a stopped server
could otherwise be given that very port, connect to itself and keep the server from coming back.
"""

from __future__ import annotations

import random
import socket
from contextlib import ExitStack

_LOWEST, _HIGHEST = 20_000, 29_999
_TRIES = 200


def free_ports(count: int) -> list[int]:
    """`count` different ports that nobody listened on a moment ago; somebody else may still take one first."""
    chance = random.SystemRandom()
    ports: list[int] = []
    with ExitStack() as taken:
        for _ in range(_TRIES):
            if len(ports) == count:
                return ports
            candidate = taken.enter_context(socket.socket())
            try:
                candidate.bind(("127.0.0.1", chance.randint(_LOWEST, _HIGHEST)))
            except OSError:
                continue
            ports.append(candidate.getsockname()[1])
    raise OSError(f"no {count} free ports between {_LOWEST} and {_HIGHEST} on 127.0.0.1 in {_TRIES} tries")
