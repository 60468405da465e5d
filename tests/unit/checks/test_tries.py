"""Whether the code in a `catch` is sure to run where the module that is tried before is absent."""

from __future__ import annotations

import pytest

from zipper.checks.scan import scan


@pytest.mark.parametrize(
    ("text", "tried"),
    [
        ("try { require('a') } catch { @ }", "a"),
        ("try { require('a'); require('c') } catch { @ }", "a"),
        ("try { f(); require('a') } catch { @ }", "a"),
        ("try { if (f) require('c'); require('a') } catch { @ }", "a"),
        ("try { { f(require('a')) } } catch (e) { { f(@) } }", "a"),
        ("try { const a = require('a') } catch { const a = @ }", "a"),
        ("function f() { try { require('a') } catch { @ } } f()", "a"),
        ("(() => { try { require('a') } catch { @ } })()", "a"),
        ("try { require('c') } catch {} try { require('a') } catch { @ }", "a"),
        ("try { require('a') } catch { @ } finally { f() }", "a"),
        ("try { f() } catch { @ }", ""),
        ("try { require('c') } catch {} try { f() } catch { @ }", ""),
        ("try { if (f) require('a') } catch { @ }", ""),
        ("try { f && require('a') } catch { @ }", ""),
        ("try { for (const c of f) require('a') } catch { @ }", ""),
        ("try { (() => require('a'))() } catch { @ }", ""),
        ("try { f(() => require('a')) } catch { @ }", ""),
        ("try { require('a') } catch { if (f) @ }", ""),
        ("try { require('a') } catch { f || @ }", ""),
        ("try { require('a') } catch { f(() => @) }", ""),
        ("if (f) try { require('a') } catch { @ }", ""),
        ("if (f) try { require('a') } catch { @ } else f()", ""),
        ("function f() { try { require('a') } catch { @ } }", ""),
        ("try { try { require('a') } catch {} } catch { @ }", ""),
        ("try { try {} catch { require('a') } } catch { @ }", ""),
        ("try { try { require('a') } catch { @ } } catch {}", ""),
        ("try { require('a') } catch {} @", ""),
    ],
)
def test_what_is_tried_before(text: str, tried: str) -> None:
    """Where nothing else decides: the first request that is sure to run in the `try` itself."""
    requests = scan(text.replace("@", "require('b')").encode()).requests

    assert [tried] == [one.instead_of for one in requests if one.specifier == "b"]
