"""Where webhooks may lead, and when a delivery is given up."""

import doctest

import pytest

from app.notices.rules import (
    RETRIES,
    Status,
    addresses,
    fault_of_url,
    frames,
    hooks,
    networks_of,
    permitted,
    status_after,
)


@pytest.mark.parametrize("module", [addresses, frames, hooks])
def test_examples(module):
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.2.1",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fd12:3456::1",
        "ff02::1",
        "ff0e::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "2002:7f00:1::",
        "2002:0a00:0001::1",
        "64:ff9b::7f00:1",
        "64:ff9b::a00:1",
        "2001:db8::1",
    ],
)
def test_no_webhook_leads_into_the_own_network(address):
    assert not permitted(address, ())


@pytest.mark.parametrize("address", ["1.1.1.1", "8.8.8.8", "223.5.5.5", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_webhooks_lead_into_the_internet(address):
    assert permitted(address, ())


def test_what_is_allowed_beside_the_internet():
    allowed = networks_of("10.1.0.0/16, 127.0.0.1 ,fd00::/8,")
    assert [permitted(one, allowed) for one in ("10.1.2.3", "127.0.0.1", "fd00::1", "::ffff:10.1.0.1")] == [True] * 4
    assert [permitted(one, allowed) for one in ("10.2.0.1", "127.0.0.2", "fe80::1")] == [False] * 3
    with pytest.raises(ValueError, match="does not appear to be"):
        networks_of("intranet")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org",
        "ftp://example.org/x",
        "https://",
        "https:///x",
        "https://a@example.org",
        "https://a:b@example.org",
        "https://example.org/#x",
        "https://example.org:0/",
        "https://example.org:99999/",
        "https://[::1/",
        "https://example.org/ x",
        "https://example.org/\r\nHost: x",
        "https://例子.中国/",
        "https://example.org/" + "x" * 2000,
    ],
)
def test_addresses_that_are_none(url):
    assert fault_of_url(url)


def test_a_delivery_is_tried_for_about_three_days():
    pauses = [3 ** (attempt + 1) for attempt in range(RETRIES)]
    assert 3.0 < sum(pauses) / 86_400 < 3.2
    assert [status_after(None, attempt) for attempt in (1, RETRIES, RETRIES + 1)] == [
        Status.PENDING,
        Status.PENDING,
        Status.FAILED,
    ]
    assert [status_after(code, 1) for code in (199, 302, 404, 500)] == [Status.PENDING] * 4
