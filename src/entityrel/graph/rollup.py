"""Other shapes of a graph, on request.

Weapons are rolled up to their classes, countries to alliances, persons to the country that they lead; or weapons stand
as nodes between supplier and recipient.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

import networkx as nx

from entityrel.errors import RecordError
from entityrel.graph.parents import Parents

__all__ = ["roll_up", "stars", "unroll", "weapon_classes"]

_ROLLED: Final = ("rolled_subject", "rolled_other", "rolled_item", "rolled_attribution")


def weapon_classes(graph: nx.MultiDiGraph, into: Collection[str]) -> dict[str, str]:
    """For each weapon of a graph the narrowest of some classes that it belongs to; others are left out.

    Example:
        >>> graph = nx.MultiDiGraph()
        >>> graph.add_node("shahed-136", classes=("loitering-munition", "drone", "weapon"))
        >>> weapon_classes(graph, {"drone", "missile"})
        {'shahed-136': 'drone'}
    """
    found = {}
    for node, classes in graph.nodes(data="classes"):
        fitting = [name for name in classes or () if name in into]
        if fitting and node not in into:
            found[node] = fitting[0]
    return found


def roll_up(graph: nx.MultiDiGraph, parents: Mapping[str, str] | Parents) -> nx.MultiDiGraph:
    """A graph in which some nodes are taken for their parents; every edge keeps its key and remembers its own ends.

    Works with `weapon_classes` ("drone" for Shahed-136), with `entityrel.graph.parents` (a country for its alliance or
    region, a person for the country that he leads, each at the date of the edge), or with any mapping.

    What an edge was is in its attributes ``rolled_subject``, ``rolled_other``, ``rolled_item`` and
    ``rolled_attribution``, and a parent lists what it stands for in ``members``; `unroll` goes back. Edges within one
    parent become edges of a node to itself.

    Args:
        graph: A graph of `entityrel.build_graph`; it is not changed.
        parents: The node to take for a node; nodes that are not in it stay. Of `Parents` it may depend on the edge's
            date, else its article's: then a node that is rolled up for some edges only stays as well.

    Raises:
        RecordError: If the graph is rolled up already: what it was could not be kept twice. Give both parents at once
            (`entityrel.graph.parents.chain`), or `unroll` it first.
    """
    if any(known.get("members") for _, known in graph.nodes(data=True)):
        raise RecordError("the graph is rolled up already: chain the parents, or unroll it first")
    parents = parents if isinstance(parents, Parents) else Parents(_timeless(parents), {})
    members: dict[str, dict[str, dict[str, Any]]] = {}
    kept: dict[str, None] = {}
    edges = []
    unnamed = dict.fromkeys(graph)

    def rolled(node: str, date: str | None) -> str | None:
        unnamed.pop(node, None)
        parent = parents.of(node, date)
        if parent is None or parent == node:
            kept[node] = None
            return None
        members.setdefault(parent, {})[node] = dict(graph.nodes[node])
        return parent

    for start, end, key, attributes in graph.edges(keys=True, data=True):
        date = attributes.get("date") or attributes.get("published")
        named = {"subject": start, "other": end}
        named |= {name: attributes[name] for name in ("item", "attribution") if name in attributes}
        up = {name: parent for name, node in named.items() if (parent := rolled(node, date)) is not None}
        new = {**attributes, **{name: up.get(name, node) for name, node in named.items() if name in attributes}}
        new |= {f"rolled_{name}": named[name] for name in up}
        edges.append((up.get("subject", start), up.get("other", end), key, new))
    for node in list(unnamed):
        rolled(node, None)

    built = nx.MultiDiGraph()
    built.graph.update(graph.graph)
    built.add_nodes_from((node, dict(known)) for node, known in graph.nodes(data=True) if node in kept)
    for parent, own in members.items():
        if parent in graph:
            built.add_node(parent, **graph.nodes[parent], members=own)
        else:
            labels = {known.get("label", "") for known in own.values()}
            label = {"label": labels.pop()} if len(labels) == 1 else {}
            built.add_node(parent, **{"name": parent, **label, **parents.known.get(parent, {})}, members=own, made=True)
    built.add_edges_from(edges)
    return built


def unroll(graph: nx.MultiDiGraph) -> nx.MultiDiGraph:
    """The graph from which `roll_up` made this one."""
    built = nx.MultiDiGraph()
    built.graph.update(graph.graph)
    for node, attributes in graph.nodes(data=True):
        built.add_nodes_from((member, dict(known)) for member, known in attributes.get("members", {}).items())
        if not attributes.get("made"):
            built.add_node(node, **{name: value for name, value in attributes.items() if name != "members"})
    for start, end, key, attributes in graph.edges(keys=True, data=True):
        old = {name: value for name, value in attributes.items() if name not in _ROLLED}
        for name in ("item", "attribution"):
            if f"rolled_{name}" in attributes:
                old[name] = attributes[f"rolled_{name}"]
        ends = attributes.get("rolled_subject", start), attributes.get("rolled_other", end)
        built.add_edge(*ends, key=key, **old)
    return built


def _timeless(parents: Mapping[str, str]) -> Callable[[str, str | None], str | None]:
    return lambda node, date: parents.get(node)


def stars(graph: nx.MultiDiGraph) -> nx.MultiDiGraph:
    """A graph in which the weapon of every relation is a node on the way: supplier → weapon → recipient.

    Both edges have the key and the attributes of the relation, and ``part``, which is "item" for the first and
    "recipient" for the second; edges without a recipient or a weapon stay as they are. It is for paths through weapons
    and for drawing; the functions that count statements want the graph as it was.

    Args:
        graph: A graph of `entityrel.build_graph`; it is not changed.

    Example:
        >>> graph = nx.MultiDiGraph()
        >>> _ = graph.add_edge("IRN", "RUS", key="a1:0f", predicate="transfers", item="drone")
        >>> list(stars(graph).edges(data="part"))
        [('IRN', 'drone', 'item'), ('drone', 'RUS', 'recipient')]
    """
    built = nx.MultiDiGraph()
    built.graph.update(graph.graph)
    built.add_nodes_from((node, dict(known)) for node, known in graph.nodes(data=True))
    for start, end, key, known in graph.edges(keys=True, data=True):
        item = known.get("item", end)
        if item == end:
            built.add_edge(start, end, key=key, **known)
        else:
            built.add_edge(start, item, key=key, **known, part="item")
            built.add_edge(item, end, key=key, **known, part="recipient")
    return built
