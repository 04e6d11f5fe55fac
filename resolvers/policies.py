"""Questions about policies."""

from loaders.policies import all_policies, policies_by_id
from schema.described import described
from schema.fields import loaded_by
from schema.finding import found_by
from schema.ids import POLICY
from schema.policies import Policy, PolicyConnection, PolicyFilter, PolicyKey


@described
class PolicyQuery:
    """Questions about policies."""

    policy: Policy | None = found_by(
        policies_by_id, POLICY, key=PolicyKey, among=all_policies, told=("sources", "source_code")
    )
    """One policy, by exactly one key. A number held in several sources answers AMBIGUOUS, with the sources
    in extensions."""
    policies: PolicyConnection | None = loaded_by(all_policies, key=None, filter=PolicyFilter)
    """All policies that fit the filter, by number."""
