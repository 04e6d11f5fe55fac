"""Where a search cluster is: http(s)://user:password@host:port,host:port/name."""

import re
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

NAME = "kehu"  # what the hub's indices begin with where the URL does not say
PORTS = {"http": 9200, "https": 443}

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")
_HOST = re.compile(r"(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:(?P<port>[0-9]{1,5}))?")


@dataclass(frozen=True)
class Address:
    """The nodes to ask, in turn, and what the names of the hub's indices begin with."""

    nodes: tuple[tuple[str, int], ...]
    is_secure: bool
    name: str
    user: tuple[str, str] | None = field(default=None, repr=False)


def read_address(url: str) -> Address:
    """Raises ValueError saying what to write."""
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.netloc:
        raise ValueError("write http://… or https://…")
    user, _, hosts = parts.netloc.rpartition("@")
    name = parts.path.strip("/") or NAME
    if _NAME.fullmatch(name) is None or parts.query or parts.fragment:
        raise ValueError("behind the hosts write nothing, or / and a name of small letters and digits")
    return Address(
        tuple(_node(host, PORTS[parts.scheme]) for host in hosts.split(",")),
        parts.scheme == "https",
        name,
        _user(user) if user else None,
    )


def _node(text: str, port: int) -> tuple[str, int]:
    found = _HOST.fullmatch(text.strip())
    if found is None or not 0 < int(found["port"] or port) <= 65535:
        raise ValueError("write the hosts with commas between them, as https://search1:9200,search2:9200")
    return found["host"].strip("[]"), int(found["port"] or port)


def _user(text: str) -> tuple[str, str]:
    name, _, password = text.partition(":")
    return unquote(name), unquote(password)
