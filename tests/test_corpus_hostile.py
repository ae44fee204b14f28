"""The shipped pipeline on any text: no exception, right offsets, records that can be read again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from spacy.language import Language

from entityrel.corpus.annotate import Named, annotate, annotate_many, load_pipeline
from entityrel.corpus.examples import example_articles
from entityrel.corpus.items import Input, Rejected
from entityrel.corpus.maker import maker
from entityrel.corpus.readers import read
from entityrel.corpus.run import annotate_inputs
from entityrel.errors import PipelineError
from entityrel.schema import AnnotatedArticle
from strategies import hostile_text, newsy_text


@pytest.fixture(scope="module")
def nlp() -> Language:
    try:
        return load_pipeline(None)
    except PipelineError:
        pytest.skip("the shipped pipeline is not built")


def _check(article: AnnotatedArticle, text: str) -> None:
    assert len(article.text) == len(text)
    for mention in article.entities:
        assert article.text[mention.start : mention.end] == mention.text
    assert AnnotatedArticle.from_json(article.to_json()) == article


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(text=hostile_text)
def test_any_text(nlp: Language, text: str) -> None:
    _check(annotate(text, date="2023-12-07", nlp=nlp), text)


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(text=newsy_text)
def test_news_with_hostile_strings(nlp: Language, text: str) -> None:
    _check(annotate(text, title="x", nlp=nlp), text)


@pytest.mark.parametrize(
    "text",
    [
        "", " \n\t", "\x00" * 50, "\ud800\udfff", "e\u0301" * 100, "&amp;&lt;&#8217;", "(" * 4_000,
        "Iran&nbsp;sent&nbsp;drones.", "Iran\r\nsent\r\ndrones\r\nto Russia.\r\n", "🇮🇷 sent 🚀 to 🇷🇺.", "Iran " * 2000,
    ],
)  # fmt: skip
def test_hard_cases(nlp: Language, text: str) -> None:
    _check(annotate(text, nlp=nlp), text)


def test_a_million_characters(nlp: Language) -> None:
    text = "x" * 600_000 + "\n\n" + "Iran sent drones to Russia, John Kirby said.\n\n" * 20 + "\n " * 200_000
    assert len(text) > 1_000_000
    article = annotate(text, nlp=nlp)
    _check(article, text)
    assert sum(mention.id == "IRN" for mention in article.entities) == 20


def test_a_batch_gives_what_single_calls_give(nlp: Language) -> None:
    examples = example_articles()[:3]
    assert list(annotate_many(examples, nlp=nlp)) == [annotate(article, nlp=nlp) for article in examples]


def test_a_poisoned_corpus_loses_no_good_record(nlp: Language, tmp_path: Path) -> None:
    folder = tmp_path / "corpus"
    folder.mkdir()
    good = '{"id": "good%d", "text": "Iran sent drones to Russia."}\n'
    lines: list[bytes] = [
        b"", b"{}", b"null", b"[" * 5000, b'{"id": 1, "text": 2}', b'{"text": "\xff\xfe"}', b"\x00\x01\x02",
        json.dumps({"id": "surrogate", "text": "Iran \ud800 sent"}).encode(),
        json.dumps({"id": "empty", "text": ""}).encode(),
        json.dumps({"id": "good0", "text": "again"}).encode(),
        json.dumps({"id": "long", "text": "y" * 200_000}).encode(),
        json.dumps({"id": "meta", "text": "Iran", "meta": 3, "entities": "x", "relations": {}}).encode(),
        json.dumps({"id": "brackets", "text": "([{<" * 500}).encode(), b'{"id": "cut", "text": "Iran',
    ]  # fmt: skip
    content = b"".join((good % number).encode() + line + b"\n" for number, line in enumerate(lines))
    (folder / "a.jsonl").write_bytes(content)
    (folder / "b.html").write_bytes(b"<div>" * 20_000)
    (folder / "c.txt").write_bytes(b"\xff\xfe\x00binary")
    (folder / "d.jsonl.gz").write_bytes(b"\x1f\x8b\x08 no gzip")
    items = list(read([folder]))
    results = list(annotate_inputs(items, nlp=nlp))
    assert len(results) == len(items)
    annotated = {result.id: result for result in results if isinstance(result, AnnotatedArticle)}
    assert {f"good{number}" for number in range(len(lines))} <= annotated.keys()
    assert {"surrogate", "empty", "long", "meta", "brackets"} <= annotated.keys()
    rejected = [result for result in results if isinstance(result, Rejected)]
    assert len(rejected) == 11
    assert all(item.file and item.reason for item in rejected)
    assert all(isinstance(item, Input | Rejected) for item in items)


def test_the_users_own_names_win(nlp: Language, tmp_path: Path) -> None:
    names = tmp_path / "names.csv"
    names.write_text("text,label,id\nGrumblefax 9,WEAPON,own-id\n")
    text = "Iran sent Grumblefax 9 to Russia."
    named = Named("sm", names)
    (article,) = annotate_many([text], nlp=named)
    assert ("Grumblefax 9", "own-id") in [(mention.text, mention.id) for mention in article.entities]
    assert "own-id" not in [mention.id for mention in annotate(text, nlp=nlp).entities]
    assert maker(named)["gazetteer"] != maker("sm").get("gazetteer")
