"""Taking a part of a graph, and saying how much was left out."""

from __future__ import annotations

from collections import Counter

import networkx as nx

__all__ = ["backbone"]


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
    part = graph.__class__(graph.subgraph(kept))
    part.graph["left_out_nodes"] = len(graph) - len(part)
    part.graph["left_out_edges"] = graph.number_of_edges() - part.number_of_edges()
    return part
