"""Places for the nodes of a graph on the plane, computed before the page is written, in time linear in its edges."""

from __future__ import annotations

from typing import Final

import networkx as nx
import numpy as np
import numpy.typing as npt

__all__ = ["layout"]

_SMALL: Final = 500  # networkx' spring layout takes a second for so many nodes, and grows with their square
_STEPS: Final = 200
_SAMPLES: Final = 8

_Points = npt.NDArray[np.float64]


def layout(graph: nx.Graph, *, seed: int = 7) -> _Points:
    """Coordinates for the nodes of a graph, in the graph's order: an array of shape (nodes, 2), within -1 and 1.

    Small graphs get networkx' spring layout. For larger ones every step pulls the ends of each edge together and pushes
    each node away from a few random others, which stand for all of them. The same graph gets the same places.

    Args:
        graph: Any graph; direction and parallel edges do not matter, edges of a node to itself are ignored.
        seed: Of the random numbers.
    """
    simple = nx.Graph()
    simple.add_nodes_from(graph)
    simple.add_edges_from((u, v) for u, v in graph.edges() if u != v)
    lonely = [position for position, node in enumerate(simple) if not simple.degree(node)]
    count = len(simple)
    if count == 0:
        return np.zeros((0, 2))
    if count - len(lonely) <= _SMALL:
        tied = simple.subgraph([node for node in simple if simple.degree(node)])
        found = nx.spring_layout(tied, seed=seed, iterations=100, k=2.2 / max(len(tied), 1) ** 0.5, method="force")
        points = np.array([found.get(node, (0.0, 0.0)) for node in simple], dtype=float)
    else:
        points = _spring(simple, seed)
    return _frame(points, np.array(lonely, dtype=int))


def _spring(graph: nx.Graph, seed: int) -> _Points:
    rng = np.random.default_rng(seed)
    rank = {node: position for position, node in enumerate(graph)}
    ends = np.array([(rank[u], rank[v]) for u, v in graph.edges()])
    count = len(rank)
    degree = np.maximum(np.bincount(ends.ravel(), minlength=count), 1)
    points = rng.normal(size=(count, 2))
    # Hubs pull weakly, or everything would end in one heap; they push strongly, so that their leaves get room.
    pull = 1 / np.sqrt(degree[ends[:, 0]] * degree[ends[:, 1]])
    push = np.sqrt(degree / degree.mean())
    for step in range(_STEPS):
        heat = 0.12 * (1 - step / _STEPS) + 0.004
        between = points[ends[:, 0]] - points[ends[:, 1]]
        drawn = between * pull[:, None]
        force = np.zeros_like(points)
        for axis in (0, 1):
            force[:, axis] -= np.bincount(ends[:, 0], drawn[:, axis], minlength=count)
            force[:, axis] += np.bincount(ends[:, 1], drawn[:, axis], minlength=count)
        for others in rng.integers(0, count, (_SAMPLES, count)):
            apart = points - points[others]
            distance = (apart**2).sum(axis=1) + 0.002
            force += apart * (0.06 * push[others] / distance)[:, None] / _SAMPLES
        force -= 0.01 * points
        length = np.sqrt((force**2).sum(axis=1, keepdims=True)) + 1e-9
        points = points + force / length * np.minimum(length, heat)
    return points


def _frame(points: _Points, lonely: npt.NDArray[np.int_]) -> _Points:
    """Into the unit square by ranks of the radius, lonely nodes on a ring around the others."""
    tied = np.setdiff1d(np.arange(len(points)), lonely)
    if len(tied):
        centre = np.median(points[tied], axis=0)
        points = points - centre
        radius = np.quantile(np.abs(points[tied]), 0.99) or 1.0
        points = np.clip(points / radius, -1.15, 1.15) * 0.8
    if len(lonely):
        angle = np.linspace(0, 2 * np.pi, len(lonely), endpoint=False)
        points[lonely] = np.column_stack([np.cos(angle), np.sin(angle)]) * (1.0 if len(tied) else 0.5)
    return np.asarray(points, dtype=float)
