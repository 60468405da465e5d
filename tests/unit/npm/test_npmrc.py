"""npm's settings: the ini text, interpolation, the layers, typed values, credentials."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zipper.errors import ProjectError
from zipper.npm.credentials import find_credential, redact_url
from zipper.npm.ini import parse_ini
from zipper.npm.npmrc import (
    NpmSettings,
    NpmSource,
    build_settings,
    layer_from_environment,
    layer_from_options,
    layer_from_text,
)
from zipper.npm.npmrc_values import interpolate


def settle(
    text: str = "", *, user: str = "", options: dict | None = None, environ: dict | None = None
):
    """Return the settings of a project's text over a user's, the environment and options."""
    layers = [
        layer_from_text("user", user, "/home/me/.npmrc"),
        layer_from_text("project", text, "/work/.npmrc"),
        layer_from_environment(environ or {}),
        layer_from_options(options or {}),
    ]
    files = {"user": "/home/me/.npmrc", "project": "/work/.npmrc"}
    return build_settings(
        layers, environ=environ or {}, home="/home/me", folder="/work", files=files
    )


INI = {
    "a=1": {"a": "1"},
    " a = 1 ": {"a": "1"},
    "a": {"a": True},
    "a=": {"a": ""},
    "a=true\nb=false\nc=null": {"a": True, "b": False, "c": None},
    "a=b=c": {"a": "b=c"},
    "; one\n# two\n\na=1": {"a": "1"},
    "a=1 ; why": {"a": "1"},
    "a=1 # why": {"a": "1"},
    r"a=1\;2\#3\\4\5": {"a": r"1;2#3\4\5"},
    'a="x ; y"': {"a": "x ; y"},
    r'a="one\ntwo"': {"a": "one\ntwo"},
    "a='x # y'": {"a": "x # y"},
    'a="open': {"a": '"open'},
    "a[]=1\na[]=2": {"a": ("1", "2")},
    "a=1\na[]=2\na=3": {"a": ("1", "2", "3")},
    "a=1\na=2": {"a": "2"},
    "a=1\n[section]\nb=2": {"a": "1"},
    "a=1\r\nb=2\rc=3": {"a": "1", "b": "2", "c": "3"},
    "\ufeffa=1": {"a": "1"},
    "=1": {},
    "[]=1": {"[]": "1"},
    "//h/:_authToken=x": {"//h/:_authToken": "x"},
}


@pytest.mark.parametrize(("text", "expected"), INI.items(), ids=map(repr, INI))
def test_ini_text(text, expected):
    """An ini text says what npm's `ini` package reads in it."""
    assert expected == {entry.key: entry.value for entry in parse_ini(text)}


def test_ini_lines_count_from_one():
    """Each key knows its line, also behind comments and empty lines."""
    entries = parse_ini("; comment\n\na=1\r\nb=2")

    assert [("a", 3), ("b", 4)] == [(entry.key, entry.line) for entry in entries]


VARIABLES = {
    "${A}": "va",
    "x${A}y${A}": "xvayva",
    "${UNSET}": "${UNSET}",
    "${UNSET?}": "",
    "${A?}": "va",
    "${UNSET-word}": "word",
    "${A-word}": "va",
    "${EMPTY-word}": "",
    "${EMPTY:-word}": "word",
    "${UNSET:-}": "",
    r"\${A}": "${A}",
    r"\\${A}": r"\va",
    r"\\\${A}": r"\${A}",
    "${}": "${}",
    "$A": "$A",
}


@pytest.mark.parametrize(("text", "expected"), VARIABLES.items(), ids=VARIABLES)
def test_interpolation(text, expected):
    """Variables are replaced where they are set, or where the text says what to do else."""
    assert expected == interpolate(text, {"A": "va", "EMPTY": ""})


BOOLEANS = {
    "true": True,
    "": True,
    "1": True,
    "yes": True,
    "false": False,
    "0": False,
    "null": False,
}


@pytest.mark.parametrize(("text", "expected"), BOOLEANS.items(), ids=BOOLEANS)
def test_boolean_values(text, expected):
    """Anything but false, null and zero is true."""
    assert expected == settle(f"engine-strict={text}").engine_strict


NUMBERS = {"7": 7, "": 0, "0x1F": 31, "1e3": 1000, " 2 ": 2, "true": 1, "-1": -1}


