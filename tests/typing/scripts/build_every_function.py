"""All functions of a repository, and a summary."""

from __future__ import annotations

import zipper


def main() -> int:
    failed = 0
    for built in zipper.build_all(".", architecture="arm64", no_git=True):
        function: zipper.BuiltFunction = built
        failed += function.has_failed
        if function.error is not None:
            print(f"{function.name}: {function.error.code}: {function.error.message}")
        elif function.package is not None:
            print(f"{function.name}: {function.package!r}")
    return failed


if __name__ == "__main__":
    raise SystemExit(main())
