"""The rules of sameness, as rules.toml or a hub's own file has them: weights, guards, thresholds."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from matching.block import KINDS, RARE
from matching.compare import FIELDS, MISSING, PROVEN_DIFFERENT

STRANGER, RELATIVE = "stranger", "relative"
VERDICTS = ("DIFFERENT", "REVIEW", "SAME")


class BadRules(ValueError):
    """A file of rules that does not say what it must; the message tells where and what is meant."""


@dataclass(frozen=True)
class Guard:
    """Pairs whose levels are all among these are at most `verdict`, whatever their score."""

    why: str
    when: Mapping[str, frozenset[int]]
    verdict: str


@dataclass(frozen=True)
class Alternative:
    """What else a pair may be. prior: log2 odds of one customer against it, before anything is compared;
    fields: what each level of each field adds, log2(m/u)."""

    prior: float
    fields: Mapping[str, tuple[float, ...]]


@dataclass(frozen=True)
class Weights:
    """For one kind of customer: a pair is one where it is likelier that than any of the alternatives."""

    alternatives: Mapping[str, Alternative]
    guards: tuple[Guard, ...]

    @property
    def parts_by_documents(self) -> bool:
        """Whether two with proven documents that differ are two, whatever else is alike."""
        return any(
            guard.verdict == VERDICTS[0]
            and guard.when.keys() == {"document"}
            and FIELDS["document"].index(PROVEN_DIFFERENT) in guard.when["document"]
            for guard in self.guards
        )


@dataclass(frozen=True)
class Rules:
    """same, review: log2 odds from which a pair is one customer, or is looked at by a steward.
    most_in_block: keys that more records share say too little to be followed;
    most_in_rare_block: the same for the kinds of keys in block.RARE;
    most_sharing: mobiles and e-mail addresses that more have are not compared."""

    version: str
    same: float
    review: float
    most_in_block: int
    most_in_rare_block: int
    most_sharing: int
    blocks: tuple[str, ...]
    person: Weights
    organization: Weights

    def most(self, kind: str) -> int:
        """How many may share a key of this kind for it to be followed to somebody."""
        if kind in ("mobile", "email"):
            return min(self.most_in_block, self.most_sharing)
        return self.most_in_rare_block if kind in RARE else self.most_in_block

    def of(self, kind: str) -> Weights:
        return self.organization if kind == "ORGANIZATION" else self.person


@lru_cache(maxsize=1)
def shipped() -> Rules:
    return read_rules((files("matching") / "rules.toml").read_text("utf-8"))


def rules_in(path: Path) -> Rules:
    """Raises BadRules, OSError."""
    try:
        return read_rules(path.read_text("utf-8"))
    except BadRules as error:
        raise BadRules(f"{path}: {error}") from None


def read_rules(text: str) -> Rules:
    """Raises BadRules."""
    try:
        return rules_of(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise BadRules(f"this is not TOML: {error}") from None


def rules_of(told: Mapping[str, Any]) -> Rules:
    """What a file of rules says. Raises BadRules."""
    try:
        return Rules(
            version=str(told["version"]),
            same=float(told["thresholds"]["same"]),
            review=float(told["thresholds"]["review"]),
            most_in_block=int(told["blocking"]["most_in_block"]),
            most_in_rare_block=int(told["blocking"]["most_in_rare_block"]),
            most_sharing=int(told["blocking"]["most_sharing"]),
            blocks=_blocks(told["blocking"]["keys"]),
            person=_weights(told["person"], "person"),
            organization=_weights(told["organization"], "organization"),
        )
    except KeyError as error:
        raise BadRules(f"{error.args[0]} is missing") from None


def _blocks(names: list[str]) -> tuple[str, ...]:
    if unknown := set(names) - set(KINDS):
        raise BadRules(f"blocking.keys: no key is called {min(unknown)}; there are {', '.join(KINDS)}")
    return tuple(names)


def _weights(told: Mapping[str, Any], where: str) -> Weights:
    alternatives = {
        name: _alternative(alternative, f"{where}.{name}")
        for name, alternative in told.items()
        if name in (STRANGER, RELATIVE)
    }
    if STRANGER not in alternatives:
        raise BadRules(f"{where}.{STRANGER} is missing")
    return Weights(alternatives, tuple(_guard(guard, where) for guard in told.get("guards", ())))


def _alternative(told: Mapping[str, Any], where: str) -> Alternative:
    fields = {}
    for field, levels in FIELDS.items():
        given = told.get(field, {})
        if set(given) != set(levels):
            raise BadRules(f"{where}.{field}: needs a weight for each of {', '.join(levels)}")
        fields[field] = tuple(float(given[level]) for level in levels)
    return Alternative(float(told["prior"]), fields)


def _guard(told: Mapping[str, Any], where: str) -> Guard:
    if told["verdict"] not in VERDICTS[:2]:
        raise BadRules(f"{where}.guards: verdict is DIFFERENT or REVIEW, not {told['verdict']}")
    when = {
        field: frozenset(_level(field, level) for level in levels) for field, levels in told["when"].items()
    }
    return Guard(told["why"], when, told["verdict"])


def _level(field: str, level: str) -> int:
    if field not in FIELDS:
        raise BadRules(f"guards: no field is called {field}; there are {', '.join(FIELDS)}")
    if level == "missing":
        return MISSING
    if level not in FIELDS[field]:
        raise BadRules(f"guards: {field} has no level {level}; there are missing, {', '.join(FIELDS[field])}")
    return FIELDS[field].index(level)
