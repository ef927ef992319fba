"""Detectors for what no list can hold: links, host names, contacts, codes, prices, payment addresses.

Each takes a text and returns its matches, sorted; `Match.term` is the value in its normal form (a host in lower case
with its dots, a code without its disguise). Each is linear in the text: quantifiers are possessive or bounded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from lictor.match.detectors.addresses import address
from lictor.match.detectors.codes import invite_code
from lictor.match.detectors.contacts import number, qq, telegram, wechat_id
from lictor.match.detectors.hosts import domain, email, ipv4, ipv6, url
from lictor.match.detectors.prices import price
from lictor.match.found import Match

__all__ = ["DETECTORS"]

DETECTORS: Mapping[str, Callable[[str], list[Match]]] = MappingProxyType(
    {
        "address": address,
        "domain": domain,
        "email": email,
        "invite_code": invite_code,
        "ipv4": ipv4,
        "ipv6": ipv6,
        "number": number,
        "price": price,
        "qq": qq,
        "telegram": telegram,
        "url": url,
        "wechat_id": wechat_id,
    }
)