@pytest.mark.parametrize(("text", "expected"), NUMBERS.items(), ids=NUMBERS)
def test_number_values(text, expected):
    """Numbers are read as JavaScript reads them."""
    assert expected == settle(f"fetch-retries={text}").fetch_retries


INVALID = {
    "fetch-retries=many": "fetch-retries",
    "install-strategy=flat": "install-strategy",
    "omit=dev,optional": "omit",
    "cafile[]=a": "cafile",
}


@pytest.mark.parametrize(("text", "key"), INVALID.items(), ids=INVALID)
def test_invalid_value_is_noted_and_not_used(text, key):
    """Npm warns and goes on with the weaker layer; so do we, naming file and line."""
    settings = settle("\n" + text)

    (note,) = settings.notes
    assert ("ESETTINGS", "/work/.npmrc:2") == (note.code, str(note.source))
    assert f"`{key}`" in note.message
    assert note.hint.startswith("npm accepts ")


UNUSABLE = {
    "registry=example": "ERR_INVALID_URL",
    "registry=//h/": "ERR_INVALID_URL",
    "registry=ftp://h/": "ERR_INVALID_URL",
    "registry=": "ERR_INVALID_URL",
    "registry=null": "ERR_INVALID_URL",
    "registry": "ERR_INVALID_URL",
    "registry=${UNSET}": "ERR_INVALID_URL",
    "registry=https://h/${UNSET}/": "ERR_INVALID_URL",
    "registry[]=https://h/": "ERR_INVALID_URL",
    "@a:registry=nowhere": "ERR_INVALID_URL",
    "@a:registry=${UNSET}": "ERR_INVALID_URL",
    "@a:registry": "ERR_INVALID_URL",
    "before=soon": "ESETTINGS",
    "min-release-age=soon": "ESETTINGS",
    "allow-git=some": "ESETTINGS",
    "allow-file=some": "ESETTINGS",
    "allow-remote=some": "ESETTINGS",
    "allow-directory=": "ESETTINGS",
    "lockfile-version=7": "ESETTINGS",
}


@pytest.mark.parametrize(("text", "code"), UNUSABLE.items(), ids=UNUSABLE)
def test_a_trust_setting_that_cannot_be_is_never_replaced(text, code):
    """A weaker layer's value does not count, and a stronger layer's mends it."""
    key = text.partition("=")[0].removesuffix("[]")
    weaker = f"{key}=https://weaker.example/" if key.endswith("registry") else ""
    settings = settle("\n" + text, user=weaker)

    note = settings.unusable[key]
    assert (code, "/work/.npmrc:2") == (note.code, str(note.source))
    assert f"`{key}`" in note.message
    assert ("UNSET" in text) == ("the variable UNSET is not set" in note.message)
    if key.endswith("registry"):
        assert {} == settle(f"{key}=https://stronger.example/", user=text).unusable


@pytest.mark.parametrize("value", ["", "null", "false", "undefined", "${UNSET?}"])
def test_an_empty_registry_of_a_scope_means_the_default_one(value):
    """Npm goes on with the default registry for a scope whose own is empty; that is told."""
    settings = settle(f"@a:registry={value}", user="@a:registry=https://weaker.example/")

    assert ({}, {}) == (settings.scoped_registries, settings.unusable)
    assert ["`@a:registry` is empty" in note.message for note in settings.notes] == [True]


def test_invalid_value_leaves_the_weaker_layer():
    """The user's good value counts where the project's is none."""
    assert 7 == settle("fetch-retries=many", user="fetch-retries=7").fetch_retries


def test_unverified_certificates_are_noted():
    """`strict-ssl=false` counts, and is told with the line that says so."""
    settings = settle("strict-ssl=false")

    assert (False, "/work/.npmrc:1") == (settings.strict_ssl, str(settings.notes[0].source))


def test_layers():
    """Options win over the environment, that over the project, that over the user."""
    stacked = {
        "user": "tag=user\nfetch-retries=1\nmaxsockets=1\nprefer-dedupe=true",
        "text": "tag=project\nfetch-retries=2\nmaxsockets=2",
        "environ": {"NPM_CONFIG_TAG": "variable", "npm_config_fetch_retries": "3"},
        "options": {"tag": "option"},
    }
    settings = settle(**stacked)

    found = (settings.tag, settings.fetch_retries, settings.maxsockets, settings.prefer_dedupe)
    assert ("option", 3, 2, True) == found
    assert [
        "--tag",
        "the variable npm_config_fetch_retries",
        "/work/.npmrc:3",
        "/home/me/.npmrc:4",
    ] == [
        str(settings.source_of(k)) for k in ("tag", "fetch-retries", "maxsockets", "prefer-dedupe")
    ]


