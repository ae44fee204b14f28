"""Records: what they accept, refuse, print and write."""

from __future__ import annotations

import json

import pytest

from entityrel import AnnotatedArticle, Article, Mention, RecordError, Relation
from entityrel.schema import Provenance, Span

TEXT = "Tehran sent drones to the Russians."
IRAN = Mention(start=0, end=6, text="Tehran", label="COUNTRY", id="IRN", name="Iran")
DRONES = Mention(start=12, end=18, text="drones", label="WEAPON", id="drone")
RUSSIA = Mention(start=26, end=34, text="Russians", label="COUNTRY", id="RUS", name="Russia")
RELATION = Relation(
    predicate="transfers", subject=IRAN, object=DRONES, recipient=RUSSIA, evidence=Span(start=0, end=35)
)  # fmt: skip


def test_a_relation_prints_canonical_names_and_its_repr_is_exact() -> None:
    assert str(RELATION) == "(Iran, transfers, drones → Russia)"
    assert "start=0, end=6, text='Tehran'" in repr(RELATION)


def test_the_id_is_that_of_the_content_without_confidence() -> None:
    sure = RELATION.model_copy(update={"confidence": 0.9, "provenance": Provenance(extractors=("ruler",))})
    assert sure.id == RELATION.id
    assert RELATION.model_copy(update={"polarity": "negated"}).id != RELATION.id
    assert len(RELATION.id) == 16


def test_records_write_exactly_what_schema_md_has() -> None:
    bare = RELATION.model_copy(
        update={
            "subject": IRAN.model_copy(update={"name": None}),
            "recipient": RUSSIA.model_copy(update={"name": None}),
        }
    )
    article = AnnotatedArticle(id="a1", text=TEXT, entities=(bare.subject, DRONES), relations=(bare,))
    data = json.loads(article.to_json())
    assert list(data) == ["id", "date", "title", "url", "text", "entities", "relations"]
    assert list(data["entities"][0]) == ["start", "end", "text", "label", "id"]
    assert list(data["relations"][0]) == [
        "predicate", "subject", "object", "recipient", "polarity", "modality", "source", "quantity", "date",
        "evidence",
    ]  # fmt: skip
    assert AnnotatedArticle.from_json(article.to_json()) == article


def test_additions_survive_writing() -> None:
    relation = RELATION.model_copy(update={"confidence": 0.5, "provenance": Provenance(extractors=("ruler",))})
    article = AnnotatedArticle(id="a1", text=TEXT, relations=(relation,), meta={"outlet": "Wire"})
    again = AnnotatedArticle.from_json(article.to_json())
    assert again == article
    assert again.relations[0].subject.name == "Iran"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"text": "Teheran"}, "the mention says 'Teheran'"),
        ({"start": 1}, "is 'ehran'"),
        ({"end": 999}, "the mention says"),
    ],
)
def test_a_mention_must_lie_where_it_says(change: dict[str, object], message: str) -> None:
    wrong = IRAN.model_copy(update=change)
    line = json.dumps({"id": "a", "text": TEXT, "entities": [wrong.model_dump()]})
    with pytest.raises(RecordError, match=message):
        AnnotatedArticle.from_json(line)


@pytest.mark.parametrize("line", ["", "[]", "{", '{"id": "x"}', '{"text": 5}', '{"text": "a", "colour": "red"}'])
def test_a_broken_line_is_a_record_error(line: str) -> None:
    with pytest.raises(RecordError):
        AnnotatedArticle.from_json(line)


def test_an_article_needs_only_a_text() -> None:
    article = Article.parse("Tanks rolled.")
    assert article.id == Article.parse({"text": "Tanks rolled."}).id
    assert article.id != Article.parse("Tanks rolled!").id
    assert Article.parse({"text": "x", "id": 7, "outlet": "Wire"}).meta == {"outlet": "Wire"}


@pytest.mark.parametrize("data", [5, None, {"id": "a"}, {"text": None}, {"text": "x", "date": 5}])
def test_what_is_no_article_is_refused(data: object) -> None:
    with pytest.raises(RecordError):
        Article.parse(data)  # type: ignore[arg-type]


def test_lone_surrogates_are_replaced_and_counted() -> None:
    article = Article.parse("a\ud800b\udfffc")
    assert article.text == "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}c"
    assert article.meta == {"replaced_surrogates": 2}


@pytest.mark.parametrize("date", ["7 Dec 2023", "2023-13-01", "2023-12-7", "12/07/2023", "2023-12-07T"])
def test_a_date_of_another_form_is_reported(date: str) -> None:
    article = Article.parse({"text": "x", "date": date, "outlet": "Wire"})
    assert (article.date, article.meta) == (date, {"outlet": "Wire", "unread_date": date})


@pytest.mark.parametrize(
    "date", [None, "", "2023", "2023-12", "2023-12-07", "2023-12-07T08:00:00Z", "2023-12-07 08:00"]
)
def test_iso_dates_are_not_reported(date: str | None) -> None:
    assert Article.parse({"text": "x", "date": date}).meta == {}


def test_explain_without_and_with_provenance() -> None:
    assert "no provenance" in RELATION.explain()
    why = Provenance(
        extractors=("ruler",), scores={"ruler": 0.9}, frame="transfers.supply", construction={"subject": "active"},
        path={"subject": ">nsubj"}, attribution=(RUSSIA,), notes=("subject by actor noun",),
    )  # fmt: skip
    text = RELATION.model_copy(update={"provenance": why}).explain()
    for part in ("ruler, score 0.90", "subject: active (>nsubj)", "according to Russia", "actor noun"):
        assert part in text
