"""The options of `entityrel graph`."""

from __future__ import annotations

from pathlib import Path

import pytest

from entityrel import cli
from entityrel.corpus.writers import write_jsonl
from entityrel.graph import read_graph
from entityrel.graph.formats import FORMATS
from graph_records import SUPPLY, article


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as end:
        cli.main([str(argument) for argument in arguments])
    return int(end.value.code or 0)


@pytest.fixture
def annotated(tmp_path: Path) -> Path:
    path = tmp_path / "annotated.jsonl"
    texts = ("Iran sent drones to Russia.", "Drones from Tehran: Iran gave them, drones all, to Russia.")
    write_jsonl(path, [article(f"a{number}", text, SUPPLY) for number, text in enumerate(texts)])
    return path


def test_rolled_up_with_one_edge_a_statement(annotated: Path, tmp_path: Path) -> None:
    assert run("graph", annotated, "--roll-up", "region", "--statements", "-o", tmp_path / "graph.json") == 0
    graph = read_graph(tmp_path / "graph.json")
    [(start, end, edge)] = graph.edges(data=True)
    assert (start, end, edge["relations"]) == ("asia", "europe", 2)


def test_an_unknown_alliance_is_named(annotated: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("graph", annotated, "--roll-up", "natto", "-o", tmp_path / "graph.json") == 2
    assert "natto" in capsys.readouterr().err


def test_help_names_every_format(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("graph", "--help") == 0
    words = capsys.readouterr().out.split()
    assert [name for name in FORMATS if not any(word.startswith(name) for word in words)] == []
