"""The schema, of every subject's questions and commands: two lines a subject."""

import strawberry
from strawberry.schema.config import StrawberryConfig

from app.http.documents import KnownDocument
from resolvers.batches import BatchMutation, BatchQuery
from resolvers.branches import BranchQuery
from resolvers.contacts import ContactMutation
from resolvers.customer_commands import CustomerMutation
from resolvers.customers import CustomerQuery
from resolvers.households import HouseholdMutation
from resolvers.identify import IdentifyQuery
from resolvers.leads import LeadMutation, LeadQuery
from resolvers.merges import MergeMutation, MergeQuery
from resolvers.nodes import NodeQuery
from resolvers.pins import PinMutation
from resolvers.policies import PolicyQuery
from resolvers.relations import RelationMutation
from resolvers.relative_suggestions import RelativeMutation, RelativeQuery
from resolvers.reveals import RevealMutation
from resolvers.reviews import ReviewMutation, ReviewQuery
from resolvers.saved_searches import SavedSearchMutation, SavedSearchQuery
from resolvers.search import SearchQuery
from resolvers.submissions import SubmissionMutation
from resolvers.tags import TagQuery
from schema.described import described
from schema.scalars import SCALARS


@described
class Query(
    NodeQuery,
    CustomerQuery,
    IdentifyQuery,
    MergeQuery,
    ReviewQuery,
    RelativeQuery,
    SearchQuery,
    SavedSearchQuery,
    PolicyQuery,
    TagQuery,
    LeadQuery,
    BranchQuery,
    BatchQuery,
):
    """What the hub can be asked."""


@described
class Mutation(
    CustomerMutation,
    SubmissionMutation,
    MergeMutation,
    PinMutation,
    ReviewMutation,
    RelativeMutation,
    RelationMutation,
    HouseholdMutation,
    ContactMutation,
    LeadMutation,
    RevealMutation,
    SavedSearchMutation,
    BatchMutation,
):
    """What can be changed. Refusals come back as `errors` in the payload."""


schema: strawberry.Schema = strawberry.Schema(
    Query,
    Mutation,
    config=StrawberryConfig(scalar_map=SCALARS),
    extensions=[KnownDocument],
)
