"""The pure rules of fetching: waits, freshness, proxies, Retry-After."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zipper.npm.npmrc import build_settings, layer_from_text
from zipper.registry.faults import StatusRetry, find_retry, parse_retry_after
from zipper.registry.freshness import fresh_seconds, is_storable
from zipper.registry.proxies import find_proxy, is_exempt, is_loopback
from zipper.registry.retry_policy import RetryPolicy, policy_from_settings

POLICY = RetryPolicy(retries=4, factor=10, min_seconds=1, max_seconds=60, total_seconds=100)
MODIFIED = {
    "date": "Wed, 01 May 2024 10:00:00 GMT",
    "last-modified": "Wed, 01 May 2024 09:50:00 GMT",
}


def settle(text: str):
    """Return the settings of one .npmrc."""
    return build_settings([layer_from_text("user", text, ".npmrc")], environ={})


def wait(attempt: int, *, asked: float | None = None, waited: float = 0, chance: float = 0):
    """Return the policy's wait."""
    return POLICY.wait_seconds(attempt, asked_seconds=asked, waited_seconds=waited, chance=chance)


def test_waits_grow_up_to_a_bound():
    """Npm's formula: the shortest wait times the factor for each attempt, up to the longest."""
    assert [1, 10, 60, 60, None] == [wait(attempt) for attempt in range(1, 6)]


def test_chance_takes_up_to_half():
    """Clients that failed together do not come back together."""
    assert [10, 7.5, 5] == [wait(2, chance=chance) for chance in (0, 0.5, 1)]


def test_total_is_bounded():
    """No wait leads beyond the total, neither ours nor the registry's."""
    assert (None, None, 40, 0) == (
        wait(3, waited=41),
        wait(1, asked=101),
        wait(1, asked=40, waited=60),
        wait(1, asked=0, waited=100),
    )


@given(st.integers(1, 60), st.floats(0, 1))
def test_sum_of_waits_stays_within_the_total(retries, chance):
    """Whatever the settings, following the policy ends within its total."""
    policy = RetryPolicy(retries=retries, factor=3, min_seconds=0.5, max_seconds=30)
    waited, attempt = 0.0, 1
    while True:
        seconds = policy.wait_seconds(
            attempt, asked_seconds=None, waited_seconds=waited, chance=chance
        )
        if seconds is None:
            break
        waited, attempt = waited + seconds, attempt + 1

    assert waited <= policy.total_seconds
    assert attempt <= retries + 1


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        *((status, StatusRetry()) for status in (408, 420, 425, 429, 500, 503, 599)),
        *((status, None) for status in (400, 401, 403, 404, 499)),
    ],
)
def test_a_status_is_tried_again_where_that_may_help(status, expected):
    """What is overloaded or too early may answer later; what is refused does not."""
    assert expected == find_retry(status)


def test_policy_from_settings():
    """Milliseconds become seconds, and absurd numbers are bounded."""
    policy = policy_from_settings(
        settle("fetch-retries=1e9\nfetch-retry-factor=-3\nfetch-retry-mintimeout=250")
    )

    assert (50, 1, 0.25, 20) == (
        policy.retries,
        policy.factor,
        policy.min_seconds,
        policy.max_seconds,
    )


FRESH = [
    ({"cache-control": "public, max-age=300"}, 300),
    ({"cache-control": "max-age=300", "age": "100"}, 200),
    ({"cache-control": "max-age=300", "age": "400"}, 0),
    ({"cache-control": 'MAX-AGE="60"'}, 60),
    ({"cache-control": "max-age=300, no-cache"}, 0),
    ({"cache-control": "no-store"}, 0),
    ({"cache-control": "max-age=soon"}, 0),
    ({"cache-control": "max-age=300", "vary": "*"}, 0),
    ({}, 0),
    (MODIFIED, 60),
    ({**MODIFIED, "cache-control": "max-age=1"}, 1),
    ({"date": MODIFIED["date"], "expires": "Wed, 01 May 2024 10:01:00 GMT"}, 60),
    ({"date": MODIFIED["date"], "expires": "0"}, 0),
    ({"last-modified": "yesterday"}, 0),
]


@pytest.mark.parametrize(("headers", "expected"), FRESH)
def test_freshness(headers, expected):
    """How long a packument needs no revalidation, by the registry's words, else by its age."""
    assert expected == pytest.approx(fresh_seconds(headers, now=1_714_557_600.0))


def test_no_store_is_not_kept():
    """A registry may forbid keeping an answer."""
    assert (False, True) == (
        is_storable({"cache-control": "private, no-store"}),
        is_storable({"cache-control": "private"}),
    )


RETRY_AFTER = [
    (None, None),
    ("5", 5),
    (" 7 ", 7),
    ("Wed, 01 May 2024 10:00:30 GMT", 30),
    ("Wed, 01 May 2024 09:00:00 GMT", 0),
    ("soon", None),
    ("-5", None),
    ("1" * 400, None),
]


@pytest.mark.parametrize(("text", "expected"), RETRY_AFTER)
def test_retry_after(text, expected):
    """Seconds or a date; anything else is as good as nothing."""
    assert expected == parse_retry_after(text, now=1_714_557_600.0)


PROXIES = [
    # .npmrc, environment, address, proxy
    ("", {}, "https://h.example/", None),
    ("proxy=http://p.example:3128", {}, "https://h.example/", "http://p.example:3128/"),
    ("proxy=http://p/\nhttps-proxy=http://q/", {}, "http://h.example/", "http://q/"),
    ("", {"HTTPS_PROXY": "http://e/"}, "https://h.example/", "http://e/"),
    ("", {"http_proxy": "http://e/"}, "http://h.example/", "http://e/"),
    ("", {"http_proxy": "http://e/"}, "https://h.example/", None),
    ("proxy=http://p/", {"HTTPS_PROXY": "http://e/"}, "https://h.example/", "http://p/"),
    ("proxy=null", {"HTTPS_PROXY": "http://e/"}, "https://h.example/", None),
    ("proxy=http://p/\nnoproxy=h.example", {}, "https://h.example/", None),
    ("proxy=http://p/", {"NO_PROXY": "a, .example"}, "https://h.example/", None),
    ("proxy=http://p/", {"no_proxy": "example.org"}, "https://h.example/", "http://p/"),
]


@pytest.mark.parametrize(("text", "environ", "url", "expected"), PROXIES)
def test_proxies(text, environ, url, expected):
    """Npm's settings win over the variables, `noproxy` over both."""
    assert expected == find_proxy(settle(text), environ, url)


EXEMPT = [
    ("h.example", "example", True),
    ("h.example", ".h.example", True),
    ("h.example", "h.example:443", True),
    ("h.example", "h.example:8443", False),
    ("xh.example", "h.example", False),
    ("h.example", "*", True),
    ("10.1.2.3", "10.0.0.0/8", True),
    ("11.1.2.3", "10.0.0.0/8", False),
    ("h.example", "10.0.0.0/8", False),
    ("h.example", "", False),
    ("h.example", " ", False),
]


@pytest.mark.parametrize(("host", "word", "expected"), EXEMPT)
def test_exempt_hosts(host, word, expected):
    """A word covers a domain and all below it, a host with its port, a network, or everything."""
    assert expected == is_exempt(host, 443, (word,))


def test_loopback_is_this_machine_only():
    """Names that merely look like loopback are not."""
    hosts = ["localhost", "a.localhost", "127.0.0.1", "127.9.9.9", "::1"]
    others = ["127.evil.example", "localhost.example", "128.0.0.1", "", None]

    assert [True] * 5 + [False] * 5 == [is_loopback(host) for host in hosts + others]
