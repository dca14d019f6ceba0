"""How often a stranger may do something: a token bucket a key, in the memory of this replica."""

import ipaddress
from collections import OrderedDict
from dataclasses import dataclass
from math import ceil

KEPT_KEYS = 50_000


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


class TokenBuckets:
    """Each key may take `burst` at once and `per_minute` on average. Seconds come in as `now`, from any clock.

    Keeps the 50,000 keys that were used last: more keys than that at a time are an attack that a
    limit per key can't stop anyway.
    """

    def __init__(self, *, burst: int, per_minute: float) -> None:
        self._burst = float(burst)
        self._per_second = per_minute / 60
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def wait(self, key: str, *, now: float) -> int:
        """Takes one: 0, or the whole seconds to wait when there is none."""
        bucket = self._buckets.get(key) or _Bucket(self._burst, now)
        refilled = min(self._burst, bucket.tokens + max(0.0, now - bucket.at) * self._per_second)
        taken = refilled >= 1
        self._buckets[key] = _Bucket(refilled - 1 if taken else refilled, now)
        self._buckets.move_to_end(key)
        if len(self._buckets) > KEPT_KEYS:
            self._buckets.popitem(last=False)
        return 0 if taken else max(1, ceil((1 - refilled) / self._per_second))


def network_of(host: str | None) -> str:
    """What a limit per address counts: an IPv4 address, or the /64 that one IPv6 customer has."""
    try:
        address = ipaddress.ip_address(host or "")
    except ValueError:
        return host or "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