def test_source_of_an_unset_key_is_where_it_would_be():
    """An error about a missing setting can name the user's file."""
    assert "/home/me/.npmrc" == str(settle().source_of("registry"))


@pytest.mark.parametrize("variable", ["npm_config_strict_ssl", "NPM_CONFIG_STRICT_SSL"])
def test_variables_in_any_case(variable):
    """`_` stands for `-`, and case does not count."""
    assert settle(environ={variable: "false"}).strict_ssl is False


def test_empty_variable_does_not_count():
    """An empty variable is as good as none."""
    assert settle("tag=next", environ={"npm_config_tag": ""}).tag == "next"


def test_credential_in_a_variable_keeps_its_case():
    """`npm_config_//host/:_authToken` is not normalised."""
    settings = settle(environ={"npm_config_//h.example/:_authToken": "t"})

    assert "Bearer t" == settings.credentials["//h.example/"].authorization.reveal()


OMITTED = {
    "": set(),
    "production=true": {"dev"},
    "only=prod": {"dev"},
    "omit[]=dev\nomit[]=optional": {"dev", "optional"},
    "omit=dev\ninclude=dev": set(),
    "optional=false": {"optional"},
    "omit=optional\noptional=true": set(),
    "omit=dev\nproduction=false": set(),
    "omit=dev\nalso=dev": set(),
}


@pytest.mark.parametrize(("text", "expected"), OMITTED.items(), ids=OMITTED)
def test_omitted_types(text, expected):
    """All of npm's ways to leave out a dependency type are one answer."""
    assert expected == settle(text).omit


ADDED_UP = [
    ("production=false", "production=true", {}, set()),
    ("production=true", "production=false", {}, set()),
    ("production=true", "production=null", {}, {"dev"}),
    ("optional=true", "optional=false", {}, set()),
    ("optional=false", "optional=true", {}, set()),
    ("optional=false", "optional=null", {}, {"optional"}),
    ("only=prod", "production=false", {}, {"dev"}),
    ("only=prod", "only=null", {}, {"dev"}),
    ("also=dev", "also=null\nomit=dev", {}, set()),
    ("dev=true", "dev=false", {"NODE_ENV": "production"}, set()),
    ("production=true", "omit=optional", {}, {"dev", "optional"}),
    ("production=true", "omit=optional\nproduction=null", {}, {"optional"}),
    ("omit=dev", "omit=optional", {}, {"optional"}),
    ("production=true", "omit=optional", {"npm_config_production": "false"}, {"optional"}),
    ("production=true", "include=dev", {"npm_config_include": "optional"}, {"dev"}),
    ("include=dev", "include=optional", {"npm_config_omit": "dev"}, {"dev"}),
    ("production=false", "", {"npm_config_production": "true"}, set()),
    ("production=false", "", {"NODE_ENV": "production"}, set()),
]
"""A user's file, a project's file, the environment, and what npm 11.19.1 omits then."""


@pytest.mark.parametrize(("user", "text", "environ", "expected"), ADDED_UP)
def test_omitted_types_of_layers(user, text, environ, expected):
    """What is omitted and included adds up over the layers, as in npm's own settings."""
    assert expected == settle(text, user=user, environ=environ).omit


def test_production_environment_omits_dev():
    """NODE_ENV=production is npm's default for `omit`."""
    assert {"dev"} == settle(environ={"NODE_ENV": "production"}).omit


def test_legacy_names_of_install_strategies():
    """`global-style` is shallow and `legacy-bundling` nested."""
    found = [
        settle(text).install_strategy for text in ("global-style=true", "legacy-bundling=true")
    ]

    assert ["shallow", "nested"] == found


def test_shrinkwrap_is_package_lock():
    """`shrinkwrap=false` is the old name of `package-lock=false`."""
    assert settle("shrinkwrap=false").package_lock is False


