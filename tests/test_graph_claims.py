from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entityrel.graph import aggregate, as_of, build_graph, claims, contradictions, sides, without
from entityrel.schema import AnnotatedArticle
from graph_records import SUPPLY, article

SAID = {
    "oct": article("oct", "Iran sent drones to Russia, Kirby said.", {**SUPPLY, "source": "Kirby"}, date="2022-10-17"),
    "nov": article("nov", "Kanaani: no drones went from Iran to Russia.",
                   {**SUPPLY, "source": "Kanaani", "polarity": "negated"}, date="2022-11-01"),
    "dec": article("dec", "Kanaani now says Iran gave Russia drones in small numbers.",
                   {**SUPPLY, "source": "Kanaani"}, date="2022-12-05"),
    "post": article("post", "Kanaani speaks for Iran.",
                    {"predicate": "represents", "subject": "Kanaani", "object": "Iran"}),
    "own": article("own", "Iran may send drones to Russia.", {**SUPPLY, "modality": "possible"}, outlet="Weekly",
                   date="2022-09-01"),
}  # fmt: skip
GRAPH = build_graph(SAID.values())


def test_the_ledger_says_who_asserts_who_denies_and_since_when() -> None:
    [entry] = claims(GRAPH, other="RUS")
    assert entry.reading == "(Iran, transfers, drones → Russia)"
    assert [(claim.voice, claim.standing, claim.since) for claim in entry.asserted] == [
        ("Weekly", "possible", "2022-09-01"),
        ("john-kirby", "fact", "2022-10-17"),
        ("nasser-kanaani", "fact", "2022-12-05"),
    ]  # fmt: skip
    [denial] = entry.denied
    assert (denial.voice, denial.side, denial.articles) == ("nasser-kanaani", "IRN", ("nov",))
    assert entry.since == "2022-09-01"
    assert entry.sources == 3
    [(before, after)] = entry.changes
    assert (before.standing, after.standing) == ("negated", "fact")


@pytest.mark.parametrize(
    ("question", "count"),
    [({}, 2), ({"item": "drone"}, 1), ({"item": "weapon"}, 1), ({"item": "tank"}, 0), ({"predicate": "represents"}, 1)],
)
def test_the_ledger_can_be_asked_for_a_class_of_weapon(question: dict[str, Any], count: int) -> None:
    assert len(claims(GRAPH, **question)) == count


def test_contradictions_are_between_sides() -> None:
    [found] = contradictions(GRAPH)
    assert [claim.voice for claim in found.asserted] == ["john-kirby"]  # not Kanaani's own change of mind
    assert [claim.side for claim in found.denied] == ["IRN"]
    assert contradictions(without(GRAPH, {"nov"})) == []


def test_sides_follow_the_posts_that_articles_tell_of() -> None:
    assert sides(GRAPH) == {"nasser-kanaani": "IRN"}


def test_as_of_is_what_was_known_then() -> None:
    then = as_of(GRAPH, "2022-11-30")
    assert {edge["article"] for *_, edge in then.edges(data=True)} == {"oct", "nov", "own"}
    assert then.graph["left_out_edges"] == 2
    assert "last_seen" not in then.nodes["IRN"] and "last_seen" in GRAPH.nodes["IRN"]
    assert "john-kirby" in then  # who is no end of an edge, but says so
    assert as_of(GRAPH, "2022").number_of_edges() == 4
    assert as_of(GRAPH, "2022-09-01").number_of_edges() == 1
    year_only = build_graph([article("y", "Iran sent drones to Russia.", SUPPLY, date="2022")])
    assert as_of(year_only, "2022-12-30").number_of_edges() == 0 < as_of(year_only, "2022").number_of_edges()


@given(st.sets(st.sampled_from(sorted(SAID))))
def test_taking_articles_away_takes_their_weight_away_exactly(gone: set[str]) -> None:
    def statements(articles: list[AnnotatedArticle]) -> dict[Any, Any]:
        return {edge[:3]: edge[3] for edge in aggregate(build_graph(articles)).edges(keys=True, data=True)}

    rest = [each for name, each in SAID.items() if name not in gone]
    less = {edge[:3]: edge[3] for edge in aggregate(without(GRAPH, gone)).edges(keys=True, data=True)}
    assert less == statements(rest)
