"""TLS for servers that speak without it: an authority of the test's own, and a door in front of a port."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Papers:
    """Files in PEM: the authority, and what it gave a server at 127.0.0.1."""

    authority: Path
    certificate: Path
    key: Path


@dataclass
class Door:
    """Where TLS is spoken, and what came in through it."""

    port: int = 0
    heard: bytearray = field(default_factory=bytearray)


def made(folder: Path) -> Papers:
    """Valid for a day from yesterday on."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "an authority of the tests")])
    own, server = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    blank = (
        x509.CertificateBuilder()
        .issuer_name(name)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
    )
    root = _signed(blank.subject_name(name), own, own, x509.BasicConstraints(ca=True, path_length=0))
    here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    leaf = _signed(blank.subject_name(x509.Name([])), server, own, here)
    key = server.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    papers = Papers(folder / "authority.pem", folder / "server.pem", folder / "server.key")
    for path, text in ((papers.authority, root), (papers.certificate, leaf), (papers.key, key)):
        path.touch(mode=0o600)
        path.write_bytes(text)
    return papers


def _signed(
    blank: x509.CertificateBuilder,
    of: ec.EllipticCurvePrivateKey,
    by: ec.EllipticCurvePrivateKey,
    extension: x509.ExtensionType,
) -> bytes:
    numbered = blank.public_key(of.public_key()).serial_number(x509.random_serial_number())
    # Critical where nobody is named but by it, and for an authority always.
    signed = numbered.add_extension(extension, critical=True).sign(by, hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.PEM)


@contextmanager
def in_front_of(port: int, papers: Papers) -> Iterator[Door]:
    """What comes to the door goes on to the port without TLS."""
    door, is_open = Door(), threading.Event()
    loop = asyncio.new_event_loop()
    context = SSLContext(PROTOCOL_TLS_SERVER)
    context.load_cert_chain(papers.certificate, papers.key)

    async def passed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner = await asyncio.open_connection("127.0.0.1", port)
        back = asyncio.create_task(_copied(inner[0], writer, bytearray()))
        await _copied(reader, inner[1], door.heard)
        await back

    async def opened() -> None:
        server = await asyncio.start_server(passed, "127.0.0.1", 0, ssl=context)
        door.port = server.sockets[0].getsockname()[1]
        is_open.set()

    def run() -> None:
        loop.run_until_complete(opened())
        loop.run_forever()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0.01))
        loop.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert is_open.wait(30)
    yield door
    loop.call_soon_threadsafe(loop.stop)
    thread.join()


async def _copied(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, heard: bytearray) -> None:
    while some := await reader.read(65536):
        heard += some
        writer.write(some)
        await writer.drain()
    writer.close()
