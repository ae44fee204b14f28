"""The laws of the merger, over random proposals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from entityrel.knowledge.ontology import load_ontology
from entityrel.pipeline.merger import merge
from entityrel.pipeline.state import Proposal, TokenSpan

ONTOLOGY = load_ontology()
#: Entities by position; several mentions share an entity, as in a text.
ENTITIES = [
    ("COUNTRY", "IRN"), ("COUNTRY", "RUS"), ("WEAPON", "drone"), ("COUNTRY", "IRN"), ("PERSON", "putin"),
    ("LOC", "kyiv"), ("WEAPON", "tank"), ("ORG", "wagner"),
]  # fmt: skip
SENTENCE_LENGTH = 4
spans = st.integers(0, len(ENTITIES) - 1).map(lambda i: (i, i + 1))


def entity_of(span: TokenSpan) -> tuple[str, str]:
    return ENTITIES[span[0]]


def sentence_of(span: TokenSpan) -> int:
    return span[0] // SENTENCE_LENGTH


@st.composite
def proposals(draw: st.DrawFn) -> Proposal:
    predicate = draw(st.sampled_from(["transfers", "attacks", "meets", "uses", "leads"]))
    item = Proposal(
        predicate=predicate,
        subject=draw(spans),
        object=draw(spans),
        recipient=draw(st.none() | spans),
        trigger=draw(st.none() | spans),
        extractor=draw(st.sampled_from(["ruler", "classifier"])),
        score=draw(st.sampled_from([0.2, 0.5, 0.7, 0.9])),
    )
    if item["extractor"] == "ruler":
        item["frame"] = f"{predicate}.test"
    return item


def merged(items: Sequence[Proposal]) -> list[Proposal]:
    return merge(items, entity_of, sentence_of, ONTOLOGY)


def arguments(item: Proposal) -> tuple[Any, ...]:
    return item["predicate"], item["subject"], item["object"], item.get("recipient")


@given(st.lists(proposals(), max_size=12), st.randoms())
def test_the_order_of_the_proposals_does_not_matter(items: list[Proposal], random: Any) -> None:
    shuffled = list(items)
    random.shuffle(shuffled)
    assert merged(items) == merged(shuffled)


@given(st.lists(proposals(), max_size=12))
def test_merging_again_changes_nothing(items: list[Proposal]) -> None:
    once = merged(items)
    assert merged(once) == once


@given(st.lists(proposals(), max_size=12))
def test_nothing_is_invented_or_forbidden(items: list[Proposal]) -> None:
    proposed = {arguments(item) for item in items}
    for item in merged(items):
        assert arguments(item) in proposed
        labels = [entity_of(item[role])[0] for role in ("subject", "object")]
        recipient = item.get("recipient")
        assert ONTOLOGY.predicates[item["predicate"]].allows(
            labels[0], labels[1], entity_of(recipient)[0] if recipient else None
        )
        assert item["confidence"] == max(item["scores"].values()) >= 0.5
        assert entity_of(item["subject"]) != entity_of(item["object"])


@given(st.lists(proposals(), max_size=12))
def test_no_sentence_says_both_a_relation_and_its_reverse(items: list[Proposal]) -> None:
    said = {
        (
            sentence_of(item.get("trigger") or item["object"]),
            entity_of(item["subject"]),
            entity_of(item["object"]),
        ): item
        for item in merged(items)
        if item["predicate"] == "attacks"
    }
    for (sentence, subject, object_), item in said.items():
        other = said.get((sentence, object_, subject))
        if other is not None:  # only one frame at one trigger may say both: "they exchange missiles"
            assert item["frame"] == other["frame"]
            assert item["trigger"] == other["trigger"]


def test_a_model_does_not_reverse_a_rule() -> None:
    rule = Proposal(
        predicate="attacks", subject=(0, 1), object=(1, 2), recipient=None, trigger=(0, 1), extractor="ruler",
        score=0.6, frame="attacks.attack",
    )  # fmt: skip
    model = Proposal(
        predicate="attacks", subject=(1, 2), object=(0, 1), recipient=None, trigger=(0, 1), extractor="classifier",
        score=0.9,
    )  # fmt: skip
    assert [arguments(item) for item in merged([model, rule])] == [arguments(rule)]


def test_a_model_names_no_other_parties_than_a_rule() -> None:
    rule = Proposal(
        predicate="transfers", subject=(0, 1), object=(2, 3), recipient=(1, 2), trigger=(0, 1), extractor="ruler",
        score=0.8, frame="transfers.supply",
    )  # fmt: skip
    giver, taker, surer, elsewhere, other_weapon = (
        Proposal(
            predicate="transfers", subject=subject, object=weapon, recipient=taker, trigger=trigger,
            extractor="classifier", score=score,
        )
        for subject, weapon, taker, trigger, score in (
            ((7, 8), (2, 3), (1, 2), (0, 1), 0.7),
            ((0, 1), (2, 3), (7, 8), (0, 1), 0.7),
            ((7, 8), (2, 3), (1, 2), (0, 1), 0.9),
            ((7, 8), (2, 3), (1, 2), (5, 6), 0.7),
            ((7, 8), (6, 7), (1, 2), (0, 1), 0.7),
        )
    )  # fmt: skip
    assert merged([rule, giver, taker]) == merged([rule])
    for other in (surer, elsewhere, other_weapon):
        assert len(merged([rule, other])) == 2
    bare = Proposal(**rule)
    bare["recipient"] = None
    assert len(merged([bare, taker])) == 1
    assert merged([bare, taker])[0]["recipient"] == (7, 8)


def test_agreeing_extractors_make_one_relation_with_both_scores() -> None:
    rule = Proposal(
        predicate="transfers", subject=(0, 1), object=(2, 3), recipient=(1, 2), trigger=(0, 1), extractor="ruler",
        score=0.8, frame="transfers.supply",
    )  # fmt: skip
    model = Proposal(
        predicate="transfers", subject=(3, 4), object=(2, 3), recipient=(1, 2), trigger=(0, 1),
        extractor="classifier", score=0.9,
    )  # fmt: skip
    bare = Proposal(
        predicate="transfers", subject=(0, 1), object=(2, 3), recipient=None, trigger=(0, 1), extractor="classifier",
        score=0.95,
    )  # fmt: skip
    (relation,) = merged([bare, model, rule])
    assert relation["scores"] == {"classifier": 0.9, "ruler": 0.8}
    assert relation["frame"] == "transfers.supply"
    assert relation["recipient"] == (1, 2)


def test_what_the_classifier_saw_and_did_not_find_is_doubted() -> None:
    rule = Proposal(
        predicate="attacks", subject=(0, 1), object=(1, 2), recipient=None, trigger=(0, 1), extractor="ruler",
        score=0.6, frame="attacks.attack",
    )  # fmt: skip
    model = Proposal(
        predicate="meets", subject=(0, 1), object=(1, 2), recipient=None, trigger=(0, 1), extractor="classifier",
        score=0.6,
    )  # fmt: skip
    assert [item["predicate"] for item in merge([rule, model], entity_of, sentence_of, ONTOLOGY, doubt=0.7)] == [
        "meets"
    ]
    assert len(merge([rule, model], entity_of, sentence_of, ONTOLOGY)) == 2
