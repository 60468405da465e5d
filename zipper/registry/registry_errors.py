"""What went wrong with a registry -> the `RegistryError` that a person reads.

Input: a refused reply or a fault that remained. Output: an error with npm's code, the registry,
the scope, the file in which the setting is or would be, and what to do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.errors import RegistryError, ResolutionError
from zipper.npm.credentials import Credential, redact_url, registry_key

if TYPE_CHECKING:
    from zipper.npm.npm_settings import NpmSettings
    from zipper.registry.exchange import RegistryRequest, Reply
    from zipper.registry.retry_loop import GaveUpError

__all__ = ["document_offline", "given_up", "offline", "refused", "sibling"]


def refused(
    reply: Reply, request: RegistryRequest, settings: NpmSettings, *, name: str
) -> RegistryError:
    """Return the error for a status that says no: 401, 403, 404 and the other 4xx."""
    facts = _facts(request, settings, name, url=reply.url)
    facts.append(("credential", _tell_credential(reply, settings)))
    message, hint = _explain(reply, request, settings, name)
    return RegistryError(f"E{reply.status}", message, facts=tuple(facts), hint=hint)


def _explain(
    reply: Reply, request: RegistryRequest, settings: NpmSettings, name: str
) -> tuple[str, str | None]:
    if reply.status == 404:
        return f"{request.label} is not in the registry", _missing_hint(reply, settings, name)
    if reply.status == 401:
        message = f"the registry requires credentials for {request.label}"
        return message, _token_hint(reply, request, settings)
    if reply.status != 403:
        return f"the registry refused {request.label} with status {reply.status}", None
    message = f"the registry does not give {request.label} to this user"
    if reply.credential is None:
        return message, _token_hint(reply, request, settings)
    return message, "the credential is known but may not read this; ask the registry's owner"


def given_up(
    error: GaveUpError,
    request: RegistryRequest,
    settings: NpmSettings,
    *,
    name: str,
    proxy: str | None = None,
) -> RegistryError:
    """Return the error for a fault that stayed, with how long it was tried.

    `proxy` is the one that the request went through, and where it is set.
    """
    fault = error.fault
    facts = _facts(request, settings, name, url=request.url)
    if proxy is not None:
        facts.append(("proxy", proxy))
    if error.attempts > 1:
        facts.append(
            ("tried", f"{error.attempts} times, {error.waited_seconds:.1f} s of waiting between")
        )
    if fault.wait_seconds is not None:
        facts.append(("registry asks", f"to wait {fault.wait_seconds:.0f} s"))
    return RegistryError(
        fault.code,
        f"could not fetch {request.label}: {fault.reason}",
        facts=tuple(facts),
        hint=fault.hint,
    )


def offline(label: str, url: str) -> RegistryError:
    """Return the error for something that is not in the cache, with the network forbidden."""
    return RegistryError(
        "EOFFLINE",
        f"{label} is not in the cache",
        facts=(("address", redact_url(url)),),
        hint="build once without `--offline`; what was fetched then is enough from there on",
    )


def sibling(name: str, folder: str) -> ResolutionError:
    """Return the error for a name that a member of the workspace has: a registry's is another."""
    return ResolutionError(
        "EWORKSPACE",
        f"`{name}` is a member of this workspace, and is not looked for in a registry",
        facts=(("member", folder),),
        hint="make the spec fit the member's version, and build with the root's lockfile: write it "
        "with `python -m zipper resolve`, and leave out `--no-workspace`",
    )


def document_offline(path: str, url: str) -> RegistryError:
    """Return the error for what only a registry itself can answer, such as its keys."""
    return RegistryError(
        "EOFFLINE",
        f"`{path}` comes from the registry each time, and `--offline` forbids downloading",
        facts=(("address", redact_url(url)),),
        hint="a folder made by `python -m zipper vendor` may have it: `--vendor DIR`",
    )


def _facts(
    request: RegistryRequest, settings: NpmSettings, name: str, *, url: str
) -> list[tuple[str, str]]:
    facts = [("address", redact_url(url)), ("registry", redact_url(request.registry))]
    scope = name.partition("/")[0] if name.startswith("@") else ""
    key = f"{scope}:registry"
    if scope and settings.is_set(key):
        facts.append(("scope", f"{scope}, whose registry is set in {settings.source_of(key)}"))
    elif scope:
        facts.append(("scope", f"{scope}, which has no registry of its own"))
    if not settings.is_set(key) and settings.is_set("registry"):
        facts.append(("set in", str(settings.source_of("registry"))))
    return facts


def _tell_credential(reply: Reply, settings: NpmSettings) -> str:
    if reply.withheld is not None:
        return (
            f"{reply.withheld.key} from {reply.withheld.source}, not sent over an open connection"
        )
    if reply.credential is not None:
        return _tell_source(reply.credential)
    place = settings.files.get("user") or "the user's .npmrc"
    return f"none; it would be in {place}"


def _tell_source(credential: Credential) -> str:
    kind = (
        "_authToken"
        if credential.token
        else "_auth or password"
        if credential.basic
        else "certificate"
    )
    return f"{credential.key}:{kind} from {credential.source}"


def _token_hint(reply: Reply, request: RegistryRequest, settings: NpmSettings) -> str:
    if reply.withheld is not None:
        return (
            "use the registry's https:// address: a credential is sent over an open connection to "
            "a host in `insecure_hosts` only"
        )
    if reply.credential is not None:
        return f"the credential in {reply.credential.source} is wrong or has expired; replace it"
    key = registry_key(request.registry)
    place = settings.files.get("user") or "the user's .npmrc"
    return (
        f"put `{key}:_authToken=${{NPM_TOKEN}}` into {place}, and the token into the variable; or "
        f"the token into the keyring: `keyring set {redact_url(request.registry)} _authToken`"
    )


def _missing_hint(reply: Reply, settings: NpmSettings, name: str) -> str | None:
    scope = name.partition("/")[0] if name.startswith("@") else ""
    if reply.credential is None and scope:
        return (
            f"many registries say so of private packages; `{scope}:registry=` in .npmrc names the"
            " registry of a scope, and it may need a token"
        )
    if settings.is_set("registry"):
        return f"is `registry` in {settings.source_of('registry')} the right one for it?"
    return "look for a misspelling of the name, or a version that was unpublished"
