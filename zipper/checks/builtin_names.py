"""The names that Node's own modules export to `import`.

In: a module's name and a major version. Out: its names, as of the newest release of that major.
Releases of a major may still add names, so the table follows the table of runtimes; a major that
is not here, and a module that is not here (`constants`, `sys`, and `process`, where flags add
names), may export anything.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from zipper.checks.first_builtin_names import NAMES

__all__ = ["find_builtin_names", "find_changed_names"]

_MAJORS: Final = (20, 22, 24, 26)

_ADDED: Final[dict[int, dict[str, str]]] = {
    22: {
        "assert": "Assert partialDeepStrictEqual",
        "dns": "resolveTlsa",
        "dns/promises": "resolveTlsa",
        "fs": "glob globSync",
        "fs/promises": "glob",
        "http": "CloseEvent MessageEvent WebSocket",
        "inspector": "NetworkResources",
        "module": (
            "constants enableCompileCache findPackageJSON flushCompileCache getCompileCacheDir "
            "getSourceMapsSupport registerHooks setSourceMapsSupport stripTypeScriptTypes"
        ),
        "sea": "getAssetKeys",
        "sqlite": "DatabaseSync StatementSync backup constants default",
        "test": "assert snapshot",
        "tls": "getCACertificates setDefaultCACertificates",
        "url": "fileURLToPathBuffer",
        "util": "diff getCallSite getCallSites getSystemErrorMessage setTraceSigInt",
        "util/types": "isFloat16Array",
        "v8": "getCppHeapStatistics isStringOneByteRepresentation",
        "worker_threads": "isInternalThread isMarkedAsUntransferable markAsUncloneable threadName",
        "zlib": (
            "ZstdCompress ZstdDecompress createZstdCompress createZstdDecompress zstdCompress "
            "zstdCompressSync zstdDecompress zstdDecompressSync"
        ),
    },
    24: {
        "crypto": "argon2 argon2Sync decapsulate encapsulate randomUUIDv7",
        "fs": "Utf8Stream mkdtempDisposableSync",
        "fs/promises": "mkdtempDisposable",
        "http": "setGlobalProxyFromEnv",
        "inspector": "DOMStorage",
        "net": "BoundSocket",
        "perf_hooks": "eventLoopUtilization timerify",
        "sqlite": "Session",
        "stream/consumers": "bytes",
        "stream/web": "ReadableStreamTee",
        "test": "expectFailure getTestContext",
        "tls": "getCertificateCompressionAlgorithms",
        "url": "URLPattern",
        "util": "convertProcessSignalToExitCode",
        "v8": "startCpuProfile",
        "worker_threads": "locks",
    },
    26: {
        "buffer": "isLatin1",
        "crypto": "createMac getMacs parsePKCS12",
        "diagnostics_channel": "BoundedChannel boundedChannel",
        "ffi": (
            "DynamicLibrary default dlclose dlopen dlsym exportArrayBuffer "
            "exportArrayBufferView exportBuffer exportString getCurrentEventLoop getFloat32 "
            "getFloat64 getInt16 getInt32 getInt64 getInt8 getRawPointer getUint16 getUint32 "
            "getUint64 getUint8 setFloat32 setFloat64 setInt16 setInt32 setInt64 setInt8 "
            "setUint16 setUint32 setUint64 setUint8 suffix toArrayBuffer toBuffer toString "
            "types"
        ),
        "fs": "openAsBlobSync",
        "http": "isValidHeaderName isValidHeaderValue websocketMask websocketUnmask",
        "net": "_TransferredBoundSocket",
        "perf_hooks": "createSlidingWindowHistogram importHistogram",
        "sqlite": "Database Statement",
        "util": "debounce isPartialDeepStrictEqual markPromiseAsHandled throttle",
        "v8": "setHeapProfileNearHeapLimit startHeapProfile",
        "zlib": (
            "ZipBuffer ZipEntry ZipFile createZipArchive createZipArchiveSync "
            "getMaxZipContentSize setMaxZipContentSize zipFiles"
        ),
    },
}
"""What a major exports and the one before it does not.

Source: `Object.keys(await import("node:..."))` in 20.20.2, 22.23.3, 24.21.0
and 26.12.1; 2026-11-29.
Deviation: `builtinModules` of `repl` is not removed, because `require` still finds it.
"""

_REMOVED: Final[dict[int, dict[str, str]]] = {
    22: {},
    24: {
        "crypto": "Cipher Decipher",
        "fs": "F_OK R_OK W_OK X_OK",
        "net": "_setSimultaneousAccepts",
        "timers": "_unrefActive active enroll unenroll",
        "tls": "createSecurePair",
        "util": (
            "getCallSite isBoolean isBuffer isDate isError isFunction isNull isNullOrUndefined "
            "isNumber isObject isPrimitive isRegExp isString isSymbol isUndefined log"
        ),
    },
    26: {
        "assert": "CallTracker",
        "buffer": "SlowBuffer",
        "dgram": "_createSocketHandle",
        "module": "_debug",
    },
}
"""What the major before it exports and a major does not."""

_REQUIRED: Final[dict[int, dict[str, str]]] = {24: {"fs": "F_OK R_OK W_OK X_OK"}}
"""What `require` still finds where `import` does not, of what is removed."""

_SAME: Final = {
    "assert/strict": "assert",
    "inspector/promises": "inspector",
    "path/posix": "path",
    "path/win32": "path",
}


def find_builtin_names(
    specifier: str, major: int, *, required: bool = False
) -> frozenset[str] | None:
    """Return what `import` can take by name from a module of Node `major`; None for any name.

    `required` adds what only `require` finds.
    """
    module = _plain(specifier)
    if major not in _MAJORS:
        return None
    names = _words(NAMES, module)
    for later in _MAJORS[1 : _MAJORS.index(major) + 1]:
        names = (names | _words(_ADDED[later], module)) - _words(_REMOVED[later], module)
    names |= _words(_REQUIRED.get(major, {}), module) if required else frozenset()
    return names or None


@lru_cache(maxsize=256)
def find_changed_names(specifier: str) -> frozenset[str]:
    """Return what some of the majors export from a module and others, for sure, do not."""
    known = [find_builtin_names(specifier, major) or frozenset() for major in _MAJORS]
    return frozenset.union(*known) - frozenset.intersection(*known)


def _plain(specifier: str) -> str:
    module = specifier.removeprefix("node:")
    return _SAME.get(module, module)


def _words(table: dict[str, str], module: str) -> frozenset[str]:
    return frozenset(table.get(module, "").split())
