"""Which network addresses the service may speak to when a stranger names the target. Pure.

Python's own flags are not enough and differ between patch versions, so the networks that slip through are
refused by name: shared carrier space, protocol assignments, 6to4 and its relays, NAT64, site-local, ORCHID,
documentation and segment routing. IPv4 inside IPv6 is judged as IPv4, or refused when only a gateway would
unwrap it.
"""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

REFUSED_NETWORKS = tuple(
    ip_network(text)
    for text in (
        "100.64.0.0/10",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "::/96",
        "fec0::/10",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2002::/16",
        "2001:20::/28",
        "3fff::/20",
        "5f00::/16",
    )
)


def plain(text: str) -> IPv4Address | IPv6Address:
    """The address, with an IPv4 address mapped into IPv6 taken out of it. Raises ValueError."""
    address = ip_address(text)
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def is_loopback(text: str) -> bool:
    return plain(text).is_loopback


def is_public(text: str) -> bool:
    """True for an address of the open internet that one machine answers for."""
    address = plain(text)
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    return not any(address in network for network in REFUSED_NETWORKS)
