"""Where a request comes from: the peer, or whom a trusted proxy names; and what is counted as one place."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from app.http.asgi import Scope

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

ONE_HOUSEHOLD = 64  # bits of an IPv6 address: whoever has one address has all that begin with these


def read_networks(text: str) -> tuple[Network, ...]:
    """Addresses and networks with commas between them. Raises ValueError saying what to write."""
    try:
        networks = tuple(ip_network(item.strip()) for item in text.split(",") if item.strip())
    except ValueError:
        networks = ()
    if not networks:
        raise ValueError("write addresses or networks with commas between them, as 10.0.0.5,10.1.0.0/16")
    return networks


def address_of(scope: Scope, proxies: Sequence[Network]) -> str | None:
    """The peer's address; where that is a trusted proxy, the right-most of X-Forwarded-For that is not one.

    What stands further left was sent by the caller and may be anything.
    """
    client = scope.get("client")
    address = _read(client[0]) if client else None
    if address is None:
        return None
    forwarded = [
        hop
        for name, value in scope["headers"]
        if proxies and name == b"x-forwarded-for"
        for hop in value.decode("latin-1").split(",")
    ]
    for hop in reversed(forwarded):
        further = _read(hop)
        if further is None or not any(address in network for network in proxies):
            break
        address = further
    return str(address)


def place_of(address: str | None) -> str:
    """What rates are counted by: an IPv4 address, the /64 of an IPv6 address."""
    read = _read(address or "")
    if read is None:
        return "unknown"
    return str(ip_network((read, ONE_HOUSEHOLD), strict=False)) if read.version == 6 else str(read)


def _read(text: str) -> Address | None:
    """An address as peers and proxies write it: with a port, in brackets, IPv4 within IPv6."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
