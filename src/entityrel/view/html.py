"""A graph as one self-contained HTML page: WebGL picture, search, filters, evidence. No address outside is needed."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from typing import Any, Final

import networkx as nx

from entityrel.graph.columns import to_columns
from entityrel.graph.flatten import flatten
from entityrel.graph.nodes import LABEL_ORDER, label_colour
from entityrel.graph.select import backbone
from entityrel.view.layout import layout
from entityrel.view.words import escape

__all__ = ["MAX_NODES", "graph_html"]

#: A graph with more nodes is cut to its backbone, and the page says so: see `entityrel.graph.backbone`.
MAX_NODES: Final = 20_000

_PLACEHOLDER: Final = re.compile("%(TITLE|COLOURS|PLACES|GRAPH)%")
# Inside a script element only these could end it or be taken for markup; JSON may write them as escapes.
_ESCAPES: Final = str.maketrans({c: f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"})


def graph_html(graph: nx.Graph, *, title: str | None = None) -> str:
    """A page that shows a graph: pan and zoom, search, filters, and the evidence of a clicked edge.

    The page holds the flattened graph whole, as columns (`entityrel.graph.columns`); all text of the graph is escaped
    or goes through text nodes, and the page's own policy forbids every other script and every request.

    Args:
        graph: A graph of `entityrel.build_graph` or one with the same attributes. Above `MAX_NODES` nodes only its
            strongest part is shown, and the page says how much was left out.
        title: Heading of the page; the graph's ``name`` or "Knowledge graph" by default.

    Raises:
        ExportError: If the graph has attributes that cannot be flattened.

    Example:
        >>> page = graph_html(nx.MultiDiGraph(), title="R&D")
        >>> page.startswith("<!DOCTYPE html>"), "<title>R&amp;D</title>" in page
        (True, True)
    """
    shown = backbone(flatten(graph), MAX_NODES)
    places = [round(float(value), 4) for point in layout(shown) for value in point]
    parts = {
        "TITLE": escape(title or str(shown.graph.get("name", "Knowledge graph"))),
        "COLOURS": _script_json({label: label_colour(label) for label in [*LABEL_ORDER, "other"]}),
        "PLACES": _script_json(places),
        "GRAPH": _script_json(to_columns(shown)),
    }
    template = files("entityrel.view").joinpath("template.html").read_text("utf-8")
    return _PLACEHOLDER.sub(lambda found: parts[found[1]], template)


def _script_json(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":")).translate(_ESCAPES)
