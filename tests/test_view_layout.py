from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from entityrel.view.layout import layout

GRAPHS = {
    "empty": nx.MultiDiGraph(),
    "one": nx.empty_graph(1),
    "lonely": nx.empty_graph(5),
    "loop": nx.MultiDiGraph([("a", "a")]),
    "pair": nx.MultiDiGraph([("a", "b"), ("b", "a")]),
    "parts": nx.disjoint_union_all([nx.path_graph(4), nx.star_graph(9), nx.empty_graph(3)]),
    "large": nx.barabasi_albert_graph(900, 2, seed=1),
}


@pytest.mark.parametrize("name", GRAPHS)
def test_every_node_has_a_place_of_its_own_within_the_square(name: str) -> None:
    graph = GRAPHS[name]
    points = layout(graph)
    assert points.shape == (len(graph), 2)
    assert np.isfinite(points).all() and np.abs(points).max(initial=0) <= 1.0
    assert len({tuple(point) for point in points.round(4)}) == len(graph)
    assert (points == layout(graph)).all()


def test_ends_of_an_edge_lie_near_each_other() -> None:
    graph = nx.connected_caveman_graph(60, 10)
    points = layout(graph)
    edges = np.array(list(graph.edges()))
    linked = np.linalg.norm(points[edges[:, 0]] - points[edges[:, 1]], axis=1).mean()
    any_two = np.linalg.norm(points[edges[:, 0]] - points[np.roll(edges[:, 1], 37)], axis=1).mean()
    assert linked < any_two / 3
