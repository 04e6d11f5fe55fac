"""Pairs become clusters, checked against a search of the graph; proven documents keep clusters apart."""

from hypothesis import given
from hypothesis import strategies as st

from matching.cluster import clusters, one_to_one

edges = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)).filter(lambda pair: pair[0] != pair[1]))


def reached(start: int, links: list[tuple[int, int]]) -> set[int]:
    """All that hang together with `start`, by looking at every link again and again."""
    found = {start}
    while more := {b for pair in links for a, b in (pair, pair[::-1]) if a in found} - found:
        found |= more
    return found


@given(edges)
def test_clusters_are_what_hangs_together(links: list[tuple[int, int]]) -> None:
    expected = {frozenset(reached(record, links)) for pair in links for record in pair}
    assert {frozenset(group) for group in clusters(links)} == expected


def test_a_cluster_never_holds_two_proven_documents_that_differ() -> None:
    proven = {1: {"RESIDENT_ID": "A"}, 3: {"RESIDENT_ID": "B"}}
    assert clusters([(1, 2), (2, 3)], proven) == [[1, 2]]
    assert clusters([(2, 3), (1, 2)], proven) == [[2, 3]]


@given(edges, st.dictionaries(st.integers(0, 30), st.sampled_from("ABC")))
def test_whatever_the_links_no_cluster_contradicts_itself(
    links: list[tuple[int, int]], documents: dict[int, str]
) -> None:
    proven = {record: {"RESIDENT_ID": number} for record, number in documents.items()}
    for group in clusters(links, proven):
        assert len({documents[record] for record in group if record in documents}) <= 1


def test_two_who_are_apart_are_in_one_cluster_through_no_third() -> None:
    assert clusters([(1, 2), (2, 3)], apart=[(1, 3)]) == [[1, 2]]
    assert clusters([(1, 2), (3, 4), (2, 3)], apart=[(4, 1)]) == [[1, 2], [3, 4]]


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9))),
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda pair: pair[0] != pair[1])),
)
def test_whatever_the_links_nobody_is_with_one_that_is_apart(
    links: list[tuple[int, int]], apart: list[tuple[int, int]]
) -> None:
    for cluster in clusters(links, apart=apart):
        assert not any(one in cluster and other in cluster for one, other in apart)


def test_documents_of_two_types_do_not_contradict() -> None:
    assert clusters([(1, 2)], {1: {"RESIDENT_ID": "A"}, 2: {"FOREIGN_RESIDENT_PERMIT": "B"}}) == [[1, 2]]


def test_of_two_clean_sources_each_record_keeps_its_surest_link() -> None:
    assert one_to_one([(1, "a"), (1, "b"), (2, "a"), (2, "b")]) == [(1, "a"), (2, "b")]
