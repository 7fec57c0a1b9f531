"""Which addresses may be connected to: the last word before a socket opens, whatever the name or spelling was."""

from __future__ import annotations

import errno
import ipaddress
import socket
from typing import Any

PRIVATE_MARK = "is not a public address"

_NAT64 = ipaddress.ip_network("64:ff9b::/96")

AddrInfo = tuple[Any, Any, int, str, tuple[Any, ...]]


def is_public(text: str) -> bool:
    """Whether an address as ``getaddrinfo`` gives it is on the public Internet.

    An IPv4 address wrapped into IPv6 (mapped, 6to4, Teredo, NAT64) is judged by the address inside.
    """
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return address.is_global and not address.is_multicast and not address.is_reserved


def plain_socket(address: AddrInfo) -> socket.socket:
    family, kind, protocol, _, _ = address
    return socket.socket(family=family, type=kind, proto=protocol)


def global_socket(address: AddrInfo) -> socket.socket:
    """A socket for a public address; OSError with `PRIVATE_MARK` in its text for any other."""
    host = str(address[4][0])
    if not is_public(host):
        # An OSError, for aiohttp's race between addresses counts on no other kind.
        raise OSError(errno.EACCES, f"{host} {PRIVATE_MARK}")
    return plain_socket(address)
