"""Anything by its id, and who is asking."""

from loaders.contacts import contacts_by_id
from loaders.customers import customers_by_id
from loaders.leads import leads_by_id
from loaders.policies import policies_by_id
from loaders.relatives import households_by_id
from loaders.tags import tags_by_id
from master.access import Viewer as ViewerRead
from schema.context import Info
from schema.described import described
from schema.fields import answered_by
from schema.finding import any_node, any_nodes
from schema.ids import CONTACT, CUSTOMER, HOUSEHOLD, LEAD, POLICY, TAG
from schema.nodes import Node
from schema.viewers import Viewer

NODES = {
    CUSTOMER: ("Customer", customers_by_id),
    POLICY: ("Policy", policies_by_id),
    CONTACT: ("Contact", contacts_by_id),
    LEAD: ("Lead", leads_by_id),
    TAG: ("Tag", tags_by_id),
    HOUSEHOLD: ("Household", households_by_id),
}


def viewer(info: Info) -> ViewerRead:
    return info.context.viewer


@described
class NodeQuery:
    """Anything by its id."""

    node: Node | None = any_node(NODES)
    """The thing with this id; null where there is none in sight. A merged customer is null, with error MERGED
    and the survivor's id in extensions."""
    nodes: list[Node | None] = any_nodes(NODES)
    """The things with these ids, at most 200, each in its place; null where there is none in sight."""
    viewer: Viewer = answered_by(viewer)
    """Who is asking, and what they may do."""
