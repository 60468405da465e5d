"""`zipper rollback` and `invoke` against moto's AWS: which version an alias can be moved to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.scene import write_files

if TYPE_CHECKING:
    from tests.support.aws_account import Account

pytestmark = pytest.mark.ci


def test_an_alias_is_moved_to_a_version_that_is_there(account: Account) -> None:
    """Without an alias, with an unknown one, or an unknown version: what to say instead is told."""
    account.deploy()
    cases = [
        ((), 2, "EUSAGE", "`--alias live`"),
        (("--alias", "other"), 1, "ENOFUNCTION", "deploy --alias other"),
        (("--alias", "live"), 1, "EROLLBACK", "`--to VERSION` names one"),
        (("--alias", "live", "--to", "7"), 1, "EROLLBACK", "`--to VERSION` names another one"),
    ]
    account.writes()
    for words, status, code, hint in cases:
        done = account.run("rollback", *words)
        assert (status, code) == (done.status, done.code), words
        assert hint in done.stderr
    assert [] == account.writes()

    account.settings('alias = "live"\n')
    done = account.run("rollback", "--to", "1", "--json")
    assert {"alias": "live", "from_version": "1", "to_version": "1"} == done.document
    assert [] == account.writes()


def test_a_former_version_that_was_deleted_is_told(account: Account) -> None:
    """What the description names is gone, so that another has to be named."""
    account.deploy()
    write_files(account.project, {"index.js": "exports.handler = async () => 2;\n"})
    account.deploy()
    client = account.aws.client("lambda")
    client.delete_function(FunctionName="orders", Qualifier="1")

    done = account.run("rollback", "--alias", "live")

    assert (1, "EROLLBACK") == (done.status, done.code)
    assert "version 1 of `orders` is not there any more" in done.stderr
    assert "2" == account.alias
