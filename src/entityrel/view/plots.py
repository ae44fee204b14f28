"""Plots of a graph: time series, and who arms whom. Needs the extra "plots" (matplotlib)."""

from __future__ import annotations

from collections import Counter
from importlib import import_module
from typing import Any

import networkx as nx

from entityrel.errors import EntityrelError
from entityrel.graph.analysis import arms_matrix, time_series

__all__ = ["plot_arms", "plot_time_series"]


def plot_time_series(graph: nx.MultiDiGraph, start: str, end: str, *, precision: int = 4) -> Any:
    """How often one node is said to do what to another, as stacked bars by period.

    Args:
        graph: A graph of `entityrel.build_graph`.
        start: Node id of the subject.
        end: Node id of the other.
        precision: Characters of the date: 4 for years, 7 for months.

    Returns:
        The matplotlib Figure.

    Raises:
        EntityrelError: If matplotlib is not installed.
    """
    figure, axes = _axes(7, 3.5)
    series = time_series(graph, start, end, precision=precision)
    below = [0] * len(series)
    for predicate in sorted({name for counted in series.values() for name in counted}):
        heights = [counted[predicate] for counted in series.values()]
        axes.bar(list(series), heights, bottom=below, label=predicate)
        below = [low + height for low, height in zip(below, heights, strict=True)]
    names = (graph.nodes[node].get("name", node) for node in (start, end))
    axes.set_title(" → ".join(names), loc="left")
    axes.set_ylabel("statements")
    axes.tick_params(axis="x", rotation=60)
    if series:
        axes.legend(frameon=False)
    figure.tight_layout()
    return figure


def plot_arms(graph: nx.MultiDiGraph, *, most: int = 25) -> Any:
    """Who is said to arm whom, as a matrix: suppliers in rows, recipients in columns, shaded by the number of articles.

    Args:
        graph: A graph of `entityrel.build_graph`.
        most: How many suppliers and how many recipients to show, those with most articles first; the title says how
            many are left out.

    Returns:
        The matplotlib Figure.

    Raises:
        EntityrelError: If matplotlib is not installed.
    """
    counted = arms_matrix(graph)
    rows: Counter[str] = Counter()
    columns: Counter[str] = Counter()
    for (supplier, recipient), count in counted.items():
        rows[supplier] += count
        columns[recipient] += count
    shown = [sorted(each, key=lambda node: (-each[node], node))[:most] for each in (rows, columns)]
    figure, axes = _axes(2 + 0.3 * len(shown[1]), 1.5 + 0.25 * len(shown[0]))
    if counted:
        cells = [[counted.get((supplier, recipient), 0) for recipient in shown[1]] for supplier in shown[0]]
        figure.colorbar(axes.imshow(cells, cmap="Blues", aspect="auto"), ax=axes, label="articles")
    labels = [[graph.nodes[node].get("name", node) for node in each] for each in shown]
    axes.set_yticks(range(len(labels[0])), labels[0])
    axes.set_xticks(range(len(labels[1])), labels[1], rotation=90)
    left_out = len(rows) - len(shown[0]), len(columns) - len(shown[1])
    rest = f" (without {left_out[0]} more suppliers, {left_out[1]} more recipients)" if any(left_out) else ""
    axes.set_title(f"Who arms whom{rest}", loc="left")
    figure.tight_layout()
    return figure


def _axes(width: float, height: float) -> tuple[Any, Any]:
    try:
        figures = import_module("matplotlib.figure")
    except ImportError as error:
        raise EntityrelError("plots need matplotlib: pip install 'entityrel[plots]'") from error
    figure = figures.Figure(figsize=(width, height))  # without pyplot, which would keep every figure
    return figure, figure.subplots()
