"""Make the certificates under fixtures/tls with openssl.

    python tests/support/make_certificates.py

Test-only keys for servers on loopback; nothing trusts them but the tests that name `authority.pem`.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "tls"

CONFIGURATION = """\
[ca]
default_ca = authority
[authority]
database = {folder}/index.txt
serial = {folder}/serial
new_certs_dir = {folder}
certificate = {folder}/authority.pem
private_key = {folder}/authority.key
default_md = sha256
policy = any
copy_extensions = copy
unique_subject = no
rand_serial = yes
[any]
commonName = supplied
"""

LEAVES = {
    # name: (subjectAltName, first day, last day)
    "loopback": ("DNS:localhost,IP:127.0.0.1,IP:::1", "20200101000000Z", "21200101000000Z"),
    "expired": ("DNS:localhost,IP:127.0.0.1,IP:::1", "20200101000000Z", "20200201000000Z"),
    "other-host": ("DNS:registry.example", "20200101000000Z", "21200101000000Z"),
    "client": ("DNS:client.example", "20200101000000Z", "21200101000000Z"),
}


def run(*words: object) -> None:
    """Run openssl, showing what it says only when it fails."""
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)


def make_key(path: Path) -> None:
    """Write a new P-256 key."""
    run("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", path)


def make_self_signed(folder: Path, name: str, extensions: list[str]) -> None:
    """Write `name.key` and `name.pem`, which signs itself and is valid for a century."""
    make_key(folder / f"{name}.key")
    options = [word for extension in extensions for word in ("-addext", extension)]
    run("req", "-x509", "-new", "-key", folder / f"{name}.key", "-subj", f"/CN=zipper test {name}",
        "-days", 36_500, "-out", folder / f"{name}.pem", *options)  # fmt: skip


def make_leaf(folder: Path, name: str) -> None:
    """Write `name.key` and `name.pem`, signed by the authority."""
    names, first, last = LEAVES[name]
    make_key(folder / f"{name}.key")
    run("req", "-new", "-key", folder / f"{name}.key", "-subj", f"/CN=zipper test {name}",
        "-addext", f"subjectAltName={names}", "-out", folder / f"{name}.csr")  # fmt: skip
    run("ca", "-batch", "-config", folder / "ca.cnf", "-in", folder / f"{name}.csr", "-notext",
        "-startdate", first, "-enddate", last, "-out", folder / f"{name}.pem")  # fmt: skip


def main() -> int:
    """Make all of them anew; a server's file has its key and certificate together."""
    FIXTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "index.txt").touch()
        (folder / "ca.cnf").write_text(CONFIGURATION.format(folder=folder), encoding="ascii")
        make_self_signed(folder, "authority", ["basicConstraints=critical,CA:TRUE"])
        make_self_signed(folder, "self-signed", ["subjectAltName=DNS:localhost,IP:127.0.0.1"])
        for leaf in LEAVES:
            make_leaf(folder, leaf)
        for made in ("self-signed", *LEAVES):
            text = (folder / f"{made}.key").read_text() + (folder / f"{made}.pem").read_text()
            (FIXTURES / f"{made}.pem").write_text(text, encoding="ascii")
        (FIXTURES / "authority.pem").write_text((folder / "authority.pem").read_text())
    return 0


if __name__ == "__main__":
    sys.exit(main())
