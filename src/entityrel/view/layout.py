"""Places for the nodes of a graph on the plane, computed before the page is written, in time linear in its edges."""

from __future__ import annotations

from typing import Final

import networkx as nx
import numpy as np
import numpy.typing as npt

__all__ = ["layout"]

_SMALL: Final = 500  # networkx' spring layout takes a second for so many nodes, and grows with their square
_MAIN: Final = 30
_STEPS: Final = 200
_SAMPLES: Final = 8

_Points = npt.NDArray[np.float64]


def layout(graph: nx.Graph, *, seed: int = 7) -> _Points:
    """Coordinates for the nodes of a graph, in the graph's order: an array of shape (nodes, 2), within -1 and 1.

    Each connected part is laid out by itself and takes room by its number of nodes; the largest lies in the middle and
    gets more than that, the others around it. Parts of up to 500 nodes get networkx' spring layout. In larger ones
    every step pulls the ends of each edge together and pushes each node away from a few random others, which stand for
    all of them. The same graph gets the same places.

    Args:
        graph: Any graph; direction and parallel edges do not matter, edges of a node to itself are ignored.
        seed: Of the random numbers.
    """
    simple = nx.Graph()
    simple.add_nodes_from(graph)
    simple.add_edges_from((u, v) for u, v in graph.edges() if u != v)
    rank = {node: position for position, node in enumerate(simple)}
    points = np.zeros((len(simple), 2))
    parts = sorted(
        ([rank[node] for node in part] for part in nx.connected_components(simple)), key=lambda p: (-len(p), min(p))
    )
    nodes = list(simple)
    radii = [len(part) ** 0.5 for part in parts]
    if radii and len(parts[0]) > _MAIN:
        radii[0] *= 1.6  # what one looks at: small parts need less room than their number says
    for part, radius, centre in zip(parts, radii, _packed(radii), strict=True):
        part.sort()
        order = [nodes[position] for position in part]
        inner = nx.Graph()  # a subgraph view would have its nodes in the order of a set
        inner.add_nodes_from(order)
        inner.add_edges_from(simple.edges(order))
        points[part] = centre + radius * _disc(inner, order, seed)
    return np.asarray(points / max(np.abs(points).max(initial=0), 1e-9), dtype=float)


def _packed(radii: list[float]) -> list[_Points]:
    """Centres for discs that get no larger, on rings around the first; neighbours do not touch."""
    centres = [np.zeros(2) for _ in radii[:1]]
    ring = radii[0] * 1.1 if radii else 0.0
    angle, widest = 0.0, 0.0
    for radius in radii[1:]:
        widest = widest or radius
        turn = 2 * np.arcsin(min(1.0, 1.25 * radius / (ring + widest)))
        if angle + turn > 2 * np.pi:
            ring, angle, widest = ring + 2.4 * widest, 0.0, radius
            turn = 2 * np.arcsin(min(1.0, 1.25 * radius / (ring + widest)))
        middle = angle + turn / 2
        centres.append((ring + widest) * np.array([np.cos(middle), np.sin(middle)]))
        angle += turn
    return centres


def _disc(graph: nx.Graph, order: list[object], seed: int) -> _Points:
    """A connected graph in the unit disc."""
    if len(graph) == 1:
        return np.zeros((1, 2))
    if len(graph) <= _SMALL:
        found = nx.spring_layout(graph, seed=seed, iterations=100, method="force")
        points = np.array([found[node] for node in order], dtype=float)
    else:
        points = _spring(graph, order, seed)
    points = points - points.mean(axis=0)
    radius = np.hypot(points[:, 0], points[:, 1])
    # A few far leaves would squeeze all others into a blot: halfway to equal density over the disc.
    even = np.sqrt((np.argsort(np.argsort(radius)) + 1) / len(points))
    wanted = 0.35 * radius / (radius.max() or 1.0) + 0.65 * even
    return np.asarray(points * (wanted / np.maximum(radius, 1e-9))[:, None], dtype=float)


def _spring(graph: nx.Graph, order: list[object], seed: int) -> _Points:
    rng = np.random.default_rng(seed)
    rank = {node: position for position, node in enumerate(order)}
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
