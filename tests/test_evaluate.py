"""The evaluation: the same figures as the project's scorer, to the digit."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entityrel.errors import RecordError
from entityrel.evaluate import evaluate
from entityrel.schema import AnnotatedArticle, Mention, Relation, Span
from strategies import annotated_articles

GOLDEN = Path(__file__).parent / "golden"
REFERENCE = Path(__file__).parents[2] / "shared" / "schema" / "score.py"


def _read(name: str) -> list[AnnotatedArticle]:
    return [AnnotatedArticle.from_json(line) for line in (GOLDEN / name).read_bytes().splitlines()]


@pytest.fixture(scope="module")
def reference() -> Any:
    if not REFERENCE.exists():
        pytest.skip("no reference scorer beside this checkout")
    spec = importlib.util.spec_from_file_location("score", REFERENCE)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_figures_are_those_of_the_reference_scorer() -> None:
    """The golden figures were computed by shared/schema/score.py on these records."""
    figures = evaluate(_read("evaluate_gold.jsonl"), _read("evaluate_predicted.jsonl")).to_dict()
    direction = figures.pop("reversed")
    assert figures == json.loads((GOLDEN / "evaluate_figures.json").read_text())
    assert direction["count"] > 0


@given(st.data())
def test_the_figures_agree_on_any_records(reference: Any, data: st.DataObject) -> None:
    gold, predicted = [], []
    for number in range(2):
        article = data.draw(annotated_articles()).model_copy(update={"id": str(number)})
        gold.append(article)
        keep = st.lists(st.sampled_from(article.relations), unique_by=id) if article.relations else st.just([])
        relations = [_changed(data, relation, article) for relation in data.draw(keep)]
        entities = data.draw(st.lists(st.sampled_from(article.entities))) if article.entities else []
        changed = {"entities": tuple(entities), "relations": tuple(relations)}
        predicted.append(article.model_copy(update=changed))
    ours = evaluate(gold, predicted).to_dict()
    ours.pop("reversed")
    plain = [[article.model_dump() for article in side] for side in (gold, predicted)]
    assert ours == reference.score(*plain)[0]


def _changed(data: st.DataObject, relation: Relation, article: AnnotatedArticle) -> Relation:
    change = data.draw(st.sampled_from(["", "swap", "modality", "source", "other"]))
    if change == "swap":
        return relation.model_copy(update={"subject": relation.object, "object": relation.subject})
    if change == "modality":
        return relation.model_copy(update={"modality": "desired"})
    if change == "source":
        return relation.model_copy(update={"source": None})
    if change == "other":
        nothing = Mention(start=0, end=1, text=article.text[0], label="ORG", id="x")
        return relation.model_copy(update={"subject": nothing})
    return relation


IRAN = Mention(start=0, end=4, text="Iran", label="COUNTRY", id="IRN")
DRONES = Mention(start=10, end=16, text="drones", label="WEAPON", id="drone")
RUSSIA = Mention(start=20, end=26, text="Russia", label="COUNTRY", id="RUS")
TEXT = "Iran sent drones to Russia."


def _article(*relations: Relation, text: str = TEXT) -> AnnotatedArticle:
    return AnnotatedArticle(id="a", text=text, entities=(IRAN, DRONES, RUSSIA), relations=relations)


def _says(predicate: str, subject: Mention, object_: Mention, recipient: Mention | None = None) -> Relation:
    return Relation(
        predicate=predicate, subject=subject, object=object_, recipient=recipient, evidence=Span(start=0, end=27)
    )


GOLD = _says("transfers", IRAN, DRONES, RUSSIA)


@pytest.mark.parametrize(
    ("gold", "predicted", "count"),
    [
        (GOLD, GOLD, 0),
        (GOLD, _says("transfers", RUSSIA, DRONES, IRAN), 1),
        (GOLD, _says("transfers", RUSSIA, DRONES), 1),
        (GOLD, _says("transfers", IRAN, DRONES), 0),
        (GOLD, _says("possesses", RUSSIA, DRONES), 0),
        (_says("attacks", IRAN, RUSSIA), _says("attacks", RUSSIA, IRAN), 1),
        (_says("meets", IRAN, RUSSIA), _says("meets", RUSSIA, IRAN), 0),
    ],
)
def test_counts_reversed_relations(gold: Relation, predicted: Relation, count: int) -> None:
    result = evaluate([_article(gold)], [_article(predicted)])
    assert result.reversed == count
    assert [item.kind for item in result.disagreements].count("reversed") == count


def test_an_unpredicted_article_counts_as_empty() -> None:
    result = evaluate([_article(GOLD)], [])
    assert (result.core.gold, result.core.predicted, result.core.f) == (1, 0, 0.0)
    assert [item.reading for item in result.disagreements] == ["(IRN, transfers, drone → RUS)"]


def test_another_text_is_an_error() -> None:
    with pytest.raises(RecordError, match="'a': the text"):
        evaluate([_article(GOLD)], [_article(text=TEXT + " ")])


def test_the_table_shows_per_cent() -> None:
    rows = dict(_rows(evaluate([_article(GOLD)], [_article(GOLD)]).table()))
    assert rows["relations core"] == ("100.0", "100.0", "100.0", "1", "1")
    assert "  transfers" in rows


def _rows(table: Any) -> Iterator[tuple[str, tuple[str, ...]]]:
    cells = [list(column.cells) for column in table.columns]
    for name, *rest in zip(*cells, strict=True):
        yield name, tuple(rest)
