"""Which fields a query selects below a field, for what would cost to answer without need."""

from collections.abc import Iterator
from typing import Any

from graphql import FieldNode, FragmentSpreadNode, GraphQLResolveInfo, InlineFragmentNode, SelectionSetNode


def selected_fields(info: GraphQLResolveInfo[Any]) -> frozenset[str]:
    """Names of the fields selected one level down, through fragments; those that may be skipped too."""
    return frozenset(name for node in info.field_nodes for name in _names(node.selection_set, info, set()))


def _names(selected: SelectionSetNode | None, info: GraphQLResolveInfo[Any], seen: set[str]) -> Iterator[str]:
    for node in selected.selections if selected else ():
        if isinstance(node, FieldNode):
            yield node.name.value
        elif isinstance(node, InlineFragmentNode):
            yield from _names(node.selection_set, info, seen)
        elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
            seen.add(node.name.value)
            yield from _names(info.fragments[node.name.value].selection_set, info, seen)
