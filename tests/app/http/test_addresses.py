"""Where a request comes from, whatever its headers say."""

import pytest

from app.http.addresses import address_of, place_of, read_networks

TRUSTED = "10.0.0.1, 10.1.0.0/16, 2001:db8::1"


def seen(peer: str, *forwarded: str, proxies: str = TRUSTED) -> str | None:
    headers = [(b"x-forwarded-for", text.encode("latin-1")) for text in forwarded]
    networks = read_networks(proxies) if proxies else ()
    return address_of({"client": (peer, 1), "headers": headers}, networks)


def test_without_trusted_proxies_nothing_but_the_peer_counts() -> None:
    assert seen("10.0.0.1", "192.0.2.1", proxies="") == "10.0.0.1"
    assert seen("198.51.100.7", "192.0.2.1") == "198.51.100.7"


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("203.0.113.9, 192.0.2.1", "192.0.2.1"),
        ("10.9.9.9, 192.0.2.1, 10.1.2.3", "192.0.2.1"),
        ("192.0.2.1:4711", "192.0.2.1"),
        ("[2001:db8::7]:4711", "2001:db8::7"),
        ("2001:db8::7", "2001:db8::7"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("10.1.2.3", "10.1.2.3"),
        ("", "10.0.0.1"),
        ("unknown", "10.0.0.1"),
        ("192.0.2.1, <script>", "10.0.0.1"),
        ("192.0.2.1, not an address, 10.1.2.3", "10.1.2.3"),
        ("fe80::1%\xe9", "fe80::1"),
    ],
)
def test_of_trusted_proxies_the_right_most_other_address_counts(forwarded: str, address: str) -> None:
    assert seen("10.0.0.1", forwarded) == address


def test_several_headers_are_one_list() -> None:
    assert seen("2001:db8::1", "203.0.113.9", "192.0.2.1, 10.0.0.1") == "192.0.2.1"


def test_a_peer_that_is_no_address_is_nobody() -> None:
    assert seen("/run/kehu.sock", "192.0.2.1") is None
    assert address_of({"client": None, "headers": []}, ()) is None


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        (None, "unknown"),
        ("nowhere", "unknown"),
    ],
)
def test_a_place_is_an_ipv4_address_or_64_bits(address: str | None, place: str) -> None:
    assert place_of(address) == place
