"""Lines of pages that are no part of the article: marked, with what is stated there, and never cut."""

from __future__ import annotations

import pytest
from hypothesis import given

from entityrel.corpus.annotate import annotate
from entityrel.corpus.boilerplate import boilerplate, in_boilerplate
from entityrel.corpus.examples import example_articles
from strategies import hostile_text
from stub_pipeline import stub_pipeline

PAGE = """Iran has sent drones to Russia.

Read also: Iran sends drones to Sudan

The White House confirmed it.

Photo: a convoy near Tehran

Subscribe to our Telegram channel!

Other news
Iran shows drones at a fair
Ten recipes for the weekend

The report continues here with a sentence that ends in a full stop.
© 2024 The Wire. All rights reserved."""


def test_lines_are_marked_by_kind() -> None:
    found = [(PAGE[part.start : part.end], part.kind) for part in boilerplate(PAGE)]
    assert found == [
        ("Read also: Iran sends drones to Sudan", "related"),
        ("Photo: a convoy near Tehran", "credit"),
        ("Subscribe to our Telegram channel!", "subscription"),
        ("Other news", "related"),
        ("Iran shows drones at a fair", "related"),
        ("Ten recipes for the weekend", "related"),
        ("© 2024 The Wire. All rights reserved.", "rights"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Related work is under way in Tehran, the ministry said.",
        "Photographers followed the convoy.",
        "He read also the report on the drones.",
        "Video footage shows the drones.",
        "Officials copyrighted nothing.",
        "Trending upwards, exports of arms reached a record.",
        "x" * 400 + " all rights reserved",
    ],
)
def test_sentences_of_articles_are_not(text: str) -> None:
    assert boilerplate(text) == ()


def test_the_examples_have_one_caption() -> None:
    found = [(article.id, part.kind) for article in example_articles() for part in boilerplate(article.text)]
    assert found == [("um-14", "credit")]


def test_a_statement_in_boilerplate_gets_a_note_and_the_text_stays() -> None:
    nlp = stub_pipeline()
    teaser = annotate("Read also: Iran sends drones to Sudan", nlp=nlp)
    assert [in_boilerplate(relation) for relation in teaser.relations] == [True]
    assert teaser.relations[0].provenance
    assert teaser.relations[0].provenance.notes == ("in boilerplate: related",)
    assert teaser.meta == {"boilerplate": [[0, 37, "related"]]}
    # The stub's evidence is the whole text, which is not all boilerplate.
    mixed = annotate(PAGE, nlp=nlp)
    assert mixed.text == PAGE
    assert not any(in_boilerplate(relation) for relation in mixed.relations)


@given(hostile_text)
def test_marks_are_ordered_and_inside_the_text(text: str) -> None:
    end = 0
    for part in boilerplate(text):
        assert end <= part.start < part.end <= len(text)
        end = part.end