def test_paths():
    """`~/` is the home folder, anything relative is relative to the project."""
    found = [settle(f"cafile={path}").cafile for path in ("~/ca.pem", "ca.pem", "/etc/ca.pem")]

    assert ["/home/me/ca.pem", "/work/ca.pem", "/etc/ca.pem"] == found


def test_certificates_as_text():
    """`ca` takes several certificates with line breaks."""
    settings = settle('ca[]="-----BEGIN\\nA"\nca[]="-----BEGIN\\nB"')

    assert ("-----BEGIN\nA", "-----BEGIN\nB") == settings.ca


def test_date_without_zone_is_utc():
    """A date means the same moment on every machine."""
    assert datetime(2024, 5, 1, tzinfo=UTC) == settle("before=2024-05-01").before


def test_age_is_counted_back_from_now():
    """`min-release-age` is days; `before` of the same file wins over it."""
    now = datetime(2024, 5, 8, tzinfo=UTC)
    aged, both = settle("min-release-age=7"), settle("min-release-age=7\nbefore=2020-01-01")

    assert datetime(2024, 5, 1, tzinfo=UTC) == aged.newest_allowed(now)
    assert datetime(2020, 1, 1, tzinfo=UTC) == both.newest_allowed(now)
    assert settle().newest_allowed(now) is None


def test_stronger_age_wins_over_weaker_date():
    """The project's `min-release-age` hides the user's `before`."""
    settings = settle("min-release-age=1", user="before=2020-01-01")

    assert datetime(2024, 5, 7, tzinfo=UTC) == settings.newest_allowed(
        datetime(2024, 5, 8, tzinfo=UTC)
    )


def test_allowed_scripts_are_a_list():
    """`allow-scripts` is separated by commas, and may be repeated."""
    assert ("a", "b@1.0.0", "@c/d") == settle("allow-scripts=a, b@1.0.0,@c/d").allow_scripts
    assert ("a", "b") == settle("allow-scripts[]=a\nallow-scripts[]=b").allow_scripts
    assert () == settle("").allow_scripts


def test_names_exempt_from_the_age():
    """Names stand in a list, or separated by commas."""
    settings = settle("min-release-age-exclude[]=a, b\nmin-release-age-exclude[]=@c/*")

    assert ("a", "b", "@c/*") == settings.min_release_age_exclude


def test_registry_of_a_scope():
    """A scope's registry serves its packages, the default one all others."""
    settings = settle("registry=https://a.example\n@s:registry=https://b.example/npm")

    found = [settings.registry_of(name) for name in ("@s/x", "@t/x", "x")]
    assert ["https://b.example/npm", "https://a.example/", "https://a.example/"] == found


def test_user_in_the_registrys_address_becomes_a_credential():
    """A password in the address is taken out of it, so that it shows up nowhere."""
    settings = settle("registry=https://me:p%40ss@h.example/npm/")

    assert "https://h.example/npm/" == settings.registry
    assert "Basic bWU6cEBzcw==" == settings.credentials["//h.example/npm/"].authorization.reveal()


CREDENTIALS = {
    "_authToken=t": "Bearer t",
    "_auth=YTpi": "Basic YTpi",
    "username=a\n{k}:_password=Yg==": "Basic YTpi",
    "_auth=YTpi\n{k}:_authToken=t": "Bearer t",
    "_authToken=${{TOKEN}}": "Bearer from-env",
}


@pytest.mark.parametrize(("text", "expected"), CREDENTIALS.items(), ids=CREDENTIALS)
def test_credentials(text, expected):
    """A token wins over a password; base64 is decoded where npm decodes it."""
    key = "//h.example/"
    settings = settle(f"{key}:" + text.format(k=key), environ={"TOKEN": "from-env"})

    assert expected == settings.credentials[key].authorization.reveal()


@pytest.mark.parametrize(
    "text",
    ["registry=https://${USER}@h.example/", "//h.example/:username=a${USER}\n{k}:_password="],
)
def test_user_in_a_variable_that_is_no_utf_8(text):
    """A variable's bytes are sent as they are."""
    environ = {"USER": b"a\xff".decode("utf-8", "surrogateescape")}
    settings = settle(text.replace("{k}", "//h.example/") + "cHc=", environ=environ)
    (credential,) = settings.credentials.values()

    assert b"a\xff" in base64.b64decode(credential.basic.reveal())


