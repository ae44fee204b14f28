"""Copies of wire stories: cut, re-headlined, edited and with paragraphs put in; other reports are none."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Mapping
from itertools import combinations
from pathlib import Path

import pytest

import copy_sets
from entityrel import markup
from entityrel.corpus.copies import copy_clusters
from entityrel.corpus.examples import example_articles
from entityrel.schema import Article

GOLD = Path(__file__).parents[1] / "models" / "gold" / "train"
FILLERS = ("the", "also", "reportedly", "new", "said", "officials")


def _copy(text: str, kind: str, other: str, chance: random.Random) -> str:
    sentences = re.split(r"(?<=[.!?])\s+", text)
    if "cut" in kind:
        sentences = sentences[: max(3, int(len(sentences) * chance.uniform(0.4, 0.8)))]
    if "headline" in kind:
        sentences = ["BREAKING: our staff and agencies report from the region.", *sentences]
    if "insert" in kind:
        place = chance.randrange(len(sentences))
        sentences[place:place] = re.split(r"(?<=[.!?])\s+", other)[:4]
    words = " ".join(sentences).split(" ")
    if "edit" in kind:
        words = [chance.choice(FILLERS) if chance.random() < 0.08 else word for word in words]
    return " ".join(words)


def _pairs(clusters: Mapping[str, str]) -> set[tuple[str, str]]:
    groups = defaultdict(list)
    for ident, cluster in clusters.items():
        groups[cluster].append(ident)
    return {pair for members in groups.values() for pair in combinations(sorted(members), 2)}


@pytest.mark.skipif(not GOLD.exists(), reason="the gold files are not in an installed package")
def test_copies_are_found_with_f_95() -> None:
    chance = random.Random(11)
    originals = [markup.read(path) for path in sorted(GOLD.glob("*-0[2-6].ann"))]
    corpus: list[Article] = list(originals)
    truth = {article.id: article.id for article in originals}
    for article in originals[::2]:
        for number in range(chance.randint(1, 3)):
            kind = chance.choice(["cut", "headline", "insert", "edit", "cut+edit", "headline+cut"])
            text = _copy(article.text, kind, chance.choice(originals).text, chance)
            corpus.append(Article(id=f"{article.id}/{number}/{kind}", text=text))
            truth[corpus[-1].id] = article.id
    gold, found = _pairs(truth), _pairs(copy_clusters(corpus))
    precision, recall = len(gold & found) / len(found), len(gold & found) / len(gold)
    assert len(gold) > 200
    assert 2 * precision * recall / (precision + recall) >= 0.95, (precision, recall, sorted(found ^ gold))


@pytest.mark.skipif(not GOLD.exists(), reason="the gold files are not in an installed package")
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_paraphrased_copies_are_found_and_other_reports_are_not(seed: int) -> None:
    corpus, truth = copy_sets.corpus(seed)
    gold, found = _pairs(truth), _pairs(copy_clusters(corpus))
    precision, recall = len(gold & found) / len(found), len(gold & found) / len(gold)
    assert sum("paraphrase" in one + other for one, other in gold) > 100
    assert 2 * precision * recall / (precision + recall) >= 0.95, (precision, recall, sorted(found ^ gold))


def test_the_order_does_not_matter() -> None:
    examples = example_articles()
    corpus = [*examples, *(Article(id=f"copy-{item.id}", text=item.text[:-300] + " End.") for item in examples[:5])]
    clusters = copy_clusters(corpus)
    assert _pairs(clusters) == {(f"copy-{item.id}", item.id) for item in examples[:5]}
    random.Random(1).shuffle(corpus)
    assert copy_clusters(corpus) == clusters


def test_many_copies_of_one_text_are_one_cluster() -> None:
    text = example_articles()[0].text
    corpus = [Article(id=f"{number:03}", text=f"{text} {number}") for number in range(200)]
    assert set(copy_clusters(corpus).values()) == {"000"}


def test_two_reports_of_one_event_are_no_copies() -> None:
    one = (
        "Iran has handed a second consignment of drones to Russia, the White House said on Monday. John Kirby, its "
        "spokesman, told reporters that the aircraft left Tehran last week. Iran denies the claim."
    )
    other = (
        "WASHINGTON - A White House spokesman, John Kirby, accused Tehran on Monday of giving Moscow more drones. The "
        "shipment was flown out days ago, he said at a briefing. Iranian officials rejected the accusation."
    )
    assert copy_clusters([Article(id="1", text=one), Article(id="2", text=other)]) == {"1": "1", "2": "2"}


@pytest.mark.parametrize("texts", [[], [""], ["", ""], ["one", "one"], ["\x00", "🚀"]])
def test_texts_of_few_words(texts: list[str]) -> None:
    clusters = copy_clusters([Article(id=str(number), text=text) for number, text in enumerate(texts)])
    assert set(clusters) == {str(number) for number in range(len(texts))}
    if texts == ["", ""]:
        assert clusters == {"0": "0", "1": "1"}
