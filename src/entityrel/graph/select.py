"""Taking a part of a graph, and saying how much was left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

import networkx as nx

__all__ = ["backbone", "edge_part"]


def backbone(graph: nx.Graph, nodes: int) -> nx.Graph:
    """The strongest part of a graph with at most so many nodes; the graph itself if it has no more.

    Pairs of nodes are taken by the number of edges between them, most first (of equals the first by name), until the
    nodes are used up; then every edge among the nodes taken stays. The attributes ``left_out_nodes`` and
    ``left_out_edges`` of the new graph say what is missing.

    Args:
        graph: Any graph with text as node ids; it is not changed.
        nodes: How many nodes to keep at most.

    Example:
        >>> graph = nx.MultiDiGraph([("IRN", "RUS"), ("IRN", "RUS"), ("IRN", "SYR")])
        >>> part = backbone(graph, 2)
        >>> sorted(part), part.graph["left_out_edges"]
        (['IRN', 'RUS'], 1)
    """
    if len(graph) <= nodes:
        return graph
    strength = Counter((min(u, v), max(u, v)) for u, v in graph.edges())
    kept: set[str] = set()
    for (u, v), _ in sorted(strength.items(), key=lambda item: (-item[1], item[0])):
        if len(kept | {u, v}) > nodes:
            break
        kept |= {u, v}
    part = graph.copy()
    part.remove_nodes_from([node for node in graph if node not in kept])
    part.graph["left_out_nodes"] = len(graph) - len(part)
    part.graph["left_out_edges"] = graph.number_of_edges() - part.number_of_edges()
    return part


def edge_part(graph: nx.MultiDiGraph, edges: Collection[tuple[str, str, str]]) -> nx.MultiDiGraph:
    """A new graph of some edges and the nodes that they name, as ends, item or speaker, in the order of the old graph.

    Args:
        graph: A graph of `entityrel.build_graph`.
        edges: Start, end and key of each edge to keep.
    """
    part = nx.MultiDiGraph()
    part.graph.update(graph.graph)
    named: set[str] = set()
    for edge in edges:
        attributes = graph.edges[edge]
        named |= {*edge[:2], *attributes.get("speakers", ())}
        named |= {attributes[name] for name in ("item", "attribution") if name in attributes}
    part.add_nodes_from((node, dict(attributes)) for node, attributes in graph.nodes(data=True) if node in named)
    part.add_edges_from((*edge, dict(graph.edges[edge])) for edge in edges)
    return part
