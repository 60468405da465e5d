"""What messages do not show."""

from __future__ import annotations

import pytest

from zipper.errors import ResolutionError
from zipper.findings import Finding
from zipper.npm.npmrc import build_settings, layer_from_text
from zipper.redaction import redact

ADDRESSES = {
    "https://user:token@host/a": "https://***@host/a",
    "git+https://token@host/a.git#main": "git+https://***@host/a.git#main",
    "git+ssh://git@host/a.git": "git+ssh://***@host/a.git",
    "`https://user:p%2Fw@host:8443/@scope/a`": "`https://***@host:8443/@scope/a`",
    "https://user:pa/ss@host/a": "https://***@host/a",
    "http://:pw@host, then http://u:@other/": "http://***@host, then http://***@other/",
    "https://host/a.tgz?token=x&y=1#z": "https://host/a.tgz?***#z",
    "`https://host/a?x`: gone": "`https://host/a?***`: gone",
    "https://host:8443/@scope/a@1.0.0": "https://host:8443/@scope/a@1.0.0",
    "https://host/a@1.0.0": "https://host/a@1.0.0",
    "`a@^1.0.0 || ?`, at@home": "`a@^1.0.0 || ?`, at@home",
}


@pytest.mark.parametrize("text", ADDRESSES)
def test_addresses_show_no_user_and_no_query(text: str) -> None:
    """Whatever stands before a host or behind a question mark is left out, the rest stays."""
    assert ADDRESSES[text] == redact(text)


def test_errors_and_findings_are_redacted_where_they_are_made() -> None:
    """Message, facts and hint of an error, message and hint of a finding show no secret."""
    text = "https://user:token@host/"

    error = ResolutionError("EOVERRIDE", text, facts=(("from", text),), hint=text)
    finding = Finding("code", "error", "", text, text)

    shown = "https://***@host/"
    assert (shown, (("from", shown),), shown) == (error.message, error.facts, error.hint)
    assert "token" not in str(error) + repr(error) + repr(error.args)
    assert ("code", "error", "", shown, shown) == finding[:5]


@pytest.mark.parametrize(
    ("line", "environ"),
    [
        ("cafile=/x/${REDACTED_ONE}", {"REDACTED_ONE": "s3cret-One/+="}),
        ("registry=https://${REDACTED_TWO}/", {"REDACTED_TWO": "s3cret-Two"}),
        ("@own:registry=https://host/${REDACTED_THREE:-x}", {"REDACTED_THREE": "s3cret_Three"}),
    ],
)
def test_what_a_variable_held_is_shown_as_the_variable(line: str, environ: dict[str, str]) -> None:
    """A setting's value is used with what the variable holds, and shown as it is written."""
    [(name, value)] = environ.items()

    settings = build_settings([layer_from_text("project", line, "/.npmrc")], environ=environ)

    used = (settings.cafile, settings.registry, *settings.scoped_registries.values())
    assert any(value in text for text in used if text)
    assert f"no ${{{name}}} nor ${{{name}}}" == redact(f"no {value} nor {value.lower()}")


def test_places_and_short_values_are_shown() -> None:
    """Messages are about folders; and letters of a value such as `1` stand everywhere."""
    environ = {"HOME": "/home/of/somebody", "REDACTED_FOUR": "abc"}
    text = "cafile=${HOME}/${REDACTED_FOUR}"

    build_settings([layer_from_text("project", text, "/.npmrc")], environ=environ)

    assert "/home/of/somebody/abc" == redact("/home/of/somebody/abc")
