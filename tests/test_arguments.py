"""From a token to the mentions that act there, on parses of the shipped pipeline."""

from __future__ import annotations

import pytest
from spacy.language import Language
from spacy.tokens import Doc, Span

from conftest import DocOf
from entityrel.pipeline.arguments import Argument, ArgumentFinder
from entityrel.pipeline.state import state
from entityrel.pipeline.syntax import Tree

ACTORS = frozenset({"PERSON", "COUNTRY", "ORG"})
PLACES = frozenset({"COUNTRY", "LOC"})
WEAPONS = frozenset({"WEAPON"})


def _finder(doc: Doc) -> ArgumentFinder:
    return ArgumentFinder(doc, Tree(doc))


def _at(doc: Doc, word: str) -> int:
    return next(token.i for token in doc if token.text == word)


def _ids(found: list[Argument]) -> list[str]:
    return [item.id.partition(":")[2] for item in found]


@pytest.mark.parametrize(
    ("sentence", "token", "expected", "how"),
    [
        ("[Iran|COUNTRY|IRN] denied it.", "Iran", ["IRN"], ""),
        ("[Wang Yi|PERSON|wang-yi] denied it.", "Yi", ["wang-yi"], ""),
        # actor nouns
        ("[Russian|COUNTRY|RUS] troops crossed the river.", "troops", ["RUS"], "actor noun"),
        ("[Iran|COUNTRY|IRN]'s government denied it.", "government", ["IRN"], "actor noun"),
        ("The army of [Sudan|COUNTRY|SDN] crossed the river.", "army", ["SDN"], "actor noun"),
        ("Rebels from [Yemen|COUNTRY|YEM] crossed the river.", "Rebels", ["YEM"], "actor noun"),
        ("The [US|COUNTRY|USA]-led coalition crossed the river.", "coalition", ["USA"], "actor noun"),
        ("[French|COUNTRY|FRA] and [British|COUNTRY|GBR] soldiers left.", "soldiers", ["FRA", "GBR"], "actor noun"),
        ("The harvest of [Sudan|COUNTRY|SDN] was poor.", "harvest", [], ""),
        ("The [drone|WEAPON|drone] makers met.", "makers", [], ""),
        # apposition
        ("The supplier, [Rheinmetall|ORG|rheinmetall], denied it.", "supplier", ["rheinmetall"], "apposition"),
        # relative pronouns lead to their antecedent
        ("[Iran|COUNTRY|IRN], which sold tanks, denied it.", "which", ["IRN"], ""),
        ("[Russian|COUNTRY|RUS] officials who sold tanks were jailed.", "who", ["RUS"], "actor noun"),
        # coordination
        ("[Iran|COUNTRY|IRN], [Syria|COUNTRY|SYR] and [Iraq|COUNTRY|IRQ] met.", "Iran", ["IRN", "SYR", "IRQ"], ""),
    ],
)
def test_actors(sentence: str, token: str, expected: list[str], how: str, doc_of: DocOf) -> None:
    doc = doc_of(sentence)
    found = _finder(doc).find(_at(doc, token), ACTORS)
    assert _ids(found) == expected
    assert {item.how for item in found} <= {how}


@pytest.mark.parametrize(
    ("sentence", "token", "expected", "how"),
    [
        ("It sold dozens of [drones|WEAPON|drone].", "dozens", ["drone"], "measure"),
        ("It sold a batch of [tanks|WEAPON|tank] and [jets|WEAPON|jet].", "batch", ["tank", "jet"], "measure"),
        ("Two of the [tanks|WEAPON|tank] burned.", "Two", ["tank"], "measure"),
        ("It sold tons of wheat.", "tons", [], ""),
        ("It sold [weapons|WEAPON|weapon], including [tanks|WEAPON|tank].", "weapons", ["weapon", "tank"], None),
        ("It sold [jets|WEAPON|jet] such as the [Su-34|WEAPON|su-34].", "jets", ["jet", "su-34"], None),
        ("It supplied [Syria|COUNTRY|SYR] with [cruise|WEAPON|cm] and [ballistic missiles|WEAPON|bm].", "missiles",
         ["cm", "bm"], ""),
        ("It fired [cruise|WEAPON|cm] and [ballistic missiles|WEAPON|bm].", "cruise", ["cm", "bm"], ""),
    ],
)  # fmt: skip
def test_weapons(sentence: str, token: str, expected: list[str], how: str | None, doc_of: DocOf) -> None:
    doc = doc_of(sentence)
    found = _finder(doc).find(_at(doc, token), WEAPONS)
    assert _ids(found) == expected
    assert how is None or {item.how for item in found} <= {how}


def test_three_modifiers_of_one_head_are_three_weapons(nlp: Language) -> None:
    doc = Doc(
        nlp.vocab,
        ["It", "has", "cruise", ",", "tactical", "and", "ballistic", "missiles"],
        heads=[1, 1, 7, 2, 2, 4, 4, 1],
        deps=["nsubj", "ROOT", "nmod", "punct", "conj", "cc", "conj", "dobj"],
    )
    doc.set_ents([Span(doc, start, end, "WEAPON", kb_id=doc[start].text) for start, end in ((2, 3), (4, 5), (6, 8))])
    assert _ids(_finder(doc).find(7, WEAPONS)) == ["cruise", "tactical", "ballistic"]


