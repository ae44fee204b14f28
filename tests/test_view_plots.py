from __future__ import annotations

from typing import Any

import networkx as nx
import pytest

from entityrel.graph import build_graph
from entityrel.view.plots import plot_arms, plot_time_series
from graph_records import SUPPLY, article

pytest.importorskip("matplotlib")
GRAPH = build_graph(
    [
        article("a", "Iran sent drones to Russia.", {**SUPPLY, "date": "2023-05"}),
        article("b", "Iran sent drones to Russia again.", {**SUPPLY, "date": "2024"}),
        article("c", "China sent missiles to Syria.",
                {"predicate": "transfers", "subject": "China", "object": "missiles", "recipient": "Syria"}),
    ]
)  # fmt: skip


def labels(ticks: Any) -> list[str]:
    return [tick.get_text() for tick in ticks]


def test_time_series_has_a_bar_for_each_period() -> None:
    [axes] = plot_time_series(GRAPH, "IRN", "RUS").axes
    assert axes.get_title(loc="left") == "Iran → Russia"
    assert [bar.get_height() for bar in axes.patches] == [1, 1]
    assert labels(axes.get_legend().get_texts()) == ["transfers"]


def test_matrix_names_suppliers_and_recipients_and_says_what_is_left_out() -> None:
    axes = plot_arms(GRAPH).axes[0]
    assert labels(axes.get_yticklabels()) == ["Iran", "China"]
    assert labels(axes.get_xticklabels()) == ["Russia", "Syria"]
    assert "1 more suppliers" in plot_arms(GRAPH, most=1).axes[0].get_title(loc="left")


def test_graphs_without_anything_to_plot_are_plotted() -> None:
    plot_arms(nx.MultiDiGraph())
    plot_time_series(GRAPH, "RUS", "IRN")
