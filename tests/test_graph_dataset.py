from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

from entityrel.errors import EntityrelError, RecordError
from entityrel.graph import aggregate, build_graph, dataset
from entityrel.graph.dataset import aggregate_dataset
from graph_records import SUPPLY, article

pytest.importorskip("duckdb")
parquet = pytest.importorskip("entityrel.corpus.parquet")
read_tables, write_tables = parquet.read_tables, parquet.write_tables

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"

SPEAKER = {"start": 28, "end": 33, "text": "Kirby", "label": "PERSON", "id": "john-kirby", "name": "John Kirby"}
WHY = {"extractors": ["ruler"], "quantity_value": 10, "quantity_unit": "tonnes", "attribution": [SPEAKER]}
ARTICLES = [
    article("a1", "Iran sent drones to Russia, Kirby said.",
            {**SUPPLY, "source": "Kirby", "date": "2023", "provenance": WHY}, date="2023-12-07", url="https://www.example.org/x"),
    article("a2", "Iran sent drones to Russia in May.", {**SUPPLY, "polarity": "negated"}, date="", outlet="Weekly"),
    article("a3", "Iran may send drones to Russia.", {**SUPPLY, "modality": "possible"}, date="2022-01-01"),
    article("a4", "Russia met China.", {"predicate": "meets", "subject": "Russia", "object": "China"}),
    article("a5", "China met Russia.", {"predicate": "meets", "subject": "China", "object": "Russia"}),
    article("a6", "Kalashnikov made kalashnikovs.",
            {"predicate": "produces", "subject": "Kalashnikov", "object": "kalashnikovs", "confidence": 0.5}),
    article("a7", "Syria was named."),
    article("a8", "Hezbollah hit Odesa.", {"predicate": "attacks", "subject": "Hezbollah", "object": "Odesa"}),
]  # fmt: skip


def same(one: nx.MultiDiGraph, two: nx.MultiDiGraph) -> bool:
    return dict(one.nodes(data=True)) == dict(two.nodes(data=True)) and {
        edge[:3]: edge[3] for edge in one.edges(keys=True, data=True)
    } == {edge[:3]: edge[3] for edge in two.edges(keys=True, data=True)}


def test_a_dataset_gives_what_the_graph_gives(tmp_path: Path) -> None:
    write_tables(tmp_path, "part-0.parquet", ARTICLES[:4])
    write_tables(tmp_path, "part-1.parquet", ARTICLES[4:])
    for sources, articles in ((0, 0), (2, 0), (0, 2)):
        expected = aggregate(build_graph(ARTICLES), min_sources=sources, min_articles=articles)
        found = aggregate_dataset(tmp_path, min_sources=sources, min_articles=articles)
        assert list(found.nodes(data=True)) == list(expected.nodes(data=True))
        assert list(found.edges(keys=True, data=True)) == list(expected.edges(keys=True, data=True))
        assert found.graph == expected.graph


def test_metadata_that_is_no_sql_json_names_the_outlet_as_far_as_it_can(tmp_path: Path) -> None:
    fields: list[dict[str, Any]] = [
        {"outlet": 5, "publisher": "", "agency": "Wire"}, {"outlet": "Caf\u00e9 \U0001f680", "score": float("nan")},
        {"url": "http://user@WWW.Example.org:80/a//b?c"}, {"url": "http://["}, {"url": "//host"}, {"url": "a/b//c"},
    ]  # fmt: skip
    articles = [
        article(f"a{number}", f"Iran sent drones to Russia in {number}.", SUPPLY, **known)
        for number, known in enumerate(fields)
    ]
    write_tables(tmp_path, "part.parquet", articles)
    assert same(aggregate_dataset(tmp_path), aggregate(build_graph(articles)))


def test_a_relation_told_twice_counts_once(tmp_path: Path) -> None:
    unsure = article("a1", "Iran sent drones to Russia.", {**SUPPLY, "confidence": 0.2})
    sure = article("a1", "Iran sent drones to Russia.", {**SUPPLY, "confidence": 0.9})
    for number, again in enumerate((unsure, sure, unsure)):
        write_tables(tmp_path, f"part-{number}.parquet", [again])
    assert same(aggregate_dataset(tmp_path), aggregate(build_graph([sure])))


@pytest.mark.skipif(not BENCHMARKS.exists(), reason="no checkout")
def test_the_loop_of_the_benchmark_counts_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    naive, made_up = import_module("naive_graph"), import_module("graph_dataset").made_up
    made_up(tmp_path / "made", 500)
    own = (each.model_copy(update={"id": f"own-{each.id}"}) for each in ARTICLES)
    articles = [*read_tables(tmp_path / "made"), *own]
    write_tables(tmp_path / "all", "part.parquet", articles)  # with the relations' own ids
    assert same(naive.statements(naive.relations(articles)), aggregate_dataset(tmp_path / "all"))


@pytest.mark.parametrize("name", ["with 'quotes'", "[2024] * ?"])
def test_folders_may_have_any_name(name: str, tmp_path: Path) -> None:
    write_tables(tmp_path / name, "part.parquet", ARTICLES[:2])
    assert len(aggregate_dataset(tmp_path / name).edges) == 1


def test_too_little_memory_is_said_or_made_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tables(tmp_path, "part.parquet", ARTICLES)
    with pytest.raises(EntityrelError, match="more memory than 50KB"):
        aggregate_dataset(tmp_path, memory="50KB")
    monkeypatch.setattr(dataset, "_MEMORY", ("50KB", "1GB"))
    assert len(aggregate_dataset(tmp_path).edges) == 4


def test_a_folder_that_is_no_dataset_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="no Parquet dataset"):
        aggregate_dataset(tmp_path)
