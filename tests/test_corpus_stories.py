"""Stories: one event by different reporters; other events of the same actors are others."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Iterable
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spacy.language import Language

from conftest import calls
from entityrel.corpus.annotate import annotate_many
from entityrel.corpus.stories import story_clusters
from entityrel.schema import AnnotatedArticle, Mention

STORIES = Path(__file__).parent / "data" / "stories.jsonl"


def _article(ident: str, date: str | None, names: Iterable[str], label: str = "LOC") -> AnnotatedArticle:
    text, mentions = "", []
    for name in names:
        mentions.append(Mention(start=len(text), end=len(text) + len(name), text=name, label=label, id=name))
        text += f"{name} "
    return AnnotatedArticle(id=ident, date=date, text=text, entities=tuple(mentions))


@pytest.mark.parametrize(("half", "floor"), [("a", 0.9), ("b", 0.9)])
def test_reports_of_one_event_are_one_story(nlp: Language, half: str, floor: float) -> None:
    # Thresholds were chosen on half a; half b was for measuring.
    rows = [json.loads(line) for line in STORIES.read_text(encoding="utf-8").splitlines()]
    event = {row["id"]: row["event"] for row in rows if row["id"].startswith(half)}
    gold = {pair for pair in combinations(sorted(event), 2) if event[pair[0]] == event[pair[1]]}
    groups = defaultdict(list)
    for ident, story in story_clusters(annotate_many(rows, nlp=nlp)).items():
        groups[story].append(ident)
    found = {pair for members in groups.values() for pair in combinations(sorted(members), 2)}
    found = {pair for pair in found if set(pair) <= event.keys()}
    assert 2 * len(gold & found) / (len(gold) + len(found)) >= floor, sorted(gold ^ found)


_NAMES = st.lists(st.sampled_from([f"place{number}" for number in range(12)]), max_size=6)
_DATES = st.sampled_from([None, "", "2024", "2024-05-01", "2024-05-03T12:00:00Z", "2024-05-09", "never"])


@given(st.lists(st.tuples(_NAMES, _DATES), max_size=12), st.randoms(use_true_random=False))
def test_the_order_does_not_matter(rows: list[tuple[list[str], str | None]], chance: random.Random) -> None:
    corpus = [_article(f"{number:02}", date, names) for number, (names, date) in enumerate(rows)]
    stories = story_clusters(corpus)
    assert set(stories) == {article.id for article in corpus}
    groups = defaultdict(list)
    for ident, story in stories.items():
        groups[story].append(ident)
    assert all(min(members) == story for story, members in groups.items())
    chance.shuffle(corpus)
    assert story_clusters(corpus) == stories


def test_days_apart_is_another_story() -> None:
    names = ["vovchansk", "lyptsi"]
    others = [_article(f"x{number}", "2024-05-01", [f"town{number}"]) for number in range(9)]
    days = ["2024-05-01", "2024-05-04", "2024-05-08"]
    stories = story_clusters([*others, *(_article(day, day, names) for day in days)])
    assert [stories[day] for day in days] == ["2024-05-01", "2024-05-01", "2024-05-08"]


def test_articles_without_a_day_are_compared_with_each_other() -> None:
    names = ["vovchansk", "lyptsi"]
    dates = {"a": None, "b": "2024-05", "c": "2024-05-01"}
    stories = story_clusters(
        [*(_article(ident, date, names) for ident, date in dates.items()), _article("d", None, [])]
    )
    assert stories == {"a": "a", "b": "a", "c": "c", "d": "d"}


def test_two_stories_with_an_article_between_them_stay_two() -> None:
    one, other = [f"one{number}" for number in range(6)], [f"other{number}" for number in range(6)]
    corpus = [_article(f"1{letter}", "2024-05-01", one) for letter in "abc"]
    corpus += [_article(f"2{letter}", "2024-05-01", other) for letter in "abc"]
    corpus.append(_article("between", "2024-05-01", one[:4] + other[:3]))
    stories = story_clusters(corpus)
    assert {stories[f"1{letter}"] for letter in "abc"} == {"1a"}
    assert {stories[f"2{letter}"] for letter in "abc"} == {"2a"}


def test_many_reports_of_one_event_are_one_story() -> None:
    chance = random.Random(1)
    names = [f"name{number}" for number in range(10)]
    corpus = [_article(f"{number:04}", "2024-05-01", chance.sample(names, 8)) for number in range(500)]
    corpus += [_article(f"x{number}", "2024-05-01", [f"town{number}", f"river{number}"]) for number in range(500)]
    stories = story_clusters(corpus)
    assert {stories[f"{number:04}"] for number in range(500)} == {"0000"}
    assert len(set(stories.values())) == 501


def test_a_person_without_the_first_name_is_the_same() -> None:
    full = _article("a", "2024-05-01", ["ingo-gerhartz", "boris-pistorius"], "PERSON")
    short = _article("b", "2024-05-01", ["gerhartz", "pistorius"], "PERSON")
    others = [_article(f"x{number}", "2024-05-01", [f"town{number}"]) for number in range(9)]
    assert story_clusters([full, short, *others])["b"] == "a"


def test_time_grows_with_the_number_of_articles() -> None:
    def corpus(days: int) -> list[AnnotatedArticle]:
        chance = random.Random(2)
        return [
            _article(
                f"{day}-{number}", f"2024-{1 + day // 28:02}-{1 + day % 28:02}", {f"n{chance.randrange(40)}": 0, "u": 0}
            )
            for day in range(days)
            for number in range(10)
        ]

    small, large = corpus(20), corpus(80)
    assert calls(lambda: story_clusters(large)) < 6 * calls(lambda: story_clusters(small))


def test_nothing_gives_nothing() -> None:
    assert story_clusters([]) == {}
    assert story_clusters([_article("a", "2024-05-01", [])]) == {"a": "a"}
