"""Which addresses a file may be fetched from: public ones, whatever a customer's link resolves to (SSRF)."""

import ipaddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NOT_PUBLIC = tuple(
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT (RFC 6598)
        "192.0.0.0/24",
        "192.88.99.0/24",  # 6to4 relays, given up (RFC 7526)
        "198.18.0.0/15",
        "240.0.0.0/4",
        "::/96",  # IPv4-compatible, given up (RFC 4291)
        "100::/64",
        "2001::/23",  # protocol assignments, Teredo among them
        "2001:db8::/32",
        "3fff::/20",
        "5f00::/16",
        "fec0::/10",  # site-local, given up (RFC 3879)
    )
)
_NAT64 = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))
_6TO4 = ipaddress.ip_network("2002::/16")


def is_public(address: str) -> bool:
    """Whether packets to the address leave for the open Internet; what can't be told does not.

    Addresses of IPv6 that hold one of IPv4 (mapped, NAT64, 6to4) are judged by what they hold.
    """
    try:
        found: Address = ipaddress.ip_address(address)
    except ValueError:
        return False
    return _is_public(found)


def _is_public(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        if address.scope_id is not None:
            return False
        held = _held(address)
        if held is not None:
            return _is_public(held)
    if any(address in network for network in _NOT_PUBLIC if network.version == address.version):
        return False
    return address.is_global and not address.is_multicast


def _held(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64[0]:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if address in _6TO4:
        return address.sixtofour
    return ipaddress.IPv4Address(0) if address in _NAT64[1] else None
