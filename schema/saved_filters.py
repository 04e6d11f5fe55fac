"""A filter that was given, as JSON to keep, and as it was given again."""

import json
from collections.abc import Mapping
from datetime import date
from enum import Enum
from typing import Any

import strawberry
from graphql import GraphQLError, coerce_input_value
from strawberry.types.arguments import convert_argument
from strawberry.types.base import get_object_definition, has_object_definition
from strawberry.utils.str_converters import to_camel_case

from master.errors import Invalid
from schema.context import Info
from schema.customer_keys import CustomerFilter


def written(words: str, filter: CustomerFilter | None) -> str:
    """Words and filter, as `read` takes them."""
    given = _plain(filter) if filter else None
    return json.dumps({"query": words, "filter": given}, ensure_ascii=False, sort_keys=True)


def words_of(kept: str) -> str:
    return str(json.loads(kept)["query"])


def filter_text(kept: str) -> str | None:
    """The filter as JSON, in the API's names; None for none."""
    given = json.loads(kept)["filter"]
    return json.dumps(given, ensure_ascii=False) if given else None


def filter_of(info: Info, kept: str) -> CustomerFilter | None:
    """Raises Invalid for one that this version of the API does not take any more."""
    given = json.loads(kept)["filter"]
    if not given:
        return None
    schema: Any = info.schema
    try:
        kind: Any = info._raw_info.schema.type_map["CustomerFilter"]
        coerced = coerce_input_value(given, kind)
    except GraphQLError as error:
        message = "This search was saved for another version of the API: save it anew."
        raise Invalid(message, ["saved"]) from error
    registry = schema.schema_converter.scalar_registry
    found: Any = convert_argument(coerced, CustomerFilter, registry, schema.config)
    return found  # type: ignore[no-any-return]  # of the class that was asked for


def _plain(value: Any) -> Any:
    """As JSON has it, by the API's names; without what was not given."""
    if has_object_definition(type(value)):
        fields = get_object_definition(value, strict=True).fields
        given: Mapping[str, Any] = {each.python_name: getattr(value, each.python_name) for each in fields}
        return {to_camel_case(name): _plain(each) for name, each in given.items() if _is_given(each)}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, Enum):
        return value.name
    return value.isoformat() if isinstance(value, date) else value


def _is_given(value: Any) -> bool:
    return value is not None and value is not strawberry.UNSET