@pytest.mark.parametrize("text", ["username=a", "_password=Yg==", "certfile=a", "_authToken="])
def test_half_a_credential_is_none(text):
    """What cannot be sent is not a credential."""
    assert {} == settle(f"//h.example/:{text}").credentials


def test_unscoped_credential_is_noted_and_sent_nowhere():
    """Npm refuses `_authToken` without a registry; it is told, not guessed where it belongs."""
    settings = settle("_authToken=s3cret")

    assert ("ERR_INVALID_AUTH", "/work/.npmrc:1") == (
        settings.notes[0].code,
        str(settings.notes[0].source),
    )
    assert {} == settings.credentials
    assert "s3cret" not in str(settings.notes)


def test_unset_variable_in_a_token_is_noted():
    """A token that refers to an unset variable is the usual cause of E401: it is told."""
    (note,) = settle("//h.example/:_authToken=${NPM_TOKEN}").notes

    assert "variable that is not set" in note.message


LOOKUPS = {
    "https://h.example/": "//h.example/",
    "https://h.example/x": "//h.example/",
    "https://h.example/npm/x/-/x-1.0.0.tgz": "//h.example/npm/",
    "https://h.example/npmx": "//h.example/",
    "https://H.EXAMPLE/x": "//h.example/",
    "https://h.example:443/x": "//h.example/",
    "http://h.example:80/x": "//h.example/",
    "https://h.example:8443/x": "//h.example:8443",
    "https://h.example.evil/x": None,
    "https://evil/h.example/": None,
    "https://h.example@evil/": None,
    "https://sub.h.example/": None,
    "not an address": None,
    "https://[::1/": None,
}


@pytest.mark.parametrize(("url", "key"), LOOKUPS.items(), ids=LOOKUPS)
def test_credential_lookup(url, key):
    """The longest path above the address counts, on exactly its host and port."""
    text = "\n".join(
        f"{prefix}:_authToken=t"
        for prefix in ("//h.example/", "//h.example/npm/", "//h.example:8443")
    )
    found = find_credential(settle(text).credentials, url)

    assert key == (found and found.key)


def test_secrets_do_not_show():
    """No way of looking at settings shows a token, a password, a key or a proxy's password."""
    text = (
        "//h.example/:_authToken=s3cret\n//i.example/:username=me\n//i.example/:_password=czNjcmV0\n"
        "registry=https://me:s3cret@j.example/\nproxy=http://me:s3cret@p.example/\nkey=s3cret\n"
        "https-proxy=s3cret"
    )
    settings = settle(text)
    shown = f"{settings!r}{settings.credentials!r}{settings.sources!r}{settings.notes!r}"
    shown += "".join(f"{getattr(settings, name)!r}" for name in settings._fields)
    shown += "".join(str(credential.authorization) for credential in settings.credentials.values())

    assert "s3cret" not in shown
    assert "czNjcmV0" not in shown


REDACTED = {
    "https://me:s3cret@h.example/a?token=s3cret#s3cret": "https://***@h.example/a?***",
    "https://h.example/a": "https://h.example/a",
    "me:s3cret@h": "h",
}


@pytest.mark.parametrize(("url", "expected"), REDACTED.items(), ids=REDACTED)
def test_redacted_addresses(url, expected):
    """An address in a message has no user, no password and no query."""
    assert expected == redact_url(url)


@given(text=st.text(), value=st.text())
def test_any_text_gives_settings(text, value):
    """Whatever a file or a variable says, the outcome is a value."""
    settings = settle(
        text, environ={"npm_config_before": value, "npm_config_registry": value, "A": value}
    )

    assert isinstance(settings.registry, str | None)


@given(st.dictionaries(st.text("abcz-", min_size=1), st.text(), max_size=5))
def test_ini_reads_what_json_wrote(values):
    """A quoted value comes through whole, whatever it holds."""
    text = "\n".join(f"{key}={json.dumps(value)}" for key, value in values.items())
    literals = {"true": True, "false": False, "null": None}

    expected = {key: literals.get(value, value) for key, value in values.items()}
    assert expected == {entry.key: entry.value for entry in parse_ini(text)}


