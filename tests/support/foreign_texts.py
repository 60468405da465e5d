"""Lockfiles of other tools, for a workspace of `fn` and `shared`; `SRI-` marks an integrity."""

from __future__ import annotations

__all__ = ["PNPM"]

PNPM = """lockfileVersion: '9.0'
importers:
  .: {}
  fn:
    dependencies:
      a: {specifier: ^1.0.0, version: 1.0.0}
      shared: {specifier: 'workspace:*', version: link:../shared}
  shared:
    dependencies:
      b: {specifier: ^1.0.0, version: 1.0.0}
packages:
  a@1.0.0: {resolution: {integrity: SRI-a-1.0.0}}
  b@1.0.0: {resolution: {integrity: SRI-b-1.0.0}}
  b@2.0.0: {resolution: {integrity: SRI-b-2.0.0}}
snapshots:
  a@1.0.0:
    dependencies: {b: 2.0.0}
  b@1.0.0: {}
  b@2.0.0: {}
"""
