"""A graph as two CSV files for Gephi's "Import spreadsheet": nodes with Id and Label, edges with Source, Target, Type.

``graph.gephi.csv`` stands for ``graph.gephi-nodes.csv`` and ``graph.gephi-edges.csv``. Gephi takes the type of a column
from its cells, and so does `read_gephi`; only where that would be wrong ("2023" as text) or where a name is one of
Gephi's own, the type stands behind the name ("date:string"). An empty cell is an attribute that is not there.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import networkx as nx

from entityrel.errors import ExportError
from entityrel.graph.tables import csv_files, keyed_edges, long_fields

__all__ = ["read_gephi", "write_gephi"]

_READERS: Final[dict[str, Callable[[str], Any]]] = {
    "integer": int,
    "boolean": lambda text: text == "true",
    "double": float,
    "string": str,
}
#: What every cell of a column of that type looks like; the first that fits is taken.
_LOOKS: Final = {
    "integer": re.compile(r"-?\d+"),
    "boolean": re.compile("true|false"),
    "double": re.compile(r"-?\d+(\.\d+)?(e[+-]?\d+)?"),
}
_TYPES: Final[dict[type, str]] = {int: "integer", bool: "boolean", float: "double", str: "string"}
_NODE_COLUMNS: Final = ("Id", "Label")
_EDGE_COLUMNS: Final = ("Source", "Target", "Type", "Label", "Weight", "edge_key")
#: A column "label" is Gephi's own.
_NODE_NAMES: Final = {"label": "entity_label"}
_EDGE_NAMES: Final = {"label": "edge_label"}

_Row = tuple[tuple[str, ...], Mapping[str, Any]]


def write_gephi(graph: nx.Graph, path: Path) -> None:
    """Write a flat, directed graph to `entityrel.graph.tables.csv_files`.

    Raises:
        ExportError: If the graph is not directed.
    """
    if not graph.is_directed():
        raise ExportError(f"{path}: Gephi's table of edges has a start and an end; make the graph directed first")
    nodes_file, edges_file = csv_files(path)
    nodes: list[_Row] = [
        ((node, str(d.get("name", node))), _renamed(d, _NODE_NAMES)) for node, d in graph.nodes(data=True)
    ]
    _write(nodes_file, _NODE_COLUMNS, nodes)
    _write(edges_file, _EDGE_COLUMNS, [_edge(*edge) for edge in keyed_edges(graph)])


def read_gephi(path: Path) -> nx.MultiDiGraph:
    """Read what `write_gephi` wrote."""
    graph = nx.MultiDiGraph()
    nodes_file, edges_file = csv_files(path)
    for (node, _), attributes in _read(nodes_file, _NODE_COLUMNS):
        graph.add_node(node, **_renamed(attributes, {ours: name for name, ours in _NODE_NAMES.items()}))
    for (start, end, _, _, weight, key), attributes in _read(edges_file, _EDGE_COLUMNS):
        known = _renamed(attributes, {ours: name for name, ours in _EDGE_NAMES.items()})
        graph.add_edge(start, end, key=key or None, **known, **({"weight": float(weight)} if weight else {}))
    return graph


def _edge(start: str, end: str, key: str, attributes: Mapping[str, Any]) -> _Row:
    weight = attributes.get("weight")
    plain = isinstance(weight, float)
    others = {name: value for name, value in attributes.items() if not (plain and name == "weight")}
    named = str(attributes.get("predicate", ""))
    return (start, end, "Directed", named, repr(weight) if plain else "", key), _renamed(others, _EDGE_NAMES)


def _renamed(attributes: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {names.get(name, name): value for name, value in attributes.items()}


def _write(path: Path, own: tuple[str, ...], rows: list[_Row]) -> None:
    columns: dict[str, set[str]] = {}
    types: dict[str, str] = {}
    for _, attributes in rows:
        for name, value in attributes.items():
            columns.setdefault(name, set()).add(_cell(value))
            types[name] = _TYPES[type(value)]
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow([*own, *(_header(name, types[name], cells, own) for name, cells in columns.items())])
        for first, attributes in rows:
            table.writerow([*first, *(_cell(attributes.get(name)) for name in columns)])


def _header(name: str, kind: str, cells: Iterable[str], own: tuple[str, ...]) -> str:
    """The name alone, if cells and name can be read without the type."""
    taken = name.casefold() in {column.casefold() for column in own}
    return f"{name}:{kind}" if taken or ":" in name or _guess(cells) != kind else name


def _guess(cells: Iterable[str]) -> str:
    known = [cell for cell in cells if cell]
    return next((kind for kind, look in _LOOKS.items() if all(map(look.fullmatch, known))), "string")


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _read(path: Path, own: tuple[str, ...]) -> Iterator[tuple[list[str], dict[str, Any]]]:
    with path.open(encoding="utf-8", newline="") as file, long_fields():
        header, *rows = csv.reader(file)
    columns = []
    for place, title in enumerate(header[len(own) :], len(own)):
        name, _, kind = title.rpartition(":")
        columns.append((name or title, _READERS[kind if name else _guess({row[place] for row in rows})]))
    for row in rows:
        cells = zip(columns, row[len(own) :], strict=True)
        yield row[: len(own)], {name: read(cell) for (name, read), cell in cells if cell}
