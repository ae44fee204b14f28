"""Logical functions over the constructions that SCHEMA.md's examples need, on parses of the shipped pipeline."""

from __future__ import annotations

import pytest

from conftest import DocOf
from entityrel.pipeline.syntax import Tree, Walker


@pytest.mark.parametrize(
    ("sentence", "trigger", "function", "expected"),
    [
        ("[Iran|COUNTRY|IRN] sold missiles to Syria.", "sold", "agent", "Iran"),
        ("[Iran|COUNTRY|IRN] sold missiles to Syria.", "sold", "to", "Syria"),
        ("The missiles were sold to Syria by [Iran|COUNTRY|IRN].", "sold", "agent", "Iran"),
        ("The missiles were sold to Syria by [Iran|COUNTRY|IRN].", "sold", "theme", "missiles"),
        ("The missiles sold by [Iran|COUNTRY|IRN] failed.", "sold", "theme", "missiles"),
        ("The missiles that [Iran|COUNTRY|IRN] sold failed.", "sold", "theme", "that"),
        ("[Iran|COUNTRY|IRN], which sold the missiles, denied it.", "sold", "agent", "which"),
        ("[Iran|COUNTRY|IRN] agreed to start selling missiles.", "selling", "agent", "Iran"),
        ("The minister urged [Iran|COUNTRY|IRN] to stop selling missiles.", "selling", "agent", "Iran"),
        ("[Iran|COUNTRY|IRN] was accused of selling missiles.", "selling", "agent", "Iran"),
        ("[Iran|COUNTRY|IRN] built and sold missiles.", "sold", "agent", "Iran"),
        ("[Iran|COUNTRY|IRN] made a delivery of missiles.", "delivery", "agent", "Iran"),
        ("[Iran|COUNTRY|IRN] halted the delivery of missiles.", "delivery", "agent", "Iran"),
        ("The delivery of missiles by [Iran|COUNTRY|IRN] went ahead.", "delivery", "agent", "Iran"),
    ],
)
def test_functions(sentence: str, trigger: str, function: str, expected: str, doc_of: DocOf) -> None:
    doc = doc_of(sentence)
    at = next(token.i for token in doc if token.text == trigger)
    found = Walker(Tree(doc)).find(at, function)
    assert [doc[filler.token].text for filler in found][:1] == [expected]
    assert all(filler.construction and filler.path for filler in found)


def test_relative_pronouns_lead_to_their_antecedent(doc_of: DocOf) -> None:
    doc = doc_of("The missiles that [Iran|COUNTRY|IRN] sold failed.")
    tree = Tree(doc)
    assert tree.antecedent(2) == 1
    assert tree.antecedent(1) is None


def test_nothing_is_found_twice_and_no_walk_is_endless(doc_of: DocOf) -> None:
    doc = doc_of("[Iran|COUNTRY|IRN] made, bought, sold, lent, gave and promised to try to begin to send missiles.")
    walker = Walker(Tree(doc))
    for i in range(len(doc)):
        for function in ("agent", "theme", "to", "clause-subject", "holder", "body"):
            tokens = [filler.token for filler in walker.find(i, function)]
            assert len(tokens) == len(set(tokens))
