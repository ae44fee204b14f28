"""From edges to statements: what is said in many places, counted once, with how well it is supported."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

import networkx as nx

from entityrel.graph.sources import independent_sources, report
from entityrel.knowledge.ontology import load_ontology

__all__ = ["Edge", "Statement", "add_statements", "aggregate", "by_statement", "standing"]

_STANDINGS: Final = ("fact", "planned", "possible", "desired", "negated")


class Statement(NamedTuple):
    """What is said, without who says it: node ids, and the predicate.

    ``item`` is the weapon, if there is one; ``other`` is the recipient, else the object.
    """

    subject: str
    predicate: str
    item: str | None
    other: str

    @property
    def key(self) -> str:
        """The key of its edge in `aggregate`'s graph: the predicate, and the item if there is one."""
        return sys.intern(f"{self.predicate}:{self.item}") if self.item is not None else self.predicate


class Edge(NamedTuple):
    """An edge of a graph of `entityrel.build_graph`, by its key."""

    key: str
    attributes: Mapping[str, Any]


def by_statement(graph: nx.MultiDiGraph) -> dict[Statement, list[Edge]]:
    """The edges of a graph by the statement that they make, both in a fixed order.

    Of a symmetric predicate ("meets") both directions are one statement, whose subject is the first by id.
    """
    symmetric = {name for name, predicate in load_ontology().predicates.items() if predicate.symmetric}
    found: defaultdict[Statement, list[Edge]] = defaultdict(list)
    for subject, other, key, attributes in graph.edges(keys=True, data=True):
        predicate = str(attributes.get("predicate", ""))
        if predicate in symmetric:
            subject, other = sorted((subject, other))  # noqa: PLW2901
        found[Statement(subject, predicate, attributes.get("item"), other)].append(Edge(key, attributes))
    return {
        statement: sorted(found[statement], key=lambda edge: edge.key)
        for statement in sorted(found, key=lambda each: tuple(part or "" for part in each))
    }


def aggregate(graph: nx.MultiDiGraph, *, min_sources: int = 0, min_articles: int = 0) -> nx.MultiDiGraph:
    """One edge for each statement, with how often and by how many independent sources it is made.

    The key of an edge is `Statement.key`; its attributes are:

    - ``predicate``, ``item``;
    - ``relations``, ``articles``, ``outlets``: how many there are;
    - ``facts`` (affirmed and actual), ``planned``, ``possible``, ``desired`` (affirmed), ``negated``: in how many
      articles it stands so;
    - ``sources``: independent sources that affirm it, whatever the modality; ``fact_sources``: those that state it as a
      fact; ``denying_sources``: those that negate it (see `entityrel.graph.sources`);
    - ``first_date``, ``last_date``: of the events, else of the articles;
    - ``quantity_total``, ``quantity_unit``: only where summing is honest: see below;
    - ``evidence_edges``: keys of the edges behind it; ``weight``: the number of sources, as float.

    Quantities are summed only over facts that all have an exact number, one unit, and a date of their own: the same
    delivery told twice must not count twice.

    Args:
        graph: A graph of `entityrel.build_graph`.
        min_sources: Leave out statements with fewer independent sources; nothing is left out by default.
        min_articles: Leave out statements in fewer articles.

    Returns:
        A MultiDiGraph, as two nodes may have several statements. Its attributes ``left_out_statements`` and
        ``left_out_nodes`` say what the filters took away.
    """
    built = nx.MultiDiGraph()
    built.add_nodes_from(sorted(graph.nodes(data=True), key=lambda node: node[0]))
    add_statements(built, by_statement(graph).items(), min_sources=min_sources, min_articles=min_articles)
    return built


def add_statements(
    graph: nx.MultiDiGraph,
    statements: Iterable[tuple[Statement, list[Edge]]],
    *,
    min_sources: int = 0,
    min_articles: int = 0,
) -> None:
    """Add an edge for each statement to a graph of nodes; see `aggregate` for the attributes and the filters."""
    left_out = 0
    for statement, edges in statements:
        attributes = _counts(graph, statement, edges)
        if attributes["sources"] < min_sources or attributes["articles"] < min_articles:
            left_out += 1
            continue
        graph.add_edge(statement.subject, statement.other, key=statement.key, **attributes)
    before = len(graph)
    if min_sources or min_articles:
        named = {edge["item"] for *_, edge in graph.edges(data=True) if "item" in edge}
        graph.remove_nodes_from([node for node in nx.isolates(graph) if node not in named])
    graph.graph.update(left_out_statements=left_out, left_out_nodes=before - len(graph))


def standing(attributes: Mapping[str, Any]) -> str:
    """How an edge states it: "negated", else "planned", "possible" or "desired", else "fact"."""
    if attributes.get("polarity") == "negated":
        return "negated"
    modality = str(attributes.get("modality", "actual"))
    return "fact" if modality == "actual" else modality


def _counts(graph: nx.MultiDiGraph, statement: Statement, edges: list[Edge]) -> dict[str, Any]:
    articles: dict[str, set[str]] = {name: set() for name in _STANDINGS}
    outlets: set[str] = set()
    dates: set[str] = set()
    facts: list[Edge] = []
    affirmed: list[Edge] = []
    negated: list[Edge] = []
    for edge in edges:
        attributes = edge.attributes
        how = standing(attributes)
        (negated if how == "negated" else affirmed).append(edge)
        if how == "fact":
            facts.append(edge)
        articles.setdefault(how, set()).add(attributes.get("article", edge.key))
        if "outlet" in attributes:
            outlets.add(attributes["outlet"])
        if date := attributes.get("date") or attributes.get("published"):
            dates.add(date)
    sources = _sources(graph, affirmed)
    return {
        "predicate": statement.predicate,
        **({"item": statement.item} if statement.item is not None else {}),
        "relations": len(edges),
        "articles": len(set().union(*articles.values())),
        "outlets": len(outlets),
        **{"facts" if how == "fact" else how: len(told) for how, told in articles.items()},
        "sources": sources,
        "fact_sources": sources if len(facts) == len(affirmed) else _sources(graph, facts),
        "denying_sources": _sources(graph, negated),
        **({"first_date": min(dates), "last_date": max(dates)} if dates else {}),
        **_total(facts),
        "evidence_edges": tuple(edge.key for edge in edges),
        "weight": float(sources),
    }


def _sources(graph: nx.MultiDiGraph, edges: list[Edge]) -> int:
    if len(edges) < 2:
        return len(edges)
    return len(independent_sources(report(graph, *edge) for edge in edges))


def _total(facts: list[Edge]) -> dict[str, Any]:
    by_date: dict[str, set[tuple[float, str]]] = {}
    for _, attributes in facts:
        value, date = attributes.get("quantity_value"), attributes.get("date")
        if value is None or date is None or attributes.get("quantity_bound"):
            return {}
        by_date.setdefault(date, set()).add((value, attributes.get("quantity_unit", "")))
    units = {unit for found in by_date.values() for _, unit in found}
    # "2023" and "2023-05" may be the same delivery, and two numbers for one date cannot both be right.
    nested = any(a != b and b.startswith(a) for a in by_date for b in by_date)
    if len(units) != 1 or nested or any(len(found) > 1 for found in by_date.values()):
        return {}
    total = sum(value for found in by_date.values() for value, _ in found)
    unit = units.pop()
    return {"quantity_total": total, **({"quantity_unit": unit} if unit else {})}
