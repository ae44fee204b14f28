"""The file formats of a flat graph: how each is written, and how it is read.

`entityrel.graph.export` puts them to use; every function here takes a path of the format's own ending.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple

import networkx as nx

from entityrel.errors import ExportError
from entityrel.graph.columns import from_columns
from entityrel.graph.dot import drawn, read_dot, write_dot
from entityrel.graph.gephi import read_gephi, write_gephi
from entityrel.graph.rdf import read_quads, write_quads
from entityrel.graph.select import backbone
from entityrel.graph.tables import read_csv, write_csv

__all__ = ["FORMATS", "Format", "format_of", "graph_from_page"]

_GEXF_NODE_NAMES: Final = {"label": "entity_label"}
_GEXF_EDGE_NAMES: Final = {"label": "edge_label", "weight": "edge_weight"}
_PAGE_DATA: Final = re.compile(r'<script type="application/json" id="graph-data">(.*?)</script>', re.DOTALL)


class Format(NamedTuple):
    """How a flat graph becomes a file, and how a graph is read from it."""

    write: Callable[[nx.Graph, Path], None]
    read: Callable[[Path], nx.Graph]
    part: Callable[[nx.Graph], nx.Graph] = lambda graph: graph  # what of a graph the format holds


def _write_json(graph: nx.Graph, path: Path) -> None:
    data = nx.node_link_data(graph, edges="edges")  # type: ignore[no-untyped-call]
    with path.open("w", encoding="utf-8") as file:
        json.dump(data, file, ensure_ascii=False, allow_nan=False, indent=1)
        file.write("\n")


def _read_json(path: Path) -> nx.Graph:
    return nx.node_link_graph(json.loads(path.read_text("utf-8")), edges="edges")


def _write_graphml(graph: nx.Graph, path: Path) -> None:
    with path.open("wb") as file:
        nx.write_graphml(graph, file)


def _read_graphml(path: Path) -> nx.Graph:
    with path.open("rb") as file:
        graph = nx.read_graphml(file, node_type=str, edge_key_type=str, force_multigraph=True)
    for default in ("node_default", "edge_default"):
        graph.graph.pop(default, None)
    for *_, attributes in graph.edges(data=True):
        attributes.pop("id", None)
    return graph


def _write_gexf(graph: nx.Graph, path: Path) -> None:
    # GEXF has no edge keys, its "label" is what a viewer writes beside a node, and it turns every label into text and
    # every weight into a number: what is meant goes under names of ours.
    dressed = graph.__class__()
    for node, attributes in graph.nodes(data=True):
        dressed.add_node(node, **_renamed(attributes, _GEXF_NODE_NAMES), label=attributes.get("name", node))
    keyed = (
        graph.edges(keys=True, data=True)
        if graph.is_multigraph()
        else ((*e[:2], None, e[2]) for e in graph.edges.data())
    )
    for u, v, key, attributes in keyed:
        plain = isinstance(attributes.get("weight"), float)
        edge = _renamed(attributes, {"label": "edge_label"} if plain else _GEXF_EDGE_NAMES)
        if key is None:
            dressed.add_edge(u, v, **edge)
        else:
            dressed.add_edge(u, v, key=key, edge_key=key, **edge)
    with path.open("wb") as file:
        nx.write_gexf(dressed, file)


def _read_gexf(path: Path) -> nx.Graph:
    with path.open("rb") as file:
        dressed = nx.read_gexf(file)
    node_names, edge_names = ({ours: name for name, ours in m.items()} for m in (_GEXF_NODE_NAMES, _GEXF_EDGE_NAMES))
    graph: nx.Graph = nx.MultiDiGraph() if dressed.is_directed() else nx.MultiGraph()
    for node, attributes in dressed.nodes(data=True):
        attributes.pop("label")  # the viewer's
        graph.add_node(node, **_renamed(attributes, node_names))
    for u, v, attributes in dressed.edges(data=True):
        attributes.pop("id", None)
        graph.add_edge(u, v, key=attributes.pop("edge_key", None), **_renamed(attributes, edge_names))
    return graph


def _renamed(attributes: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    return {names.get(name, name): value for name, value in attributes.items()}


def _write_html(graph: nx.Graph, path: Path) -> None:
    # The view draws what the graph layer builds, so it lies above it; only this one format looks up.
    from entityrel.view.html import graph_html  # noqa: PLC0415

    path.write_text(graph_html(graph), "utf-8")


def _shown(graph: nx.Graph) -> nx.Graph:
    from entityrel.view.html import MAX_NODES  # noqa: PLC0415

    return backbone(graph, MAX_NODES)


def graph_from_page(page: str) -> nx.Graph:
    """The graph that an HTML page of `write_graph` holds.

    Raises:
        ExportError: If the page holds none.
    """
    found = _PAGE_DATA.search(page)
    if not found:
        raise ExportError("the page holds no graph: it has no script with the id 'graph-data'")
    return from_columns(json.loads(found[1]))


def _read_html(path: Path) -> nx.Graph:
    return graph_from_page(path.read_text("utf-8"))


def _write_cytoscape(graph: nx.Graph, path: Path) -> None:
    data = nx.cytoscape_data(graph)  # type: ignore[no-untyped-call]
    for node in data["elements"]["nodes"]:
        del node["data"]["name"]  # networkx gives every node one
        node["data"] |= {k: v for k, v in graph.nodes[node["data"]["value"]].items() if k == "name"}
    path.write_text(json.dumps(data, ensure_ascii=False, allow_nan=False), "utf-8")


def _read_cytoscape(path: Path) -> nx.Graph:
    graph = nx.cytoscape_graph(json.loads(path.read_text("utf-8")))
    for _, attributes in graph.nodes(data=True):
        del attributes["id"], attributes["value"]
    for *_, attributes in graph.edges(data=True):
        for name in ("source", "target", "key"):
            attributes.pop(name, None)
    return graph


FORMATS: Final[dict[str, Format]] = {
    ".json": Format(_write_json, _read_json),
    ".graphml": Format(_write_graphml, _read_graphml),
    ".gexf": Format(_write_gexf, _read_gexf),
    ".html": Format(_write_html, _read_html, _shown),
    ".cyjs": Format(_write_cytoscape, _read_cytoscape),
    ".csv": Format(write_csv, read_csv),
    ".gephi.csv": Format(write_gephi, read_gephi),
    ".nq": Format(write_quads, read_quads),
    ".dot": Format(write_dot, read_dot, drawn),
}


def format_of(path: Path) -> Format:
    """The format whose ending a file's name has, the longest of several.

    Raises:
        ExportError: If it has none.
    """
    fitting = [ending for ending in FORMATS if path.name.lower().endswith(ending)]
    if not fitting:
        raise ExportError(f"{path}: unknown format {path.suffix!r}; the file's name must end in {', '.join(FORMATS)}")
    return FORMATS[max(fitting, key=len)]
