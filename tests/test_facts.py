"""What counts as a fact, and how much is held back."""

from __future__ import annotations

import pytest

from entityrel import AnnotatedArticle, Mention, Relation, facts
from entityrel.schema import MODALITIES, POLARITIES, Modality, Polarity, Span

TEXT = "Iran sold drones."
IRAN = Mention(start=0, end=4, text="Iran", label="COUNTRY", id="IRN")
DRONES = Mention(start=10, end=16, text="drones", label="WEAPON", id="drone")


def _relation(polarity: Polarity, modality: Modality) -> Relation:
    return Relation(
        predicate="transfers", subject=IRAN, object=DRONES, polarity=polarity, modality=modality,
        evidence=Span(start=0, end=17),
    )  # fmt: skip


def _article(*relations: Relation) -> AnnotatedArticle:
    return AnnotatedArticle(text=TEXT, entities=(IRAN, DRONES), relations=relations)


@pytest.mark.parametrize("polarity", POLARITIES)
@pytest.mark.parametrize("modality", MODALITIES)
def test_only_the_affirmed_and_actual_is_a_fact(polarity: Polarity, modality: Modality) -> None:
    relation = _relation(polarity, modality)
    found = facts(_article(relation))
    if (polarity, modality) == ("affirmed", "actual"):
        assert list(found) == [relation]
        assert not found.held_back
    else:
        assert len(found) == 0
        assert found.held_back == {"negated" if polarity == "negated" else modality: 1}


def test_nothing_is_lost_and_the_order_stays() -> None:
    stated = [_relation(polarity, modality) for polarity in POLARITIES for modality in MODALITIES]
    stated += [_relation("affirmed", "actual").model_copy(update={"date": "2023"})]
    found = facts(_article(*stated))
    assert list(found) == [relation for relation in stated if relation.is_fact]
    assert len(found) + sum(found.held_back.values()) == len(stated)


def test_a_claim_of_a_source_is_a_fact_of_the_article() -> None:
    claimed = _relation("affirmed", "actual").model_copy(update={"source": IRAN})
    assert list(facts(_article(claimed))) == [claimed]


def test_an_article_without_relations_has_no_facts() -> None:
    assert len(facts(_article())) == 0
