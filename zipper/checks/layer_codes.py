"""The codes that a build tells about a function's layers: a part of `zipper.checks.build_codes`."""

from __future__ import annotations

from typing import Final

from zipper.checks.lockfile_codes import ToldCode

__all__ = ["LAYER_CODES"]

LAYER_CODES: Final[tuple[ToldCode, ...]] = (
    ToldCode(
        "layer-left-out",
        "packages are left to the function's layers",
        "A layer has the same files of a package, and of all that the package needs: the function "
        "does without its own copy. The closure is verified over function and layers together.",
        "zipper, Layers; AWS, Packaging your layer content",
        '`layers = ["deps"]`',
    ),
    ToldCode(
        "layer-kept",
        "packages of the layers stay in the function",
        "A layer has a package too, but other files of it, or another version of something that it "
        "needs; or the function uses a copy of that which the layer would double. On nodejs14.x "
        "and nodejs16.x `import` does not look into layers, so that nothing is left to them.",
        "zipper, Layers; Node.js documentation, Modules; aws-sdk-js issue 4431",
        "a layer that was built from an older lockfile",
    ),
)