def test_members_of_a_class_say_so(doc_of: DocOf) -> None:
    doc = doc_of("It sold [weapons|WEAPON|weapon], including [tanks|WEAPON|tank].")
    assert [item.how for item in _finder(doc).find(_at(doc, "weapons"), WEAPONS)] == ["", "member of the class"]


def test_only_mentions_with_one_of_the_labels(doc_of: DocOf) -> None:
    doc = doc_of("[Iran|COUNTRY|IRN] sold [tanks|WEAPON|tank].")
    finder = _finder(doc)
    assert finder.find(_at(doc, "Iran"), WEAPONS) == []
    assert finder.find(_at(doc, "tanks"), ACTORS) == []


def test_a_place_noun_stands_for_its_country_only_where_a_place_may_be_meant(doc_of: DocOf) -> None:
    doc = doc_of("It fired at [Ukrainian|COUNTRY|UKR] positions.")
    finder, token = _finder(doc), _at(doc, "positions")
    assert _ids(finder.find(token, PLACES)) == ["UKR"]
    assert finder.find(token, ACTORS) == []


@pytest.mark.parametrize(
    ("sentence", "token", "expected"),
    [
        ("[Russian|COUNTRY|RUS] [missiles|WEAPON|missile] fell.", "missiles", ["RUS"]),
        ("[Russia|COUNTRY|RUS]'s [missiles|WEAPON|missile] fell.", "missiles", ["RUS"]),
        ("[Missiles|WEAPON|missile] of [Iran|COUNTRY|IRN] fell.", "Missiles", ["IRN"]),
        ("[Missiles|WEAPON|missile] from [Iran|COUNTRY|IRN] fell.", "Missiles", []),
        ("[Missiles|WEAPON|missile] fell.", "Missiles", []),
        ("[Russian|COUNTRY|RUS] troops fell.", "troops", []),
    ],
)
def test_owner_of_the_weapon(sentence: str, token: str, expected: list[str], doc_of: DocOf) -> None:
    doc = doc_of(sentence)
    found = _finder(doc).owner(_at(doc, token), ACTORS)
    assert _ids(found) == expected
    assert all(item.how == "owner of the weapon" for item in found)


def test_direct_takes_the_mention_itself_and_no_noun_that_acts_for_it(doc_of: DocOf) -> None:
    doc = doc_of("[Russian|COUNTRY|RUS] and [Syrian|COUNTRY|SYR] troops left.")
    finder = _finder(doc)
    assert _ids(finder.direct(_at(doc, "Russian"), ACTORS)) == ["RUS", "SYR"]
    assert finder.direct(_at(doc, "troops"), ACTORS) == []


def test_anaphors_stand_for_what_the_resolver_says(doc_of: DocOf) -> None:
    doc = doc_of("[Iran|COUNTRY|IRN] and [Syria|COUNTRY|SYR] met. The two countries agreed. It rained.")
    countries = [[ent.start, ent.end] for ent in doc.ents]
    start = _at(doc, "The")
    state(doc)["anaphora"] = [[start, start + 3, countries], [_at(doc, "It"), _at(doc, "It") + 1, [[1, 2]]]]
    finder = _finder(doc)
    found = finder.find(_at(doc, "countries"), ACTORS)
    assert _ids(found) == ["IRN", "SYR"]
    assert {item.how for item in found} == {"anaphor"}
    assert finder.direct(_at(doc, "countries"), ACTORS) == []
    assert finder.find(_at(doc, "It"), ACTORS) == []  # its antecedent is no mention any more


def test_actor_nouns_and_heads_of_mentions(doc_of: DocOf) -> None:
    doc = doc_of("[Russian|COUNTRY|RUS] troops fired [anti-tank guided missiles|WEAPON|atgm].")
    finder = _finder(doc)
    assert finder.is_actor_noun(_at(doc, "troops"))
    assert not finder.is_actor_noun(_at(doc, "fired"))
    headed = finder.mention_headed_by(_at(doc, "missiles"))
    assert headed is not None
    assert headed.id == "WEAPON:atgm"
    assert finder.mention_headed_by(_at(doc, "guided")) is None
    assert finder.mention_headed_by(_at(doc, "troops")) is None


def test_nothing_is_given_twice(doc_of: DocOf) -> None:
    doc = doc_of("[Iran|COUNTRY|IRN]'s army and the navy of [Iran|COUNTRY|IRN] fired [missiles|WEAPON|missile].")
    finder = _finder(doc)
    for token in range(len(doc)):
        for labels in (ACTORS, PLACES, WEAPONS):
            found = finder.find(token, labels)
            assert len(found) == len(set(found))


def test_a_long_list_is_taken_whole_and_a_hostile_one_ends(nlp: Language) -> None:
    for count, expected in ((12, 12), (3000, 24)):
        words = ["They", "met", *(f"A{i}" for i in range(count))]
        heads = [1, 1, 1, *range(2, count + 1)]
        deps = ["nsubj", "ROOT", "dobj", *["conj"] * (count - 1)]
        doc = Doc(nlp.vocab, words, heads=heads, deps=deps)
        doc.set_ents([Span(doc, i, i + 1, "COUNTRY", kb_id=doc[i].text) for i in range(2, count + 2)])
        assert len(_finder(doc).find(2, ACTORS)) == expected
