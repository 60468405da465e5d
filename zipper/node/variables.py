"""How Lambda's bootstrap starts Node: flags, environment variables, the search path. Pure.

In: the function's settings and where its folders are. Out: a command line and variables. Nothing of
the caller's own environment is read here or passes through here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zipper.errors import UsageError
from zipper.kinds import ENDPOINT_VARIABLE, ENTRY_DEFAULT, ENTRY_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zipper.target import Target

__all__ = ["FunctionSettings", "RunPlaces", "check_variables", "node_arguments", "node_variables"]

_REFUSED: Final = frozenset(
    {
        "_HANDLER", "_X_AMZN_TRACE_ID", "AWS_EXECUTION_ENV", "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_LAMBDA_RUNTIME_API",
        "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR", "AWS_LAMBDA_HTTP_ENDPOINT",
    }
)  # fmt: skip
"""Names that Lambda reserves, but for the region and the credentials, which it provides itself."""

_MODULE_FLAGS: Final[dict[int, tuple[str, ...]]] = {
    20: ("--no-experimental-require-module",),
    22: ("--no-experimental-require-module", "--no-experimental-detect-module"),
}
"""By Node major. Source: "Building Lambda functions with Node.js"; others keep Node's defaults."""


@dataclass(frozen=True, slots=True)
class FunctionSettings:
    """What the function is, as far as its own process can see it."""

    target: Target
    handler: str
    memory_mb: int
    name: str
    log_stream: str
    region: str
    variables: Mapping[str, str]
    endpoint: str = ""
    """Where a web function listens, `host:port`; then `handler` is its entry file."""


@dataclass(frozen=True, slots=True)
class RunPlaces:
    """Absolute folders as the function sees them; Lambda's own by default."""

    task: str = "/var/task"
    opt: str = "/opt"
    runtime: str = "/var/runtime"
    lang: str = "/var/lang"
    tmp: str | None = None
    """None where /tmp itself is the function's."""
    modules: str | None = None
    """The runtime's own node_modules where they are not below `runtime`."""
    root: str = ""
    """Put before /home; empty in a root directory of its own."""


def check_variables(variables: Mapping[str, str], *, bytes_max: int = 4096) -> None:
    """Refuse environment variables that Lambda would refuse.

    Raises:
        UsageError: EUSAGE for a reserved name, a name that is no name, or more than `bytes_max`.
    """
    for name in variables:
        if name in _REFUSED:
            raise UsageError(
                "EUSAGE",
                f"`{name}` is reserved by Lambda",
                hint="leave it out: the run sets it as Lambda does",
            )
        if not (len(name) > 1 and name.isascii() and name.isidentifier() and name[0] != "_"):
            raise UsageError(
                "EUSAGE",
                f"`{name}` is not a name of an environment variable on Lambda",
                hint="use two or more letters, digits and underscores, a letter first",
            )
        if "\0" in variables[name]:
            raise UsageError("EUSAGE", f"the value of `{name}` has a NUL character")
    size = 2 + sum(_json_bytes(n) + _json_bytes(v) + 2 for n, v in variables.items())
    if variables and size - 1 > bytes_max:
        raise UsageError(
            "EUSAGE",
            f"the environment variables take {size - 1:,} bytes, Lambda accepts {bytes_max:,}",
            hint="put large values into a file of the package, or into a parameter store",
        )


def node_arguments(settings: FunctionSettings, places: RunPlaces) -> list[str]:
    """Return the command line that starts the runtime.

    A tenth of the memory is V8's new space and the rest its old space, unless NODE_OPTIONS says
    otherwise.
    """
    major = settings.target.details.major
    options = settings.variables.get("NODE_OPTIONS", "")
    new = max(settings.memory_mb // 10, 2)
    flags = list(_MODULE_FLAGS.get(major, ()))
    flags = [flag for flag in flags if flag.removeprefix("--no-") not in options]
    if "semi-space" not in options:
        flags.append(f"--max-semi-space-size={max(new // 2, 1)}")
    if "old-space" not in options:
        flags.append(f"--max-old-space-size={settings.memory_mb - new}")
    if settings.endpoint:
        client = ("--require", f"{places.runtime}/web.cjs")
        return [f"{places.lang}/bin/node", *flags, *client, f"{places.task}/{settings.handler}"]
    program = f"{places.runtime}/index.mjs"
    return [f"{places.lang}/bin/node", *flags, program, str(settings.target.details.loader)]


def node_variables(settings: FunctionSettings, places: RunPlaces) -> dict[str, str]:
    """Return all variables of the function's process, in Lambda's values.

    Source: the environment of functions of AWS's runtimes, as of 2026-02.
    """
    task, opt, runtime, lang = places.task, places.opt, places.runtime, places.lang
    major = settings.target.details.major
    search = (
        f"{opt}/nodejs/node{major}/node_modules",
        f"{opt}/nodejs/node_modules",
        places.modules or f"{runtime}/node_modules",
        runtime,
        task,
    )
    libraries = (
        f"{lang}/lib", "/lib64", "/usr/lib64", runtime, f"{runtime}/lib", task, f"{task}/lib",
        f"{opt}/lib",
    )  # fmt: skip
    variables = {
        "AWS_DEFAULT_REGION": settings.region,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{settings.target.runtime}",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(settings.memory_mb),
        "AWS_LAMBDA_FUNCTION_NAME": settings.name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{settings.name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": settings.log_stream,
        "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001",
        "AWS_REGION": settings.region,
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        "AWS_XRAY_DAEMON_ADDRESS": "169.254.79.129:2000",
        "HOME": f"{places.root}/home/sbx_user1051",
        "LAMBDA_RUNTIME_DIR": runtime,
        "LAMBDA_TASK_ROOT": task,
        "LANG": "en_US.UTF-8",
        "LD_LIBRARY_PATH": ":".join(libraries),
        "NODE_PATH": ":".join(search),
        "PATH": f"{lang}/bin:/usr/local/bin:/usr/bin/:/bin:{opt}/bin",
        "TZ": ":UTC",
        "_HANDLER": settings.handler,
    }
    if places.tmp is not None:
        variables["TMPDIR"] = places.tmp
    if settings.endpoint:
        del variables["_HANDLER"]
        variables |= {
            ENDPOINT_VARIABLE: settings.endpoint,
            "AWS_LAMBDA_INITIALIZATION_TYPE": "native-http",
        }
        if settings.handler != ENTRY_DEFAULT:
            variables[ENTRY_VARIABLE] = settings.handler
    return variables | dict(settings.variables)


def _json_bytes(text: str) -> int:
    """Return the bytes of `text` as a JSON string, non-ASCII as UTF-8."""
    escaped = sum(1 for letter in text if letter in '"\\\n\t\r\b\f')
    control = sum(5 for letter in text if letter < " " and letter not in "\n\t\r\b\f")
    return len(text.encode("utf-8", "surrogatepass")) + escaped + control + 2
