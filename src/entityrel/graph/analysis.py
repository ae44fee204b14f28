"""What an analyst asks of the graph, as functions over a graph of `entityrel.build_graph`.

Only facts (affirmed, actual) are counted unless a function says otherwise: a planned or denied delivery arms nobody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from importlib import import_module
from itertools import pairwise
from typing import Any, Final, NamedTuple

import networkx as nx

from entityrel.errors import EntityrelError
from entityrel.graph.nodes import kinds
from entityrel.graph.select import edge_part
from entityrel.graph.statements import Statement, by_statement, standing

__all__ = [
    "ARMING",
    "Changes",
    "Path",
    "Step",
    "arms_matrix",
    "brokers",
    "changes",
    "communities",
    "dataframes",
    "ego",
    "facts",
    "paths",
    "reciprocity",
    "supply_chains",
    "time_series",
]

#: Predicates by which one actor arms another.
ARMING: Final = frozenset({"transfers", "helps_produce"})


class Step(NamedTuple):
    """One step of a path: two nodes, and the keys of the edges that say so."""

    start: str
    end: str
    edges: tuple[str, ...]


class Path(NamedTuple):
    """A path through the graph with its evidence, step by step."""

    nodes: tuple[str, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """Statements of two periods: only in the first, only in the second, in both."""

    gone: tuple[Statement, ...]
    new: tuple[Statement, ...]
    kept: tuple[Statement, ...]


def facts(graph: nx.MultiDiGraph, predicates: Collection[str] | None = None) -> nx.MultiDiGraph:
    """The part of a graph that is stated as fact, by certain predicates or by any, with the nodes that it names."""
    return edge_part(
        graph,
        [
            edge[:3]
            for edge in graph.edges(keys=True, data=True)
            if standing(edge[3]) == "fact" and (predicates is None or edge[3].get("predicate") in predicates)
        ],
    )


def paths(graph: nx.MultiDiGraph, start: str, end: str, *, longest: int = 3, most: int = 100) -> list[Path]:
    """Paths from one actor to another along stated facts, the shortest first, each step with its evidence.

    Args:
        graph: A graph of `entityrel.build_graph`.
        start: Node id.
        end: Node id.
        longest: Number of steps at most.
        most: Number of paths at most.

    Raises:
        KeyError: If a node is not in the graph.
    """
    for node in (start, end):
        if node not in graph:
            raise KeyError(f"{node!r} is not a node of this graph")
    part = facts(graph)
    if start not in part or end not in part:
        return []
    simple = nx.DiGraph(part.edges())
    found: list[Path] = []
    for nodes in nx.shortest_simple_paths(simple, start, end) if nx.has_path(simple, start, end) else ():
        if len(nodes) > longest + 1 or len(found) == most:
            break
        found.append(_path(part, nodes))
    return found


def supply_chains(
    graph: nx.MultiDiGraph, recipient: str, *, item: str | None = None, longest: int = 3, most: int = 1000
) -> list[Path]:
    """Who arms an actor, and who arms those who do: chains of deliveries that end at him, longest first.

    A chain that is the end of a longer one is left out.

    Args:
        graph: A graph of `entityrel.build_graph`.
        recipient: Node id of the actor at the end.
        item: Only this weapon, or weapons of this class.
        longest: Number of steps at most.
        most: Number of chains at most.
    """
    part = facts(graph, ARMING)
    if item is not None:
        kept = [edge[:3] for edge in part.edges(keys=True, data="item") if item in kinds(graph, edge[3])]
        part = edge_part(part, kept)
    back = nx.DiGraph((end, start) for start, end, edge in part.edges(data=True) if end != edge.get("item"))
    chains: list[list[str]] = []

    def follow(chain: list[str]) -> None:
        if len(chains) >= most:
            return  # the number of chains may grow with the power of their length
        further = [node for node in sorted(back.successors(chain[-1])) if node not in chain]
        if len(chain) <= longest and further:
            for node in further:
                follow([*chain, node])
        elif len(chain) > 1:
            chains.append(chain[::-1])

    if recipient in back:
        follow([recipient])
    return [_path(part, nodes) for nodes in sorted(chains, key=lambda nodes: (-len(nodes), nodes))]


def arms_matrix(graph: nx.MultiDiGraph) -> Counter[tuple[str, str]]:
    """In how many articles each supplier is said to have armed each recipient."""
    part = facts(graph, ARMING)
    told = {
        (start, end, edge.get("article", key))
        for start, end, key, edge in part.edges(keys=True, data=True)
        if end != edge.get("item")
    }
    return Counter((start, end) for start, end, _ in sorted(told))


def brokers(graph: nx.MultiDiGraph, predicates: Collection[str] = ARMING) -> list[tuple[str, float]]:
    """Nodes through which others are linked by some predicates: betweenness above 0, the highest first."""
    scores = nx.betweenness_centrality(nx.DiGraph(facts(graph, predicates).edges()))
    return sorted(((node, score) for node, score in scores.items() if score > 0), key=lambda each: (-each[1], each[0]))


def communities(graph: nx.MultiDiGraph, *, seed: int = 7) -> list[set[str]]:
    """Groups of nodes that have much to do with each other (Louvain, by the number of facts), the largest first."""
    weights = Counter(tuple(sorted(edge[:2])) for edge in facts(graph).edges(keys=True))
    simple = nx.Graph()
    simple.add_weighted_edges_from((u, v, count) for (u, v), count in sorted(weights.items()))
    found = nx.community.louvain_communities(simple, seed=seed)
    return sorted(found, key=lambda group: (-len(group), min(group)))


def changes(graph: nx.MultiDiGraph, before: tuple[str, str], after: tuple[str, str]) -> Changes:
    """What is stated as fact in one period and not in another.

    Args:
        graph: A graph of `entityrel.build_graph`.
        before: First and last date of the first period, ISO 8601, both included; to any precision.
        after: The same of the second.
    """
    first, second = ({*by_statement(_within(facts(graph), *period))} for period in (before, after))
    return Changes(_sorted(first - second), _sorted(second - first), _sorted(first & second))


def ego(graph: nx.MultiDiGraph, node: str, *, radius: int = 1) -> nx.MultiDiGraph:
    """A node, those within some steps of it in either direction, and all edges among them."""
    return nx.MultiDiGraph(nx.ego_graph(graph, node, radius=radius, undirected=True))


def time_series(graph: nx.MultiDiGraph, start: str, end: str, *, precision: int = 7) -> dict[str, Counter[str]]:
    """How often one node is said to do what to another, by period: ``{"2023-12": Counter(transfers=2)}``.

    Edges of all standings count, each by its own date, else that of its article; those without a date are left out.

    Args:
        graph: A graph of `entityrel.build_graph`.
        start: Node id.
        end: Node id.
        precision: Characters of the date: 4 for years, 7 for months, 10 for days. Dates that are less precise are
            counted under what they have.
    """
    series: dict[str, Counter[str]] = {}
    for edge in (graph.get_edge_data(start, end) or {}).values():
        date = _when(edge)
        if date:
            series.setdefault(date[:precision], Counter())[edge.get("predicate", "")] += 1
    return dict(sorted(series.items()))


def reciprocity(graph: nx.MultiDiGraph, predicate: str) -> float:
    """The share of pairs with a fact of a predicate in one direction that have one in the other direction as well."""
    simple = nx.DiGraph(facts(graph, {predicate}).edges())
    simple.remove_edges_from([(node, node) for node in simple if simple.has_edge(node, node)])
    return float(nx.overall_reciprocity(simple)) if simple.number_of_edges() else 0.0


def dataframes(graph: nx.MultiDiGraph) -> tuple[Any, Any]:
    """The nodes and the edges as pandas DataFrames, indexed by node id and by edge key.

    Raises:
        EntityrelError: If pandas is not installed.
    """
    try:
        pd = import_module("pandas")
    except ImportError as error:
        raise EntityrelError("DataFrames need pandas: pip install 'entityrel[pandas]'") from error
    nodes = pd.DataFrame([{"node": node, **known} for node, known in graph.nodes(data=True)])
    rows = [{"edge": key, "start": u, "end": v, **known} for u, v, key, known in graph.edges(keys=True, data=True)]
    edges = pd.DataFrame(rows)
    return nodes.set_index("node") if len(nodes) else nodes, edges.set_index("edge") if len(edges) else edges


def _path(graph: nx.MultiDiGraph, nodes: list[str]) -> Path:
    steps = (Step(start, end, tuple(sorted(graph[start][end]))) for start, end in pairwise(nodes))
    return Path(tuple(nodes), tuple(steps))


def _when(edge: dict[str, str]) -> str | None:
    return edge.get("date") or edge.get("published")


def _within(graph: nx.MultiDiGraph, first: str, last: str) -> nx.MultiDiGraph:
    def inside() -> Iterator[tuple[str, str, str]]:
        for start, end, key, edge in graph.edges(keys=True, data=True):
            date = _when(edge)
            if date and date >= first[: len(date)] and date[: len(last)] <= last:
                yield start, end, key

    return edge_part(graph, list(inside()))


def _sorted(statements: set[Statement]) -> tuple[Statement, ...]:
    return tuple(sorted(statements, key=lambda each: tuple(part or "" for part in each)))
