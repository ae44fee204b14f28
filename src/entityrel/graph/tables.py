"""A graph as two CSV files, nodes and edges, with the headers of ``neo4j-admin database import``.

``graph.csv`` stands for ``graph-nodes.csv`` and ``graph-edges.csv``. A column's type stands behind its name
("confidence:double"; text has none), and an empty cell is an attribute that is not there. Any table program and
`pandas.read_csv` reads them as well. For Gephi write ``.gephi.csv`` or GEXF.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import networkx as nx

from entityrel.errors import ExportError

__all__ = ["csv_files", "keyed_edges", "long_fields", "read_csv", "write_csv"]

_TYPES: Final = {str: "string", int: "long", float: "double", bool: "boolean"}
_READERS: Final[dict[str, Callable[[str], Any]]] = {
    "string": str,
    "long": int,
    "double": float,
    "boolean": lambda text: text == "true",
}
# Neo4j's own columns: where a node's label and an edge's type stand once more, for its import.
_NODE_COLUMNS: Final = (":ID", ":LABEL")
_EDGE_COLUMNS: Final = (":START_ID", ":END_ID", ":TYPE", "edge_key")


def csv_files(path: Path) -> tuple[Path, Path]:
    """The files of nodes and of edges that a path ending in ``.csv`` stands for."""
    return path.with_name(f"{path.stem}-nodes.csv"), path.with_name(f"{path.stem}-edges.csv")


def keyed_edges(graph: nx.Graph) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Start, end, key and attributes of each edge; the key is empty in a graph without parallel edges."""
    if graph.is_multigraph():
        yield from graph.edges(keys=True, data=True)
    else:
        yield from ((start, end, "", attributes) for start, end, attributes in graph.edges(data=True))


@contextmanager
def long_fields() -> Iterator[None]:
    """Let `csv` read fields of any length: evidence without a full stop may be longer than its 131,072 characters."""
    before = csv.field_size_limit(2**31 - 1)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def write_csv(graph: nx.Graph, path: Path) -> None:
    """Write a flat, directed graph to `csv_files`.

    Raises:
        ExportError: If the graph is not directed.
    """
    if not graph.is_directed():
        raise ExportError(f"{path}: a table of edges has a start and an end; make the graph directed first")
    nodes_file, edges_file = csv_files(path)
    _write(nodes_file, _NODE_COLUMNS, [((node, d.get("label", "")), d) for node, d in graph.nodes(data=True)])
    _write(edges_file, _EDGE_COLUMNS, [((u, v, d.get("predicate", ""), key), d) for u, v, key, d in keyed_edges(graph)])


def read_csv(path: Path) -> nx.MultiDiGraph:
    """Read what `write_csv` wrote."""
    graph = nx.MultiDiGraph()
    nodes_file, edges_file = csv_files(path)
    for (node, _), attributes in _read(nodes_file, _NODE_COLUMNS):
        graph.add_node(node, **attributes)
    for (start, end, _, key), attributes in _read(edges_file, _EDGE_COLUMNS):
        graph.add_edge(start, end, key=key or None, **attributes)
    return graph


def _write(path: Path, first: tuple[str, ...], rows: list[tuple[tuple[str, ...], dict[str, Any]]]) -> None:
    types = {name: type(value) for _, attributes in rows for name, value in attributes.items()}
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow([*first, *(_header(name, kind) for name, kind in types.items())])
        for start, attributes in rows:
            table.writerow([*start, *(_cell(attributes.get(name)) for name in types)])


def _header(name: str, kind: type) -> str:
    return name if kind is str and ":" not in name else f"{name}:{_TYPES[kind]}"


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _read(path: Path, first: tuple[str, ...]) -> Iterator[tuple[list[str], dict[str, Any]]]:
    with path.open(encoding="utf-8", newline="") as file, long_fields():
        table = csv.reader(file)
        header = next(table)
        columns = []
        for column in header[len(first) :]:
            name, _, kind = column.rpartition(":")
            columns.append((name, _READERS[kind]) if name else (kind, str))
        for row in table:
            cells = zip(columns, row[len(first) :], strict=True)
            yield row[: len(first)], {name: read(cell) for (name, read), cell in cells if cell}
