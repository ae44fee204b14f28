"""Names are tokens of their own, and nothing else is split otherwise."""

from __future__ import annotations

from typing import Any

import pytest
import spacy
from spacy.language import Language

import entityrel
from entityrel.pipeline.tokens import split_names

PLAIN = (
    "The U.S. sold F-16s, e.g. to Japan. Mr. Ray-Jones (AP) paid $3.5m/yr. for A-10s; see https://x.org/USA/. "
    "It's a well-known C-17. Ph.D. students at 5 p.m. read and/or wrote."
)


@pytest.fixture(scope="module")
def nlp() -> Language:
    nlp = spacy.blank("en")
    split_names(nlp)
    return nlp


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("a U.S.-built jet", ["a", "U.S.", "-", "built", "jet"]),
        ("It saw a J-10C. Two", ["It", "saw", "a", "J-10C", ".", "Two"]),
        ("by MiG. Then IRIS-T. Then", ["by", "MiG", ".", "Then", "IRIS", "-", "T", ".", "Then"]),
        ("/TASS/. Iran", ["/", "TASS", "/.", "Iran"]),
    ],
)
def test_names_are_tokens(nlp: Language, text: str, tokens: list[str]) -> None:
    assert [token.text for token in nlp(text)] == tokens


def test_other_words_stay_as_they_are(nlp: Language) -> None:
    assert [token.text for token in nlp(PLAIN)] == [token.text for token in spacy.blank("en")(PLAIN)]


def test_a_second_time_changes_nothing_and_it_is_saved(nlp: Language) -> None:
    before = nlp.to_bytes()
    split_names(nlp)
    assert nlp.to_bytes() == before
    assert [token.text for token in spacy.blank("en").from_bytes(before)("U.S.-led")] == ["U.S.", "-", "led"]


def test_the_shipped_pipeline_splits_them() -> None:
    assert [token.text for token in entityrel.load("sm").make_doc("U.S.-led")] == ["U.S.", "-", "led"]


def test_a_function_of_the_users_own_stays() -> None:
    nlp = spacy.blank("en")
    tokenizer: Any = nlp.tokenizer
    tokenizer.prefix_search = own = lambda text: None
    split_names(nlp)
    assert tokenizer.prefix_search is own
    assert [token.text for token in nlp("(U.S.-led")] == ["(U.S.", "-", "led"]
