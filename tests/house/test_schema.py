"""The printed schema is the served one."""

from pathlib import Path

import schema as package
from app.graphql import schema


def test_the_printed_schema_is_up_to_date() -> None:
    printed = Path(str(package.__file__)).with_name("schema.graphql").read_text(encoding="utf-8")
    assert printed == schema.as_str() + "\n", "run `make schema`"
