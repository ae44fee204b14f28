"""Other shapes of a graph, on request.

Weapons are rolled up to their classes, countries to alliances, persons to the country that they lead; or weapons stand
as nodes between supplier and recipient.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

import networkx as nx

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


def roll_up(graph: nx.MultiDiGraph, parents: Mapping[str, str]) -> nx.MultiDiGraph:
    """A graph in which some nodes are taken for their parents; every edge keeps its key and remembers its own ends.

    Works with `weapon_classes` ("drone" for Shahed-136), with the members of an alliance (``{"FRA": "nato", …}``), and
    with `entityrel.graph.sides` (a person for the country that he leads). What an edge was is in its attributes
    ``rolled_subject``, ``rolled_other``, ``rolled_item`` and ``rolled_attribution``, and a parent lists what it stands
    for in ``members``; `unroll` goes back. Edges within one parent become edges of a node to itself.

    Args:
        graph: A graph of `entityrel.build_graph`; it is not changed.
        parents: The node to take for a node; nodes that are not in it stay.
    """
    built = nx.MultiDiGraph()
    built.graph.update(graph.graph)
    members: dict[str, dict[str, Any]] = {}
    for node, attributes in graph.nodes(data=True):
        if node in parents:
            members.setdefault(parents[node], {})[node] = dict(attributes)
        else:
            built.add_node(node, **attributes)
    for parent, own in members.items():
        labels = {attributes.get("label", "") for attributes in own.values()}
        known = {"name": parent, **({"label": labels.pop()} if len(labels) == 1 else {})}
        built.add_node(parent, **{**known, **built.nodes.get(parent, {}), "members": own})
    for start, end, key, attributes in graph.edges(keys=True, data=True):
        ends = {"rolled_subject": start, "rolled_other": end}
        named = {f"rolled_{name}": attributes[name] for name in ("item", "attribution") if name in attributes}
        new = dict(attributes)
        new |= {name.removeprefix("rolled_"): parents.get(node, node) for name, node in named.items()}
        new |= {name: node for name, node in {**ends, **named}.items() if node in parents}
        built.add_edge(parents.get(start, start), parents.get(end, end), key=key, **new)
    return built


def unroll(graph: nx.MultiDiGraph) -> nx.MultiDiGraph:
    """The graph from which `roll_up` made this one."""
    built = nx.MultiDiGraph()
    built.graph.update(graph.graph)
    for node, attributes in graph.nodes(data=True):
        own = attributes.get("members", {})
        built.add_nodes_from((member, dict(known)) for member, known in own.items())
        # A parent that was no node before has nothing but what `roll_up` gave it.
        if not own or set(attributes) - {"members", "name", "label"}:
            built.add_node(node, **{name: value for name, value in attributes.items() if name != "members"})
    for start, end, key, attributes in graph.edges(keys=True, data=True):
        old = {name: value for name, value in attributes.items() if name not in _ROLLED}
        for name in ("item", "attribution"):
            if f"rolled_{name}" in attributes:
                old[name] = attributes[f"rolled_{name}"]
        ends = attributes.get("rolled_subject", start), attributes.get("rolled_other", end)
        built.add_edge(*ends, key=key, **old)
    return built


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