def test_a_scope_whose_registry_cannot_be_used_is_refused():
    """The error is what the note says; names of other scopes, and names like one, go on."""
    settings = settle("@s:registry=nowhere\nregistry=https://a.example/")
    (note,) = settings.unusable.values()

    with pytest.raises(ProjectError) as caught:
        settings.registry_of("@s/x")
    error = caught.value
    assert (note.code, note.message, note.hint) == (error.code, error.message, error.hint)
    assert (("set in", "/work/.npmrc:1"),) == error.facts
    assert ["https://a.example/"] * 4 == [
        settings.registry_of(name) for name in ("@t/x", "x", "@s", "s/x")
    ]


def test_what_is_set_is_known_by_npms_name():
    """A default does not count, nor does a value that cannot be."""
    settings = settle("fetch-retries=5\nmaxsockets=many\n@s:registry=https://b.example/")

    assert [True, False, True, False] == [
        settings.is_set(key) for key in ("fetch-retries", "maxsockets", "@s:registry", "tag")
    ]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("tag=next", "\n\ntag=next", True),
        ("offline=true", "prefer-online=true", True),
        ("prefer-offline=true", "", True),
        ("omit[]=dev\nomit[]=peer", "omit[]=peer\nomit[]=dev", True),
        ("tag=next", "tag=other", False),
        ("omit[]=dev", "include[]=dev", False),
        ("before=2020-01-01", "before=2020-01-02", False),
        ("//h/:_authToken=a", "", False),
    ],
)
def test_settings_that_decide_have_one_digest(one, other, same):
    """Where they are set decides nothing, nor when the cache may answer; no secret is in it."""
    assert same is (settle(one).digest() == settle(other).digest())


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("registry=x", "`registry` cannot be 'x'", "npm accepts an address with https://"),
        ("registry=https://u:w@[/", "`registry` cannot be (an address that cannot be read)",
         "npm accepts an address with https://"),
        ("@s:registry=ftp://u:w@h/a?b=c", "`@s:registry` cannot be ftp://***@h/a?***",
         "npm accepts an address with https://"),
        ("before=soon", "`before` cannot be 'soon'", "npm accepts a date"),
        ("allow-git=some", "`allow-git` cannot be 'some'", "npm accepts all, none, root"),
        ("registry=${X}", "`registry` cannot be '${X}': the variable X is not set",
         "set X where zipper runs"),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_is_told_without_what_is_secret(text, message, hint):
    """As it is written, not what its variables hold; and what npm accepts instead."""
    (note,) = settle(text).unusable.values()

    assert (message, hint) == (note.message, note.hint)


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("proxy=ftp:", "`proxy` cannot be the value", "npm accepts a url"),
        ("omit=dev,peer", "`omit` cannot be 'dev,peer'", "npm accepts dev, optional, peer"),
        ("tag[]=a", "`tag` cannot be ('a',)", "npm accepts a string"),
        ("_authToken=x", "`_authToken` names no registry, so it is sent to none",
         "write it as `//host/path/:_authToken`, with the registry's own host and path"),
        ("//h/:_authToken=${X}", "`//h/:_authToken` refers to a variable that is not set",
         "set the variable where zipper runs"),
        ("@s:registry=",
         ("`@s:registry` is empty, so the scope's packages come from the default "
          "registry"), "name the scope's registry, or remove the line"),
        ("strict-ssl=false",
         "with `strict-ssl=false` anyone on the network path can answer for the registry",
         "name your authority's certificate with `cafile=` instead"),
    ],
)  # fmt: skip
def test_what_npm_warns_about_is_told(text, message, hint):
    """Each note has what to do."""
    (note,) = settle(text).notes

    code = "ERR_INVALID_AUTH" if text.startswith("_") else "ESETTINGS"
    assert (code, message, hint) == (note.code, note.message, note.hint)


@pytest.mark.parametrize("name", ["_auth", "_authToken", "_password", "username"])
def test_a_credential_of_a_variable_is_passed_over_in_silence(name):
    """What is in a file is told, with its line."""
    assert () == settle(environ={f"npm_config_{name}": "x"}).notes
    assert ["ERR_INVALID_AUTH"] == [note.code for note in settle(f"{name}=x").notes]


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("https://me:pw@h.example:443/npm/", "//h.example/npm/"),
        ("http://me:pw@h.example:80/", "//h.example/"),
        ("https://me:pw@h.example:80/", "//h.example:80/"),
        ("http://me:pw@h.example:443", "//h.example:443/"),
        ("https://me:pw@[::1]:8443/", "//[::1]:8443/"),
    ],
)
def test_a_user_in_an_address_is_kept_for_its_host_and_port(address, key):
    """A scheme's own port counts as none, as in a WHATWG URL."""
    assert [key] == list(settle(f"registry={address}").credentials)


