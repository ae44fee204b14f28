"""From edges to statements: what is said in many places, counted once, with how well it is supported."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache, partial
from typing import Any, NamedTuple

import networkx as nx

from entityrel.graph.counts import Amount, Statement, Telling, counts
from entityrel.graph.sources import voices
from entityrel.knowledge.ontology import load_ontology

__all__ = ["Edge", "Statement", "add_statements", "aggregate", "by_statement", "standing"]


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
    found = ((statement, [_telling(edge) for edge in edges]) for statement, edges in by_statement(graph).items())
    add_statements(built, found, min_sources=min_sources, min_articles=min_articles)
    return built


def add_statements(
    graph: nx.MultiDiGraph,
    statements: Iterable[tuple[Statement, list[Telling]]],
    *,
    min_sources: int = 0,
    min_articles: int = 0,
) -> None:
    """Add an edge for each statement to a graph of nodes; see `aggregate` for the attributes and the filters."""
    left_out = 0
    attributes: dict[str, Any] = {}
    known = cache(partial(voices, graph))
    # The dict itself goes into the graph, not a copy, which would take twice the memory (see `counts`).
    graph.edge_attr_dict_factory = lambda: attributes
    try:
        for statement, tellings in statements:
            attributes = counts(statement, tellings, known)
            if attributes["sources"] < min_sources or attributes["articles"] < min_articles:
                left_out += 1
            else:
                graph.add_edge(statement.subject, statement.other, key=statement.key)
    finally:
        del graph.edge_attr_dict_factory
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


def _telling(edge: Edge) -> Telling:
    known = edge.attributes
    value = known.get("quantity_value")
    unit, bound = known.get("quantity_unit", ""), known.get("quantity_bound")
    return Telling(
        key=edge.key,
        article=known.get("article", edge.key),
        standing=standing(known),
        date=known.get("date"),
        published=known.get("published"),
        outlet=known.get("outlet"),
        speaker=known.get("attribution"),
        evidence=str(known.get("evidence", "")),
        amount=None if value is None else Amount(value, unit, bound),
    )
