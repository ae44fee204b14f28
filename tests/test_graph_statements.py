from __future__ import annotations

from typing import Any

from entityrel.graph import aggregate, build_graph, write_graph
from entityrel.graph.statements import by_statement, standing
from entityrel.schema import AnnotatedArticle
from graph_records import SUPPLY, article

TEXT = "Iran sent drones to Russia, Kirby said."


def told(identifier: str, text: str = TEXT, **statement: Any) -> AnnotatedArticle:
    return article(identifier, text, {**SUPPLY, **statement}, date=statement.get("date"))


def counted(*articles: AnnotatedArticle) -> dict[str, Any]:
    [(start, end, key, edge)] = aggregate(build_graph(articles)).edges(keys=True, data=True)
    assert (start, end, key) == ("IRN", "RUS", "transfers:drone")
    return dict(edge)


def test_standings_are_counted_apart() -> None:
    edge = counted(
        told("a"), told("b", modality="planned", date="2022"), told("c", polarity="negated", modality="planned"),
        told("d", modality="possible", date="2024-02"),
        told("e", "Iran wants Russia to get drones.", modality="desired"),
    )  # fmt: skip
    names = ("relations", "articles", "facts", "planned", "possible", "desired", "negated", "denying_sources")
    assert [edge[name] for name in names] == [5, 5, 1, 1, 1, 1, 1, 1]
    assert (edge["first_date"], edge["last_date"]) == ("2022", "2024-02")
    assert len(edge["evidence_edges"]) == 5
    assert standing({"polarity": "negated", "modality": "desired"}) == "negated"


def test_quantities_are_summed_only_where_that_is_honest() -> None:
    def amount(identifier: str, value: float, date: str | None, bound: str | None = None) -> AnnotatedArticle:
        return told(identifier, date=date, provenance={"quantity_value": value, "quantity_bound": bound})

    assert counted(amount("a", 10, "2023-01"), amount("b", 5, "2023-02"))["quantity_total"] == 15
    assert counted(amount("a", 10, "2023-01"), amount("b", 10, "2023-01"))["quantity_total"] == 10  # told twice
    for dishonest in (
        amount("b", 5, None), amount("b", 5, "2023-01"), amount("b", 5, "2023"), amount("b", 5, "2023-02", "about"),
    ):  # fmt: skip
        assert "quantity_total" not in counted(amount("a", 10, "2023-01"), dishonest)


def test_symmetric_statements_are_one_whatever_their_direction() -> None:
    def meeting(identifier: str, one: str, two: str) -> AnnotatedArticle:
        statement = {"predicate": "meets", "subject": one, "object": two}
        return article(identifier, f"{one} met {two}.", statement)

    graph = build_graph([meeting("a", "Russia", "China"), meeting("b", "China", "Russia")])
    [statement] = by_statement(graph)
    assert (statement.subject, statement.other) == ("CHN", "RUS")
    attack = article("c", "Russia hit Odesa.", {"predicate": "attacks", "subject": "Russia", "object": "Odesa"})
    assert len(by_statement(build_graph([attack]))) == 1


def test_filters_say_how_much_they_left_out() -> None:
    again = told("b", "It was drones that Iran gave to Russia, we have seen them ourselves.")
    attack = article("c", "Russia hit Odesa.", {"predicate": "attacks", "subject": "Russia", "object": "Odesa"})
    graph = build_graph([told("a"), again, attack])
    everything, strong = aggregate(graph), aggregate(graph, min_sources=2)
    assert everything.number_of_edges() == 2 and everything.graph == {"left_out_statements": 0, "left_out_nodes": 0}
    assert strong.number_of_edges() == 1 and strong.graph == {"left_out_statements": 1, "left_out_nodes": 1}
    assert set(strong) == {"IRN", "RUS", "drone"}


def test_an_aggregate_can_be_exported(tmp_path: Any) -> None:
    graph = aggregate(build_graph([told("a"), told("b", polarity="negated")]))
    for extension in (".json", ".graphml", ".gexf", ".html"):
        write_graph(graph, tmp_path / f"statements{extension}")