def test_a_client_certificate_needs_its_key():
    """Both are kept, in the order in which they are written, beside a token or alone."""
    text = "//h/:certfile=c.pem\n//h/:keyfile=k.pem"
    alone = settle(text).credentials["//h/"]
    both = settle(f"{text}\n//h/:_authToken=t").credentials["//h/"]
    half = settle("//h/:certfile=c.pem\n//h/:_authToken=t").credentials["//h/"]

    assert ("c.pem", "k.pem", None) == (alone.certfile, alone.keyfile, alone.authorization)
    assert ("c.pem", "k.pem") == (both.certfile, both.keyfile)
    assert (None, None) == (half.certfile, half.keyfile)
    assert "Bearer t" == both.authorization.reveal() == half.authorization.reveal()


@pytest.mark.parametrize(
    ("text", "offline", "online"),
    [
        ("", False, False),
        ("cache-min=9998", False, False),
        ("cache-min=9999", True, False),
        ("cache-max=1", False, False),
        ("cache-max=0", False, True),
        ("cache-max=-1", False, True),
        ("prefer-offline=true\ncache-min=0", True, False),
        ("prefer-online=true\ncache-max=5", False, True),
    ],
)
def test_old_limits_of_the_cache(text, offline, online):
    """Source: `flatten` of `cache-max` and `cache-min` in npm's definitions."""
    settings = settle(text)

    assert (offline, online) == (bool(settings.prefer_offline), bool(settings.prefer_online))


@pytest.mark.parametrize(
    ("user", "text", "before", "days"),
    [
        ("", "min-release-age=7\nbefore=2020-01-01", True, None),
        ("", "before=2020-01-01\nmin-release-age=7", True, 7),
        ("min-release-age=7", "before=2020-01-01", True, None),
        ("before=2020-01-01", "min-release-age=7", False, 7),
        ("min-release-age=7", "min-release-age=3", False, 3),
    ],
)
def test_the_stronger_layer_has_one_kind_of_age(user, text, before, days):
    """The date is asked for first in any case, in one file."""
    settings = settle(text, user=user)

    assert (before, days) == (settings.before is not None, settings.min_release_age)


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        ("shrinkwrap=false", "shrinkwrap", "package-lock"),
        ("global-style=true", "global-style", "install-strategy"),
        ("legacy-bundling=true", "legacy-bundling", "install-strategy"),
    ],
)
def test_an_old_name_is_set_under_both(text, old, new):
    """So that a message about either finds the line."""
    settings = settle(text)

    assert [".npmrc:1"] * 2 == [str(settings.source_of(one))[-8:] for one in (old, new)]
    assert [False, False] == [settle().is_set(one) for one in (old, new)]


def test_an_old_name_that_is_off_sets_nothing():
    """`global-style=false` leaves the strategy as it is."""
    settings = settle("install-strategy=nested\nglobal-style=false")

    assert ("nested", ".npmrc:1") == (
        settings.install_strategy,
        str(settings.source_of("install-strategy"))[-8:],
    )


def test_a_credential_of_its_own_wins_over_the_addresss():
    """Whatever comes first."""
    lines = ["//h.example/:_auth=YTpi", "registry=https://me:pw@h.example/"]

    for text in ("\n".join(lines), "\n".join(lines[::-1])):
        assert "Basic YTpi" == settle(text).credentials["//h.example/"].authorization.reveal()


def test_credentials_are_trimmed_and_told():
    """A variable's last line break is no part of a token; the line is known, the value is not."""
    environ = {"A": " t\n"}
    settings = settle("//h/:_authToken=${A}\n//i/:_auth=${A}\n//j/:_authToken=", environ=environ)
    found = settings.credentials

    assert ["//h/", "//i/"] == list(found)
    assert "Bearer t" == found["//h/"].authorization.reveal()
    assert "Basic t" == found["//i/"].authorization.reveal()
    assert ("//h/", "/work/.npmrc:1") == (found["//h/"].key, found["//h/"].source)
    assert "/work/.npmrc:2" == str(settings.source_of("//i/:_auth"))


