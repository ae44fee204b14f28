"""The page of a graph inside a notebook."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Any

import networkx as nx

from entityrel.view.html import graph_html

__all__ = ["Shown", "show"]


@dataclass(frozen=True, slots=True)
class Shown:
    """A page that a notebook displays in a frame of its own; ``page`` is its HTML.

    Attributes:
        page: The whole page, as `entityrel.view.graph_html` gives it.
        height: Height of the frame in pixels.
    """

    page: str
    height: int = 640

    def _repr_html_(self) -> str:
        # The frame may run the page's script and open links, and has no access to the notebook.
        return (
            f'<iframe srcdoc="{html.escape(self.page)}" sandbox="allow-scripts allow-popups" title="Knowledge graph" '
            f'style="width:100%;height:{self.height}px;border:1px solid #8888;border-radius:6px"></iframe>'
        )

    def __repr__(self) -> str:
        return f"<page of {len(self.page):,} characters; a notebook shows it>"


def show(graph: nx.Graph, *, height: int = 640, **kwargs: Any) -> Shown:
    """Show a graph in a notebook: the same page as ``entityrel graph -o graph.html`` writes.

    Args:
        graph: A graph of `entityrel.build_graph`.
        height: Height in pixels.
        kwargs: Passed to `entityrel.view.graph_html`.

    Example:
        >>> show(nx.MultiDiGraph(), height=300).height
        300
    """
    return Shown(graph_html(graph, **kwargs), height)
