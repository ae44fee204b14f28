"""Annotating: any text, long texts in pieces, streams in order, failures kept apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spacy.language import Language

from entityrel.corpus import documents
from entityrel.corpus.annotate import annotate, annotate_many, annotate_stream
from entityrel.corpus.documents import make_doc, pieces
from entityrel.corpus.items import Rejected
from entityrel.errors import PipelineError, RecordError
from entityrel.schema import AnnotatedArticle, Article
from strategies import hostile_text
from stub_pipeline import stub_pipeline

NLP = stub_pipeline()
SENTENCE = "Iran sent drones to Russia."


def _anchored(article: AnnotatedArticle) -> None:
    for mention in article.entities:
        assert article.text[mention.start : mention.end] == mention.text
    for relation in article.relations:
        for _, mention in relation.mentions():
            assert mention.model_copy() in article.entities


def test_the_fields_of_the_article_come_through() -> None:
    article = annotate(
        {"text": SENTENCE, "outlet": "Wire"}, id="a1", date="2023-12-07", title="T", url="https://e.org", nlp=NLP
    )
    assert (article.id, article.date, article.title, article.url) == ("a1", "2023-12-07", "T", "https://e.org")
    assert article.meta == {"outlet": "Wire"}
    assert [mention.id for mention in article.entities] == ["IRN", "drone", "RUS"]


def test_the_date_reaches_the_components() -> None:
    assert annotate(SENTENCE, date="2023-12-07", nlp=NLP).relations[0].date == "2023-12-07"
    dated = annotate_many([{"text": SENTENCE, "date": "1999"}], nlp=NLP)
    assert [article.relations[0].date for article in dated] == ["1999"]


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\x00", "\ufeff", "\ud800", "\u0301"])
def test_texts_without_words(text: str) -> None:
    article = annotate(text, nlp=NLP)
    assert len(article.text) == len(text)
    assert article.relations == ()


@given(hostile_text)
def test_any_text_is_annotated_with_right_offsets(text: str) -> None:
    article = annotate(text, nlp=NLP)
    assert len(article.text) == len(text)
    assert all(new in (old, "\ufffd") for old, new in zip(text, article.text, strict=True))
    _anchored(article)
    assert AnnotatedArticle.from_json(article.to_json()) == article


@given(hostile_text, st.integers(1, 40))
def test_pieces_join_to_the_text(text: str, limit: int) -> None:
    cut = pieces(text, limit)
    assert "".join(text[start:end] for start, end in cut) == text
    assert all(0 < end - start <= limit for start, end in cut)


def test_pieces_are_cut_between_paragraphs() -> None:
    text = "\n\n".join(["A first one. It has two sentences."] * 9)
    for start, end in pieces(text, 100):
        assert text[start : start + 7] == "A first"
        assert text[start:end].rstrip().endswith("sentences.")


def test_a_long_text_is_annotated_in_pieces_with_right_offsets(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "Nobody knows where.\n\n" * 20 + SENTENCE
    monkeypatch.setattr(documents, "MAX_PIECE", 100)
    article = annotate(text, nlp=NLP)
    _anchored(article)
    assert [mention.start for mention in article.entities if mention.id == "IRN"] == [20 * 21]
    (relation,) = article.relations
    assert relation.provenance
    assert relation.provenance.trigger
    assert text[relation.provenance.trigger.start : relation.provenance.trigger.end] == "drones"
    assert article.evidence(relation).endswith(SENTENCE)


def test_what_several_pieces_state_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MAX_PIECE", 60)
    article = annotate("\n\n".join([SENTENCE] * 9), nlp=NLP)
    assert len(article.entities) == 27
    assert [relation.evidence.start for relation in article.relations] == [0]


def test_the_pipelines_own_limit_holds() -> None:
    nlp = stub_pipeline()
    nlp.max_length = 60
    assert len(annotate("\n\n".join([SENTENCE] * 9), nlp=nlp).entities) == 27


@given(st.lists(st.sampled_from(["(" * 1500, "Iran", " ", "\n", "🇺🇦" * 600, "x" * 3000]), max_size=5).map("".join))
def test_a_document_has_the_text_also_with_long_runs(text: str) -> None:
    assert make_doc(NLP, text).text == text


def test_a_long_run_does_not_take_quadratic_time() -> None:
    # As one string of this length it takes spaCy's tokenizer more than three minutes.
    assert len(annotate("(" * 50_000 + " Iran", nlp=NLP).entities) == 1


def test_a_stream_keeps_its_order_and_is_read_as_it_is_taken() -> None:
    read = []

    def texts() -> Iterator[str]:
        for number in range(100):
            read.append(number)
            yield f"Iran {number}"

    results = annotate_many(texts(), nlp=NLP, batch_size=10)
    assert next(results).text == "Iran 0"
    assert len(read) <= 11
    assert [article.text for article in results] == [f"Iran {number}" for number in range(1, 100)]


def test_mixed_items_are_taken() -> None:
    items: list[Any] = ["Iran", {"id": 7, "text": "Russia"}, Article(id="x", text="drones")]
    assert [article.id for article in annotate_many(items, nlp=NLP)][1:] == ["7", "x"]


def test_a_failure_costs_one_article() -> None:
    failed: list[Rejected] = []
    items = [{"id": str(number), "text": "RAISE" if number == 3 else SENTENCE} for number in range(6)]
    done = list(annotate_many(items, nlp=NLP, on_error=failed.append))
    assert [article.id for article in done] == ["0", "1", "2", "4", "5"]
    assert all(article.relations for article in done)
    assert [(item.id, item.reason) for item in failed] == [("3", "the pipeline raised ZeroDivisionError: planted")]


def test_without_a_handler_a_failure_raises_and_names_the_article() -> None:
    with pytest.raises(PipelineError, match="article 'bad': the pipeline raised"):
        list(annotate_many([{"id": "bad", "text": "RAISE"}], nlp=NLP))
    with pytest.raises(RecordError, match="not int"):
        list(annotate_many([3], nlp=NLP))  # type: ignore[list-item]


def test_rejections_pass_through_in_their_place() -> None:
    items: list[Article | Rejected] = [
        Article(id="1", text="Iran"),
        Rejected("f", 2, None, "broken"),
        Article(id="3", text="Russia"),
    ]
    results = list(annotate_stream(items, nlp=NLP))
    assert results[1] == items[1]
    assert [getattr(result, "id", None) for result in results] == ["1", None, "3"]


def test_works_in_the_callers_memory_zone() -> None:
    with NLP.memory_zone():
        assert len(list(annotate_many([SENTENCE] * 3, nlp=NLP))) == 3


def test_memory_of_strings_is_given_back() -> None:
    nlp: Language = stub_pipeline()
    list(annotate_many(["Iran"], nlp=nlp))
    before = len(nlp.vocab.strings)
    list(annotate_many([f"word{number}" for number in range(500)], nlp=nlp))
    assert len(nlp.vocab.strings) < before + 50


def test_one_text_is_no_stream_of_articles() -> None:
    with pytest.raises(RecordError, match="for one use annotate"):
        next(annotate_many("Iran sold drones."))