@pytest.mark.parametrize("text", ["//h/:_authToken=${}", "//h/:_authToken=a", "//h/:_authToken"])
def test_no_variable_is_no_note(text):
    """Nor is a line without a value."""
    assert () == settle(text).notes


@pytest.mark.parametrize(
    ("key", "text", "expected"),
    [
        ("noproxy", "a, b,,a", ("a", "b")),
        ("noproxy", "", ()),
        ("insecure-hosts", "h,i", ("h", "i")),
        ("min-release-age-exclude", "a,b", ("a", "b")),
        ("allow-scripts", "a,,b", ("a", "b")),
    ],
)
def test_words_between_commas(key, text, expected):
    """Each counts once, and an empty one not at all."""
    assert expected == getattr(settle(f"{key}={text}"), key.replace("-", "_"))


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        ("npm_config_tag", "next", "next"),
        ("NPM_CONFIG_Tag", "next", "next"),
        ("npm_config__tag", "next", "latest"),
        ("npm_confi_tag", "next", "latest"),
        ("xnpm_config_tag", "next", "latest"),
        ("npm-config-tag", "next", "latest"),
    ],
)
def test_which_variables_are_settings(variable, value, expected):
    """Those that begin so; a first `_` of the rest stays one, and makes another name."""
    assert expected == settle(environ={variable: value}).tag


OFF = (
    "offline prefer_offline prefer_online engine_strict legacy_peer_deps strict_peer_deps force "
    "prefer_dedupe install_links ignore_scripts omit_lockfile_registry_resolved"
)
ON = "strict_ssl package_lock bin_links format_package_lock"
UNSET = (
    "registry cafile cert key proxy https_proxy maxsockets user_agent before min_release_age "
    "lockfile_version userconfig globalconfig prefix node_version"
)
EMPTY = "ca noproxy insecure_hosts min_release_age_exclude allow_scripts omit include"
WORDS = {
    "install_strategy": "hoisted", "replace_registry_host": "npmjs", "tag": "latest",
    "allow_git": "all", "allow_remote": "all", "allow_file": "all", "allow_directory": "all",
}  # fmt: skip


@pytest.mark.parametrize("settings", [NpmSettings(), settle()], ids=["none", "empty"])
def test_what_holds_where_nothing_is_set(settings):
    """As in npm's definitions; a connection is tried again sooner, and more often."""
    found = settings._asdict()

    assert [False] * 11 == [bool(found[name]) for name in OFF.split()]
    assert [True] * 4 == [found[name] for name in ON.split()]
    assert [None] * 15 == [found[name] for name in UNSET.split()]
    assert [()] * 7 == [tuple(found[name]) for name in EMPTY.split()]
    assert WORDS == {name: found[name] for name in WORDS}
    times = [found[f"fetch_{name}"] for name in ("retry_mintimeout", "retry_maxtimeout", "timeout")]
    assert [500, 20_000, 60_000] == times
    assert (5, 2) == (settings.fetch_retries, settings.fetch_retry_factor)
    assert not {*found} - {*OFF.split(), *ON.split(), *UNSET.split(), *EMPTY.split(), *WORDS} - {
        "scoped_registries", "credentials", "notes", "unusable", "sources", "files",
        "fetch_retries", "fetch_retry_factor", "fetch_retry_mintimeout", "fetch_retry_maxtimeout",
        "fetch_timeout",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", None),
        ("min-release-age=0", None),
        ("min-release-age=0.5", datetime(2024, 5, 7, 12, tzinfo=UTC)),
        ("before=2020-01-01", datetime(2020, 1, 1, tzinfo=UTC)),
    ],
)
def test_the_newest_that_counts(text, expected):
    """An age of nothing is none."""
    assert expected == settle(text).newest_allowed(datetime(2024, 5, 8, tzinfo=UTC))


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (NpmSource("user", "/a/.npmrc", 3), "/a/.npmrc:3"),
        (NpmSource("options", "--tag"), "--tag"),
        (NpmSource("defaults"), "defaults"),
        (settle().source_of("tag"), "/home/me/.npmrc"),
        (NpmSettings().source_of("tag"), "user"),
    ],
)
def test_a_place_is_told_as_far_as_it_is_known(source, text):
    """File and line, or what was said instead."""
    assert text == str(source)
