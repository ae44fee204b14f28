"""A flat graph as columns, which is how it travels inside an HTML page.

Node-link JSON repeats every attribute's name on every edge, and the evidence and the article of an edge are often those
of its neighbours. Columns name each attribute once and text that recurs once: a fifth of the size, and quick to parse.

    {"multigraph": true, "directed": true, "graph": {…},
     "nodes": {"count": 2, "id": ["IRN", "RUS"], "columns": {"name": {"at": null, "values": […], "index": null}}},
     "edges": {"count": 1, "from": [0], "to": [1], "key": ["a1:8f…"], "columns": {…}}}

A column has the values of an attribute; ``at`` lists the rows that have it (null: all rows). With an ``index``, row
``at[i]`` has the value ``values[index[i]]``, else ``values[i]``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import networkx as nx

__all__ = ["from_columns", "to_columns"]


def to_columns(graph: nx.Graph) -> dict[str, Any]:
    """The columns of a flat graph (see `entityrel.graph.flatten`), ready for JSON."""
    rank = {node: position for position, node in enumerate(graph)}
    multi = graph.is_multigraph()
    edges = (
        list(graph.edges(keys=True, data=True)) if multi else [(u, v, None, d) for u, v, d in graph.edges(data=True)]
    )
    return {
        "directed": graph.is_directed(),
        "multigraph": multi,
        "graph": dict(graph.graph),
        "nodes": {
            "count": len(rank),
            "id": list(rank),
            "columns": _columns(attributes for _, attributes in graph.nodes(data=True)),
        },
        "edges": {
            "count": len(edges),
            "from": [rank[edge[0]] for edge in edges],
            "to": [rank[edge[1]] for edge in edges],
            "key": [edge[2] for edge in edges] if multi else None,
            "columns": _columns(edge[3] for edge in edges),
        },
    }


def from_columns(data: Mapping[str, Any]) -> nx.Graph:
    """The graph of `to_columns`.

    Raises:
        KeyError, IndexError: If ``data`` is not of that form.
    """
    kinds = {
        (True, True): nx.MultiDiGraph,
        (True, False): nx.DiGraph,
        (False, True): nx.MultiGraph,
        (False, False): nx.Graph,
    }
    graph = kinds[data["directed"], data["multigraph"]]()
    graph.graph.update(data["graph"])
    nodes, edges = data["nodes"], data["edges"]
    ids = nodes["id"]
    for node, attributes in zip(ids, _rows(nodes), strict=True):
        graph.add_node(node, **attributes)
    keys = edges["key"] or [None] * edges["count"]
    for start, end, key, attributes in zip(edges["from"], edges["to"], keys, _rows(edges), strict=True):
        named = {"key": key} if data["multigraph"] else {}
        graph.add_edge(ids[start], ids[end], **named, **attributes)
    return graph


def _columns(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    at: dict[str, list[int]] = {}
    values: dict[str, list[Any]] = {}
    count = 0
    for position, row in enumerate(rows):
        count += 1
        for name, value in row.items():
            at.setdefault(name, []).append(position)
            values.setdefault(name, []).append(value)
    return {
        name: {"at": None if len(at[name]) == count else at[name], **_interned(column)}
        for name, column in values.items()
    }


def _interned(column: list[Any]) -> dict[str, Any]:
    """Text of which a good part recurs is written once; its places refer to it."""
    if isinstance(column[0], str):
        places: dict[str, int] = {}
        index = [places.setdefault(value, len(places)) for value in column]
        if len(places) < 0.7 * len(column):
            return {"values": list(places), "index": index}
    return {"values": column, "index": None}


def _rows(table: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    rows: list[dict[str, Any]] = [{} for _ in range(table["count"])]
    for name, column in table["columns"].items():
        values, index = column["values"], column["index"]
        places = range(table["count"]) if column["at"] is None else column["at"]
        for order, row in enumerate(places):
            rows[row][name] = values[order if index is None else index[order]]
    yield from rows
