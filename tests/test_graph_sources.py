from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from entityrel.graph import aggregate, build_graph
from entityrel.graph.sources import COPY, Report, independent_sources
from entityrel.schema import AnnotatedArticle
from graph_records import SUPPLY, article

WIRE = "Iran sent drones to Russia in hundreds over the Caspian Sea on Friday, officials in the capital said."


def story(identifier: str, text: str, date: str | None = None, **fields: object) -> AnnotatedArticle:
    statement = {**SUPPLY, **({"source": fields.pop("source")} if "source" in fields else {})}
    return article(identifier, text, statement, date=date, **fields)


def sources(*articles: AnnotatedArticle) -> int:
    [(*_, edge)] = aggregate(build_graph(articles)).edges(data=True)
    assert isinstance(edge["sources"], int)
    return edge["sources"]


def test_fifty_wire_copies_and_one_independent_report_are_two_sources() -> None:
    copies = [story(f"c{number}", WIRE, outlet=f"Paper {number}") for number in range(49)]
    cut = story("c49", WIRE.replace(", officials in the capital said", ""), outlet="Paper 49")
    own = story("own", "Iran did it again: its drones reached Russia by rail, as a visit shows.", outlet="Weekly")
    assert sources(*copies, cut, own) == 2


def test_one_speaker_is_one_source_in_however_many_words() -> None:
    first = story("a", "Iran sent drones to Russia, Kirby said.", source="Kirby")
    second = story("b", "On Sunday, Kirby told us of drones which Iran had shipped to Russia.", source="Kirby")
    other = story("c", "Kanaani admits that Iran let Russia have some drones before the war began.", source="Kanaani")
    assert sources(first, second) == 1
    assert sources(first, second, other) == 2


def test_as_an_outlet_reported_is_that_outlets_report() -> None:
    echo = story("a", "Iran sent drones to Russia, Reuters reported.", source="Reuters")
    own = story(
        "b", "Crates of drones from Iran were seen by our man in the south of Russia.", url="https://www.reuters.com/x"
    )
    assert sources(echo, own) == 1


def test_the_same_outlet_twice_is_one_source_and_two_unknown_ones_are_two() -> None:
    texts = ("Iran sent drones to Russia.", "It was Iran who gave Russia these drones for nothing at all.")
    assert sources(*(story(f"a{number}", text, outlet="Weekly") for number, text in enumerate(texts))) == 1
    assert sources(*(story(f"a{number}", text) for number, text in enumerate(texts))) == 2


def triples(text: str) -> set[tuple[str, ...]]:
    words = text.split()
    return {tuple(words[place : place + 3]) for place in range(max(1, len(words) - 2))}


def copies(one: str, two: str) -> bool:
    common, sizes = len(triples(one) & triples(two)), sorted((len(triples(one)), len(triples(two))))
    return common >= COPY * (sum(sizes) - common) or (sizes[0] >= 8 and common >= COPY * sizes[0])


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 6), st.integers(9, 14)), min_size=2, max_size=40, unique=True)
)
def test_among_many_texts_every_pair_of_copies_is_found(cuts: list[tuple[int, int, int]]) -> None:
    stories = [" ".join(f"{story}w{place}" for place in range(15)) for story in range(4)]
    texts = sorted({" ".join(stories[story].split()[start:end]) for story, start, end in cuts})
    groups = [{text} for text in texts]
    for one, two in combinations(texts, 2):
        if copies(one, two):
            [first] = (group for group in groups if one in group)
            [second] = (group for group in groups if two in group)
            if first is not second:
                first |= second
                groups.remove(second)
    found = independent_sources(Report(text, text, None, None, frozenset(), text) for text in texts)
    assert sorted(sorted(each.evidence for each in source) for source in found) == sorted(map(sorted, groups))


reports = st.builds(
    Report,
    edge=st.uuids().map(str),
    article=st.just("a"),
    when=st.sampled_from([None, "2023", "2024-01-01"]),
    speaker=st.sampled_from([None, None, "kirby", "kanaani"]),
    voices=st.frozensets(st.sampled_from(["reuters", "afp", "weekly"]), max_size=1),
    evidence=st.lists(st.sampled_from(["iran", "sent", "drones", "to", "russia"]), max_size=6).map(" ".join),
)


@given(st.lists(reports, unique_by=lambda each: each.edge), st.randoms())
def test_order_does_not_matter_and_every_report_has_one_source(found: list[Report], random: object) -> None:
    groups = independent_sources(found)
    assert sorted(each.edge for group in groups for each in group) == sorted(each.edge for each in found)
    assert independent_sources(found[::-1]) == groups
    assert all(group[0].order == min(each.order for each in group) for group in groups)


@given(st.lists(reports, min_size=1, unique_by=lambda each: each.edge))
def test_a_copy_adds_no_source(found: list[Report]) -> None:
    original = found[0]
    copy = Report("copy", "b", "2025", original.speaker, original.voices, original.evidence or "x")
    if original.evidence:
        assert len(independent_sources([*found, copy])) == len(independent_sources(found))
