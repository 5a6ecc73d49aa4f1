"""Refuse the network: from `refuse()` on, this process reaches itself and its own machine, and nothing else.

An audit hook sees each connection that Python's sockets make, whichever library asks for it, and cannot be taken back.
"""

import ipaddress
import sys


class Offline(ConnectionError):
    """Something asked for the network in a run that has none."""


def refuse() -> None:
    """Let every later connection beyond the loopback raise `Offline`, which names where it was going."""
    sys.addaudithook(_listen)


def _listen(event: str, arguments: tuple) -> None:
    if event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
    elif event in ("socket.connect", "socket.sendto", "socket.sendmsg") and isinstance(arguments[1], tuple):
        host = arguments[1][0]  # sockets of the machine itself have a path; sendmsg on a connected one has no address
    else:
        return
    if not _here(host):
        raise Offline(f"This run is offline, and something asked for {host}. `ddlearn run --online` lets it through.")


def _here(host: object) -> bool:
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host or "localhost")
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False
