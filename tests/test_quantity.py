"""Quantities: the exact words of the amount, and what they say as a number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import DocOf
from entityrel.knowledge.cues import load_cues
from entityrel.pipeline.quantity import money_of, quantity_of, read_number

IRAN, DRONES = "[Iran|COUNTRY|IRN]", "[drones|WEAPON|drone]"


@pytest.mark.parametrize(
    ("sentence", "text", "facts"),
    [
        (f"{IRAN} sold 20 {DRONES}.", "20", (20, None, None)),
        (f"{IRAN} sold about 1,700 Iranian-made {DRONES}.", "about 1,700", (1700, None, "about")),
        (f"{IRAN} sold at least two hundred {DRONES}.", "at least two hundred", (200, None, "at least")),
        (f"{IRAN} sold up to 40 {DRONES}.", "up to 40", (40, None, "at most")),
        (f"{IRAN} sold more than 1,000 {DRONES}.", "more than 1,000", (1000, None, "at least")),
        (f"{IRAN} sold several hundred {DRONES}.", "several hundred", (None, None, "about")),
        (f"{IRAN} sold dozens of {DRONES}.", "dozens of", (None, None, "about")),
        (f"{IRAN} sold a dozen {DRONES}.", "a dozen", (12, None, None)),
        (f"{IRAN} sold a batch of {DRONES}.", "a batch of", (None, None, None)),
        (f"{IRAN} sold 78 of the {DRONES}.", "78", (78, None, None)),
        (f"{IRAN} sold twelve second-hand {DRONES}.", "twelve", (12, None, None)),
        (f"{IRAN} sold $5 billion worth of {DRONES}.", "$5 billion worth of", (5e9, "USD", None)),
        (f"{IRAN} sold {DRONES} worth $200 million.", "worth $200 million", (2e8, "USD", None)),
        (f"{IRAN} sold two tons of {DRONES}.", "two tons of", (2, "tonnes", None)),
    ],
)
def test_amount(doc_of: DocOf, sentence: str, text: str, facts: tuple[float | None, str | None, str | None]) -> None:
    doc = doc_of(sentence)
    weapon = next(ent for ent in doc.ents if ent.label_ == "WEAPON")
    found = quantity_of(doc, (weapon.start, weapon.end), load_cues())
    assert found is not None
    assert doc.text[found.start : found.end] == text
    assert (found.value, found.unit, found.bound) == facts


@pytest.mark.parametrize(
    "sentence",
    [
        f"{IRAN} sold {DRONES}.",
        f"{IRAN} sold the first {DRONES}.",
        f"In 2021 {DRONES} were sold by {IRAN}.",
        f"How many {DRONES} did {IRAN} sell?",
        f"{IRAN} sold no more {DRONES}.",
        f"11:03 {DRONES} of {IRAN} over Odesa",
    ],
)
def test_no_amount(doc_of: DocOf, sentence: str) -> None:
    doc = doc_of(sentence)
    weapon = next(ent for ent in doc.ents if ent.label_ == "WEAPON")
    assert quantity_of(doc, (weapon.start, weapon.end), load_cues()) is None


def test_money_of_aid_and_trade(doc_of: DocOf) -> None:
    doc = doc_of(f"{IRAN} pledged [Cuba|COUNTRY|CUB] about $300 million in aid.")
    found = money_of(doc, next(token.i for token in doc if token.text == "pledged"), load_cues())
    assert found is not None
    assert doc.text[found.start : found.end] == "about $300 million"
    assert (found.value, found.unit) == (3e8, "USD")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("two hundred and fifty", 250),
        ("$1.29 billion", 1.29e9),
        ("half a million", 5e5),
        ("three dozen", 36),
        ("300 to 400", 300),
        ("many", None),
    ],
)
def test_read_number(text: str, value: float | None) -> None:
    assert read_number(text) == value


@given(st.integers(min_value=0, max_value=10**9))
def test_read_number_reads_digits_with_and_without_commas(number: int) -> None:
    assert read_number(str(number)) == read_number(f"some {number:,}") == number
