"""Dates: what an expression means, at which precision, and which event it dates."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import DocOf
from entityrel.knowledge.cues import load_cues
from entityrel.pipeline.dates import date_of, parse_date, times_of

TODAY = dt.date(2023, 12, 7)  # a Thursday
IRAN, DRONES = "[Iran|COUNTRY|IRN]", "[drones|WEAPON|drone]"


@pytest.mark.parametrize(
    ("words", "past", "future"),
    [
        ("in 2019", "2019", "2019"),
        ("on 3 May 2021", "2021-05-03", "2021-05-03"),
        ("on May 3, 2021", "2021-05-03", "2021-05-03"),
        ("on 2021-05-03", "2021-05-03", "2021-05-03"),
        ("in May 2021", "2021-05", "2021-05"),
        ("in May", "2023-05", "2024-05"),
        ("on 3 May", "2023-05-03", "2024-05-03"),
        ("on Monday", "2023-12-04", "2023-12-11"),
        ("on Thursday", "2023-12-07", "2023-12-07"),
        ("yesterday", "2023-12-06", "2023-12-06"),
        ("last night", "2023-12-06", "2023-12-06"),
        ("last month", "2023-11", "2023-11"),
        ("last year", "2022", "2022"),
        ("next year", "2024", "2024"),
        ("last week", "2023-11", "2023-11"),
        ("three days ago", "2023-12-04", "2023-12-04"),
        ("two years ago", "2021", "2021"),
        ("last March", "2023-03", "2023-03"),
        ("in April last year", "2022-04", "2022-04"),
        ("this summer", "2023", "2023"),
    ],
)
def test_value_and_precision(doc_of: DocOf, words: str, past: str, future: str) -> None:
    doc = doc_of(f"{IRAN} sold {DRONES} {words}.")
    (time,) = times_of(next(doc.sents), TODAY)
    assert (time.past, time.future) == (past, future)
    assert doc.text[time.start : time.end].strip() in words


@pytest.mark.parametrize("words", ["on Monday", "yesterday", "in May", "last year", "three days ago"])
def test_nothing_is_invented_without_the_date_of_the_article(doc_of: DocOf, words: str) -> None:
    assert times_of(next(doc_of(f"{IRAN} sold {DRONES} {words}.").sents), None) == []


@pytest.mark.parametrize("words", ["on 31 June 2020", "in 300 pieces", "for 2,000 dollars", "in all"])
def test_no_date(doc_of: DocOf, words: str) -> None:
    assert times_of(next(doc_of(f"{IRAN} sold {DRONES} {words}.").sents), TODAY) == []


@pytest.mark.parametrize(
    ("sentence", "word", "expected"),
    [
        (f"{IRAN} sold {DRONES} in 2019, and in 2021 it tested them.", "sold", "2019"),
        (f"{IRAN} sold {DRONES} in 2019, and in 2021 it tested them.", "tested", "2021"),
        (f"The army said on Monday that {IRAN} sold {DRONES}.", "sold", None),
        (f"In May {IRAN} sold {DRONES}, the army said on Monday.", "sold", "2023-05"),
    ],
)
def test_the_expression_of_its_own_clause(doc_of: DocOf, sentence: str, word: str, expected: str | None) -> None:
    doc = doc_of(sentence)
    times = times_of(next(doc.sents), TODAY)
    trigger = next(token.i for token in doc if token.text == word)
    time = date_of(doc, trigger, times, load_cues())
    assert (time and time.past) == expected


@given(st.dates(min_value=dt.date(1900, 1, 1), max_value=dt.date(2099, 12, 31)))
def test_parse_date_reads_what_isoformat_writes(day: dt.date) -> None:
    assert parse_date(day.isoformat()) == day
    assert parse_date(f"{day.isoformat()}T12:00:00Z") == day


@pytest.mark.parametrize("text", [None, "", "2023", "2023-12", "2023-13-01", "Thursday"])
def test_parse_date_wants_a_day(text: str | None) -> None:
    assert parse_date(text) is None
