"""What the tests of imports are given: an empty master and a folder, and one with codes in it."""

from pathlib import Path

import pytest

from master.session import Master
from tests.intake.importing import Importing, counts

BRANCHES = "code,name,parent\nB1,北京分公司,HQ\nHQ,总公司,\nB2,上海分公司,HQ\n"
PRODUCTS = "code,name,line\nP1,终身寿险,life\nP2,医疗保险,health\n"
TAGS = "code,name,category,description\nVIP,贵宾,价值,资产高\nOLD,老客户,价值,\n"


@pytest.fixture
def empty(master: Master, tmp_path: Path) -> Importing:
    return Importing(master, tmp_path)


@pytest.fixture
def hub(empty: Importing) -> Importing:
    """With three branches, two products and two tags."""
    for kind, text in (("branches", BRANCHES), ("products", PRODUCTS), ("tags", TAGS)):
        result = empty.take(kind, text, source=None)
        assert counts(result) == {"read": text.count("\n") - 1, "added": text.count("\n") - 1}
    return empty
