from __future__ import annotations

from pathlib import Path

import pytest

from entityrel.errors import RecordError
from entityrel.graph import aggregate, build_graph
from entityrel.graph.dataset import aggregate_dataset
from graph_records import SUPPLY, article

pytest.importorskip("duckdb")
write_tables = pytest.importorskip("entityrel.corpus.parquet").write_tables

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


def test_a_dataset_gives_what_the_graph_gives(tmp_path: Path) -> None:
    write_tables(tmp_path, "part-0.parquet", ARTICLES[:4])
    write_tables(tmp_path, "part-1.parquet", ARTICLES[4:])
    for sources, articles in ((0, 0), (2, 0), (0, 2)):
        expected = aggregate(build_graph(ARTICLES), min_sources=sources, min_articles=articles)
        found = aggregate_dataset(tmp_path, min_sources=sources, min_articles=articles)
        assert list(found.nodes(data=True)) == list(expected.nodes(data=True))
        assert list(found.edges(keys=True, data=True)) == list(expected.edges(keys=True, data=True))
        assert found.graph == expected.graph


def test_a_folder_that_is_no_dataset_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="no Parquet dataset"):
        aggregate_dataset(tmp_path)
