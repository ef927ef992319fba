"""Addresses of servers, as they are compared."""

import pytest

from lictor.enforce.network import address_name


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"),
        ("2001:db8::0001", "2001:db8::1"),
        ("unknown", "unknown"),
        ("192.0.2.256", "192.0.2.256"),
    ],
)
def test_an_address_has_one_name(written: str, name: str) -> None:
    """However IPv6 is spelled it is one address; what is no address is compared as it was written."""
    assert name == address_name(written)
