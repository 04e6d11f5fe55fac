"""Measures documents of one schema, each definition once: the work is linear in the document's size."""

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from graphlib import CycleError, TopologicalSorter

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    NamedTypeNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionNode,
    VariableNode,
    get_named_type,
    is_composite_type,
)

from app.http.limiter.amounts import MOST, Amount, Amounts, Asked, size_written
from app.http.limiter.measure import Measure, OperationMeasure, Tally
from app.http.limiter.weights import (
    SIZED_BY,
    are_rows,
    changed_by,
    introspected_lists,
    is_change,
    is_connection,
    is_introspective,
    rows_of,
    weight,
)


class Ruler:
    """`measured` takes any document that can be parsed: what it measures need not be valid."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self.introspected = introspected_lists(schema)

    def measured(self, tree: DocumentNode) -> Measure:
        return _Measuring(self, tree).measure()


class _Measuring:
    """One document. Brackets nest so deep and no deeper: recursion within a definition is bounded."""

    def __init__(self, ruler: Ruler, tree: DocumentNode) -> None:
        self._ruler = ruler
        self._operations = [each for each in tree.definitions if isinstance(each, OperationDefinitionNode)]
        self._fragments = [each for each in tree.definitions if isinstance(each, FragmentDefinitionNode)]
        self._tallies: dict[str, Tally] = {}
        self._amounts = Amounts()
        self._directives = self._directives_on_one = 0
        self._first = 0
        self._sized: dict[str, set[str]] = {name: set() for name in SIZED_BY}
        self._many: set[str] = set()  # of commands: see weights.MANY

    def measure(self) -> Measure:
        for fragment in _each_behind_those_it_spreads(self._fragments):
            self._tallies[fragment.name.value] = self._of_fragment(fragment)
        operations = tuple(self._of_operation(each) for each in self._operations)
        counts = {
            "fragments": len(self._fragments),
            "operations": len(operations),
            "variables": sum(len(each.variable_definitions or ()) for each in self._operations),
            "directives": self._directives,
            "directives_on_one": self._directives_on_one,
        }
        first, ids = (frozenset(self._sized[name]) for name in SIZED_BY)
        return Measure(counts, operations, self._amounts, self._first, first, first | ids | self._many)

    def _of_fragment(self, fragment: FragmentDefinitionNode) -> Tally:
        self._count_directives(fragment.directives)
        tally = self._of_selections(fragment.selection_set.selections, self._type(fragment.type_condition))
        # One part, however many it is made of: spreading it adds that one.
        for name in ("once", "each", "changes"):
            setattr(tally, name, self._amounts.times(getattr(tally, name), 1))
        return tally

    def _of_operation(self, operation: OperationDefinitionNode) -> OperationMeasure:
        self._count_directives(operation.directives)
        for variable in operation.variable_definitions or ():
            self._count_directives(variable.directives)
        root = self._ruler.schema.get_root_type(operation.operation)
        tally = self._of_selections(operation.selection_set.selections, root)
        names = ("depth", "aliases", "fields", "root_fields", "introspection")
        written = dict(_written(operation))
        return OperationMeasure(
            operation.name.value if operation.name else None,
            {name: getattr(tally, name) for name in names},
            tally.changes,
            tally.once,
            {name: size for name, size in written.items() if size is not None},
        )

    def _of_selections(self, selections: Sequence[SelectionNode], parent: GraphQLNamedType | None) -> Tally:
        tally = Tally()
        for node in selections:
            self._count_directives(node.directives)
            if isinstance(node, FieldNode):
                self._add_field(tally, node, parent)
            elif isinstance(node, FragmentSpreadNode):
                spread = self._tallies.get(node.name.value)
                if spread is not None:  # not there, or in a ring: validation names it
                    _add(tally, spread)
            elif isinstance(node, InlineFragmentNode):
                inner = self._type(node.type_condition) if node.type_condition else parent
                _add(tally, self._of_selections(node.selection_set.selections, inner))
        return tally

    def _add_field(self, tally: Tally, node: FieldNode, parent: GraphQLNamedType | None) -> None:
        definition = (
            self._ruler.schema.get_field(parent, node.name.value) if is_composite_type(parent) else None
        )
        kind = get_named_type(definition.type) if definition else None
        below = self._of_selections(node.selection_set.selections if node.selection_set else (), kind)
        self._note_sizes(node)
        tally.fields = min(MOST, tally.fields + 1 + below.fields)
        tally.root_fields = min(MOST, tally.root_fields + 1)
        if is_change(parent, node, self._ruler.schema):
            tally.changes.add(self._changes(node, definition))
        tally.aliases = min(MOST, tally.aliases + below.aliases + (node.alias is not None))
        if is_introspective(parent):
            rows = self._ruler.introspected.get(node.name.value, 1)
            tally.introspection = min(MOST, tally.introspection + rows * (1 + below.introspection))
            return
        tally.introspection = min(MOST, tally.introspection + below.introspection)
        tally.depth = max(tally.depth, 1 + below.depth)
        if are_rows(parent, node):
            tally.each.add(Amount(weight(node)))
            tally.each.add(below.once)
        else:
            tally.once.add(self._cost(node, definition, kind, below))

    def _changes(self, node: FieldNode, definition: GraphQLField | None) -> Amount:
        size = changed_by(node, definition)
        if isinstance(size, Asked):
            self._many.add(size.variable)
        return self._amounts.times(Amount(1), size)

    def _cost(
        self, node: FieldNode, definition: GraphQLField | None, kind: GraphQLNamedType | None, below: Tally
    ) -> Amount:
        cost = Amount(weight(node))
        cost.add(below.once)
        if is_connection(kind):
            cost.add(self._amounts.times(below.each, rows_of(node, definition)))
            return cost
        return self._amounts.times(cost, rows_of(node, definition))

    def _type(self, condition: NamedTypeNode) -> GraphQLNamedType | None:
        return self._ruler.schema.get_type(condition.name.value)

    def _count_directives(self, directives: Sequence[DirectiveNode] | None) -> None:
        count = len(directives or ())
        self._directives += count
        self._directives_on_one = max(self._directives_on_one, count)

    def _note_sizes(self, node: FieldNode) -> None:
        for argument in node.arguments or ():
            name = argument.name.value
            if name in SIZED_BY and isinstance(argument.value, VariableNode):
                self._sized[name].add(argument.value.name.value)
            elif name == "first":
                self._first = max(self._first, size_written(argument.value) or 0)


def _written(operation: OperationDefinitionNode) -> Iterator[tuple[str, int | None]]:
    """The sizes of what variables have by themselves, and of the fields of it."""
    for each in operation.variable_definitions or ():
        name, value = each.variable.name.value, each.default_value
        yield name, size_written(value)
        if isinstance(value, ObjectValueNode):
            yield from ((f"{name}.{its.name.value}", size_written(its.value)) for its in value.fields)


def _add(tally: Tally, other: Tally) -> None:
    tally.depth = max(tally.depth, other.depth)
    tally.fields = min(MOST, tally.fields + other.fields)
    tally.root_fields = min(MOST, tally.root_fields + other.root_fields)
    tally.changes.add(other.changes)
    tally.aliases = min(MOST, tally.aliases + other.aliases)
    tally.introspection = min(MOST, tally.introspection + other.introspection)
    tally.once.add(other.once)
    tally.each.add(other.each)


def _each_behind_those_it_spreads(
    fragments: Iterable[FragmentDefinitionNode],
) -> Iterator[FragmentDefinitionNode]:
    """All but those that spread themselves, and those that spread these: validation refuses them."""
    named = {fragment.name.value: fragment for fragment in fragments}
    sorter = TopologicalSorter({name: _spreads(fragment) & named.keys() for name, fragment in named.items()})
    with contextlib.suppress(CycleError):
        sorter.prepare()
    while sorter.is_active():
        ready = sorter.get_ready()
        yield from (named[name] for name in ready)
        sorter.done(*ready)


def _spreads(fragment: FragmentDefinitionNode) -> set[str]:
    """The names of the fragments that stand in it."""
    names = set()
    waiting = [fragment.selection_set]
    while waiting:
        for node in waiting.pop().selections:
            if isinstance(node, FragmentSpreadNode):
                names.add(node.name.value)
            elif isinstance(node, FieldNode | InlineFragmentNode) and node.selection_set is not None:
                waiting.append(node.selection_set)
    return names
