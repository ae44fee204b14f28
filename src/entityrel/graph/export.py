"""Writing a graph to a file and reading it back: in any of `FORMATS`.

`write_graph` writes to a temporary name in the same folder, reads the file again, compares it with the graph, and only
then puts it in its place: a failed export leaves the old file, or none.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import networkx as nx

from entityrel.errors import ExportError
from entityrel.graph.flatten import flatten
from entityrel.graph.formats import FORMATS, format_of, graph_from_page

__all__ = ["FORMATS", "graph_from_page", "read_graph", "write_graph"]


def write_graph(graph: nx.Graph, path: str | os.PathLike[str]) -> Path:
    """Write a graph in the format that the file's extension names, and check it by reading it again.

    - ``.json``: node-link JSON (`networkx.node_link_data` with ``edges="edges"``);
    - ``.graphml``: GraphML; ``.gexf``: GEXF 1.2, of which the nodes' own label is the entity's name, as Gephi shows it,
      and the attribute ``entity_label`` is COUNTRY, PERSON …; it has no place for attributes of the graph as a whole;
    - ``.html``: a page to look at, in one file, that needs no network; of a graph with more than 20,000 nodes it shows
      the strongest part, and says so (`entityrel.graph.backbone`);
    - ``.csv``: two tables for Neo4j, ``…-nodes.csv`` and ``…-edges.csv`` (`entityrel.graph.tables`);
    - ``.gephi.csv``: two such tables with the headers of Gephi (`entityrel.graph.gephi`);
    - ``.nq``: N-Quads with provenance (`entityrel.graph.rdf`; needs the extra "rdf");
    - ``.cyjs``: JSON for Cytoscape;
    - ``.dot``: for Graphviz to draw: names and predicates only (`entityrel.graph.dot`).

    Attributes are flattened first: see `entityrel.graph.flatten`.

    Args:
        graph: Any networkx graph with text as node ids and edge keys.
        path: Where to write; an existing file is replaced.

    Returns:
        The path, which `read_graph` takes.

    Raises:
        ExportError: If the extension is unknown, an attribute cannot be kept, or the file differs from the graph when
            read again. Nothing is left behind then, and an older file of that name stays.
        OSError: If the file cannot be written.
    """
    path = Path(path)
    form = format_of(path)
    flat = flatten(graph)
    folder = Path(tempfile.mkdtemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent))
    try:
        form.write(flat, folder / path.name)
        try:
            found = form.read(folder / path.name)
        except ExportError:
            raise
        except Exception as error:
            raise ExportError(f"{path}: the file cannot be read again: {error}") from error
        difference = _difference(form.part(flat), found)
        if difference:
            raise ExportError(f"{path}: the file read again is not the graph: {difference}")
        for file in sorted(folder.iterdir()):
            file.replace(path.with_name(file.name))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return path


def read_graph(path: str | os.PathLike[str]) -> nx.Graph:
    """Read a graph that `write_graph` wrote; its attributes are flat.

    Raises:
        ExportError: If the extension is unknown or the file does not hold a graph.
    """
    path = Path(path)
    form = format_of(path)
    try:
        return form.read(path)
    except OSError:
        raise
    except Exception as error:
        raise ExportError(f"{path}: no graph can be read from it: {error}") from error


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
