"""Writing a graph to a file and reading it back: node-link JSON, GraphML, GEXF and HTML.

`write_graph` writes to a temporary name in the same folder, reads the file again, compares it with the graph, and only
then puts it in its place: a failed export leaves the old file, or none.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple

import networkx as nx

from entityrel.errors import ExportError
from entityrel.graph.columns import from_columns
from entityrel.graph.flatten import flatten
from entityrel.graph.select import backbone

__all__ = ["FORMATS", "graph_from_page", "read_graph", "write_graph"]

_GEXF_NODE_NAMES: Final = {"label": "entity_label"}
_GEXF_EDGE_NAMES: Final = {"label": "edge_label", "weight": "edge_weight"}
_PAGE_DATA: Final = re.compile(r'<script type="application/json" id="graph-data">(.*?)</script>', re.DOTALL)


class Format(NamedTuple):
    """How a flat graph becomes a file, and how a graph is read from it."""

    write: Callable[[nx.Graph, Path], None]
    read: Callable[[Path], nx.Graph]
    part: Callable[[nx.Graph], nx.Graph] = lambda graph: graph  # what of a graph the format holds


def write_graph(graph: nx.Graph, path: str | os.PathLike[str]) -> Path:
    """Write a graph in the format that the file's extension names, and check it by reading it again.

    - ``.json``: node-link JSON (`networkx.node_link_data` with ``edges="edges"``);
    - ``.graphml``: GraphML; ``.gexf``: GEXF 1.2, of which the nodes' own label is the entity's name, as Gephi shows it,
      and the attribute ``entity_label`` is COUNTRY, PERSON …; it has no place for attributes of the graph as a whole;
    - ``.html``: a page to look at, in one file, that needs no network; of a graph with more than 20,000 nodes it shows
      the strongest part, and says so (`entityrel.graph.backbone`).

    Attributes are flattened first: see `entityrel.graph.flatten`.

    Args:
        graph: Any networkx graph with text as node ids and edge keys.
        path: Where to write; an existing file is replaced.

    Returns:
        The path.

    Raises:
        ExportError: If the extension is unknown, an attribute cannot be kept, or the file differs from the graph when
            read again. Nothing is left behind then, and an older file of that name stays.
        OSError: If the file cannot be written.
    """
    path = Path(path)
    form = _format(path)
    flat = flatten(graph)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        form.write(flat, temporary)
        try:
            found = form.read(temporary)
        except Exception as error:
            raise ExportError(f"{path}: the file cannot be read again: {error}") from error
        difference = _difference(form.part(flat), found)
        if difference:
            raise ExportError(f"{path}: the file read again is not the graph: {difference}")
        temporary.chmod(0o666 & ~_umask())  # mkstemp's file is the owner's alone
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return path


def read_graph(path: str | os.PathLike[str]) -> nx.Graph:
    """Read a graph that `write_graph` wrote; its attributes are flat.

    Raises:
        ExportError: If the extension is unknown or the file does not hold a graph.
    """
    path = Path(path)
    form = _format(path)
    try:
        return form.read(path)
    except OSError:
        raise
    except Exception as error:
        raise ExportError(f"{path}: no graph can be read from it: {error}") from error


def graph_from_page(page: str) -> nx.Graph:
    """The graph that an HTML page of `write_graph` holds.

    Raises:
        ExportError: If the page holds none.
    """
    found = _PAGE_DATA.search(page)
    if not found:
        raise ExportError("the page holds no graph: it has no script with the id 'graph-data'")
    return from_columns(json.loads(found[1]))


def _format(path: Path) -> Format:
    try:
        return FORMATS[path.suffix.lower()]
    except KeyError:
        known = ", ".join(FORMATS)
        raise ExportError(f"{path}: unknown format {path.suffix!r}; the file's name must end in {known}") from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


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


def _read_html(path: Path) -> nx.Graph:
    return graph_from_page(path.read_text("utf-8"))


FORMATS: Final[dict[str, Format]] = {
    ".json": Format(_write_json, _read_json),
    ".graphml": Format(_write_graphml, _read_graphml),
    ".gexf": Format(_write_gexf, _read_gexf),
    ".html": Format(_write_html, _read_html, _shown),
}


def _difference(graph: nx.Graph, found: nx.Graph) -> str | None:
    """What distinguishes two flat graphs in words, or None; edge keys count only where ``graph`` has any."""
    if graph.is_directed() != found.is_directed():
        return "one is directed and the other is not"
    nodes, found_nodes = dict(graph.nodes(data=True)), dict(found.nodes(data=True))
    for node in nodes.keys() | found_nodes.keys():
        if nodes.get(node) != found_nodes.get(node):
            return f"node {node!r} is {found_nodes.get(node)}, not {nodes.get(node)}"
    edges, found_edges = (_edges(each, keyed=graph.is_multigraph()) for each in (graph, found))
    for edge in edges.keys() | found_edges.keys():
        if edges.get(edge) != found_edges.get(edge):
            return f"edge {edge} is {found_edges.get(edge)}, not {edges.get(edge)}"
    return None


def _edges(graph: nx.Graph, *, keyed: bool) -> dict[tuple[Any, ...], dict[str, Any]]:
    if graph.is_multigraph():
        triples = graph.edges(keys=True, data=True)
    else:
        triples = ((u, v, None, attributes) for u, v, attributes in graph.edges(data=True))
    directed = graph.is_directed()
    return {
        (*((u, v) if directed else sorted((u, v))), key if keyed else None): attributes
        for u, v, key, attributes in triples
    }
