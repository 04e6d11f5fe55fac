"""Products."""

from schema.described import described, described_from
from schema.pages import Connection, Edge, edges, nodes


@described
class Product:
    """What the insurer sells."""

    code: str
    """The insurer's own code."""
    name: str
    """The product's name."""
    line: str
    """The line of business."""


@described_from(Edge)
class ProductEdge:
    """A product in a list."""

    cursor: str
    """Its place in the list."""
    node: Product
    """The product."""


@described
class ProductConnection(Connection):
    """A page of products."""

    edges: list[ProductEdge] = edges()
    nodes: list[Product] = nodes()
