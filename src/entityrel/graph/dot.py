"""A graph as DOT, for Graphviz to draw: names and predicates, dashed if not a fact, red if negated; not the evidence.

DOT is a picture's source and no store: the other formats keep everything.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

import networkx as nx

from entityrel.graph.nodes import label_colour

__all__ = ["drawn", "read_dot", "write_dot"]

_TEXT: Final = r'"(?:[^"\\]|\\.)*"'
_LINE: Final = re.compile(rf"  ({_TEXT})(?: -> ({_TEXT}))? \[(.*)\];")
_ATTRIBUTE: Final = re.compile(rf"(\w+)=({_TEXT})")


def drawn(graph: nx.Graph) -> nx.MultiDiGraph:
    """What of a graph a DOT file holds, as texts: label and colour of nodes; key, label, style and colour of edges."""
    part = nx.MultiDiGraph()
    for node, known in graph.nodes(data=True):
        part.add_node(node, label=str(known.get("name", node)), color=label_colour(str(known.get("label", ""))))
    multi = graph.is_multigraph()
    edges = (
        graph.edges(keys=True, data=True)
        if multi
        else ((u, v, str(n), d) for n, (u, v, d) in enumerate(graph.edges.data()))
    )
    for start, end, key, known in edges:
        negated = known.get("polarity") == "negated"
        solid = not negated and known.get("modality", "actual") == "actual"
        part.add_edge(
            start,
            end,
            key=key,
            label=str(known.get("predicate", " ")),
            style="solid" if solid else "dashed",
            color="#cf222e" if negated else "#57606a",
        )
    return part


def write_dot(graph: nx.Graph, path: Path) -> None:
    """Write `drawn` of a flat graph."""
    part = drawn(graph)
    lines = ["digraph entityrel {", '  graph [rankdir="LR"];']
    lines += [f"  {_quoted(node)} [{_listed(known)}];" for node, known in part.nodes(data=True)]
    lines += [
        f"  {_quoted(start)} -> {_quoted(end)} [{_listed({'id': key, **known})}];"
        for start, end, key, known in part.edges(keys=True, data=True)
    ]
    path.write_text("\n".join([*lines, "}", ""]), "utf-8")


def read_dot(path: Path) -> nx.MultiDiGraph:
    """Read what `write_dot` wrote; other DOT files are no graphs of ours.

    Raises:
        ValueError: If a line is not of that form.
    """
    graph = nx.MultiDiGraph()
    for line in path.read_text("utf-8").split("\n")[2:-2]:
        found = _LINE.fullmatch(line)
        if not found:
            raise ValueError(f"no node and no edge: {line!r}")
        start, end, listed = found.groups()
        known = {name: json.loads(value) for name, value in _ATTRIBUTE.findall(listed)}
        if end is None:
            graph.add_node(json.loads(start), **known)
        else:
            graph.add_edge(json.loads(start), json.loads(end), key=known.pop("id"), **known)
    return graph


def _quoted(text: str) -> str:
    # JSON's escapes are those of Graphviz for quotation marks, backslashes and line ends.
    return json.dumps(text, ensure_ascii=False)


def _listed(attributes: dict[str, Any]) -> str:
    return ", ".join(f"{name}={_quoted(value)}" for name, value in attributes.items())
