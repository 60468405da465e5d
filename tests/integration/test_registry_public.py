"""The real public registry: a tarball by its standard address, and a packument."""

from __future__ import annotations

import json
import os

import pytest

from tests.support.shared import REPOSITORY
from zipper.errors import RegistryError
from zipper.npm.integrity import parse_integrity
from zipper.project.npmrc_files import read_npm_settings
from zipper.registry.client import RegistryClient
from zipper.registry.vendor_folder import TarballPlace

PROJECT = REPOSITORY / "fixtures" / "projects" / "orders-api"

pytestmark = pytest.mark.network


@pytest.fixture
def client():
    settings = read_npm_settings(PROJECT)
    with RegistryClient(settings, environ=os.environ, folder=PROJECT) as made:
        yield made


def test_locked_tarballs_are_what_the_lockfile_says(client):
    """Twenty tarballs of a real lockfile come with the integrity that npm wrote down."""
    lock = json.loads((PROJECT / "package-lock.json").read_text())
    entries = [
        (key.rpartition("node_modules/")[2], entry) for key, entry in lock["packages"].items()
    ]
    asks = [
        TarballPlace(name, entry["version"], integrity=parse_integrity(entry["integrity"]))
        for name, entry in entries
        if entry.get("integrity") and "name" not in entry
    ][:20]
    sizes = [len(client.fetch_tarball(ask)) for ask in asks]

    assert 20 == len([size for size in sizes if size > 0])


def test_packument_names_itself(client):
    """The packument of a well-known package is its own, and knows its versions."""
    packument = json.loads(client.fetch_packument("semver"))

    assert "semver" == packument["name"]
    assert "7.0.0" in packument["versions"]


def test_unknown_package_is_told(client):
    """A name that nobody has published is E404."""
    with pytest.raises(RegistryError) as caught:
        client.fetch_packument("@zipper-has-no-such-scope/no-such-package")

    assert "E404" == caught.value.code
