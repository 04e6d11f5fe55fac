"""Rules as text that says all of them, by a name of their own: so that pairs can be judged again by them."""

import json
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from typing import Any

from matching.compare import FIELDS, MISSING
from matching.rules import Rules, Weights, rules_of


def written(rules: Rules) -> str:
    """All that a file of these rules would say, learned weights too, as JSON: equal rules are equal text."""
    told = {
        "version": rules.version,
        "thresholds": {"same": rules.same, "review": rules.review},
        "blocking": {
            "most_in_block": rules.most_in_block,
            "most_in_rare_block": rules.most_in_rare_block,
            "most_sharing": rules.most_sharing,
            "keys": list(rules.blocks),
        },
        "person": _weights(rules.person),
        "organization": _weights(rules.organization),
    }
    return json.dumps(told, ensure_ascii=False, sort_keys=True)


@lru_cache(maxsize=32)
def read_written(text: str) -> Rules:
    """Raises BadRules where these were other fields and levels than there are now."""
    return rules_of(json.loads(text))


def name_of(rules: Rules) -> str:
    """Their version, and a digest of all that they say: a version may have been changed, or learned on."""
    return f"{rules.version}-{sha256(written(rules).encode()).hexdigest()[:8]}"


def _weights(weights: Weights) -> Mapping[str, Any]:
    alternatives = {
        name: {
            "prior": each.prior,
            **{field: dict(zip(levels, each.fields[field], strict=True)) for field, levels in FIELDS.items()},
        }
        for name, each in weights.alternatives.items()
    }
    guards = [
        {
            "why": guard.why,
            "when": {field: _levels(field, levels) for field, levels in guard.when.items()},
            "verdict": guard.verdict,
        }
        for guard in weights.guards
    ]
    return {**alternatives, "guards": guards}


def _levels(field: str, levels: frozenset[int]) -> list[str]:
    return ["missing" if level == MISSING else FIELDS[field][level] for level in sorted(levels)]
