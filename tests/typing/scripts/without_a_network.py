"""Everything is gathered where there is a network, and built where there is none."""

from __future__ import annotations

import zipper

vendored: zipper.Vendored = zipper.vendor("fn", into="vendored", architectures="arm64")
print(vendored.tarballs, vendored.size_bytes)
package = zipper.build("fn", vendor=vendored.path, offline=True, architecture="arm64")
installed: zipper.Installed = zipper.install("fn", into="build", omit=(), offline=True)
print(package, installed.path)
