"""Texts of peace: a weapon's word, a capital, a language and a surname that name no weapon and no country there."""

from __future__ import annotations

import pytest
import spacy
from spacy.tokens import Doc, Span, SpanGroup

from entityrel.knowledge.gazetteer import load_gazetteer
from entityrel.knowledge.settings import load_settings
from entityrel.pipeline.peace import in_its_setting
from entityrel.pipeline.state import GAZETTEER_SPANS

VOCAB = spacy.blank("en").vocab
PADDING = ["grease", "the", "mould", "and", "chill", "it", "well", "."] * 10


def read(
    words: str, *mentions: tuple[str, str], heads: dict[str, tuple[str, str]] | None = None, rest: list[str] = PADDING
) -> list[tuple[str, str]]:
    """What is left of mentions (word, label) of a text; heads: {word: (its head, the relation)}."""
    tokens = words.split()
    at = {word: tokens.index(word) for word in tokens}
    tree = {at[word]: (at[head], dep) for word, (head, dep) in (heads or {}).items()}
    text = [*tokens, *rest]
    doc = Doc(
        VOCAB,
        text,
        heads=[tree.get(i, (i, ""))[0] for i in range(len(text))],
        deps=[tree.get(i, (i, "ROOT"))[1] for i in range(len(text))],
        lemmas=[{"speaks": "speak"}.get(word, word) for word in text],
        tags=["NNP" if word.istitle() else "NN" for word in text],
    )
    marks = [Span(doc, at[w], at[w] + 1, "WEAPON", span_id="designation!") for w, _ in mentions if "-" in w]
    doc.spans[GAZETTEER_SPANS] = SpanGroup(doc, name=GAZETTEER_SPANS, spans=marks)
    spans = [Span(doc, at[word], at[word] + 1, label) for word, label in mentions]
    gazetteer = load_gazetteer()
    countries: dict[str, frozenset[str]] = {}
    for span in spans:
        for alias in gazetteer.lookup(span.text, "COUNTRY"):
            countries[alias.id] = countries.get(alias.id, frozenset()) | {span.text}
    return [(span.text, span.label_) for span in in_its_setting(spans, doc, gazetteer, doc.text, countries)]


def test_a_bomb_in_the_kitchen_is_no_weapon() -> None:
    assert read("fill the bomb with sorbet .", ("bomb", "WEAPON")) == []


@pytest.mark.parametrize(
    "words",
    ["rebels hid the bomb .", "three were killed and nine wounded as the bomb exploded .", "a bomb of the civil war ."],
)
def test_words_of_arms_leave_weapons_alone(words: str) -> None:
    assert read(words, ("bomb", "WEAPON")) == [("bomb", "WEAPON")]


def test_a_weapon_is_no_evidence_of_itself() -> None:
    words = "a missile of a shot , and the arsenal has ammunition ."
    assert read(words, *((word, "WEAPON") for word in ("missile", "arsenal", "ammunition"))) == []
    assert len(read(words, ("missile", "WEAPON"))) == 1


def test_short_texts_countries_and_designations_leave_weapons_alone() -> None:
    assert read("fill the bomb .", ("bomb", "WEAPON"), rest=[]) == [("bomb", "WEAPON")]
    assert ("drones", "WEAPON") in read("Turkey sells drones .", ("Turkey", "COUNTRY"), ("drones", "WEAPON"))
    assert read("see an F-16 and a drone .", ("F-16", "WEAPON"), ("drone", "WEAPON")) == [("F-16", "WEAPON")]


def test_an_unknown_weapon_needs_a_text_of_arms() -> None:
    mentions = ("Tonga", "COUNTRY"), ("Bluebird", "WEAPON"), ("tank", "WEAPON")
    assert read("Tonga likes the Bluebird and its tank .", *mentions) == [("Tonga", "COUNTRY"), ("tank", "WEAPON")]
    assert len(read("the army of Tonga likes the Bluebird and its tank .", *mentions)) == 3


def test_capitals_are_places_where_no_state_acts() -> None:
    assert read("she loves Athens in spring .", ("Athens", "COUNTRY")) == [("Athens", "LOC")]
    assert read("the minister says Athens agrees .", ("Athens", "COUNTRY")) == [("Athens", "COUNTRY")]


@pytest.mark.parametrize(
    ("words", "heads", "kept"),
    [
        ("a song in Czech .", {"in": ("song", "prep"), "Czech": ("in", "pobj")}, False),
        ("she speaks Czech .", {"Czech": ("speaks", "dobj")}, False),
        ("the Czech : zpěv .", {}, False),
        ("she speaks Danish and Czech .", {"Danish": ("speaks", "dobj"), "Czech": ("Danish", "conj")}, False),
        ("faith in Germany .", {"in": ("faith", "prep"), "Germany": ("in", "pobj")}, True),
        ("in Czech hands .", {"Czech": ("hands", "amod"), "hands": ("in", "pobj")}, True),
    ],
)
def test_languages(words: str, heads: dict[str, tuple[str, str]], kept: bool) -> None:
    name = "Germany" if "Germany" in words else "Czech"
    assert bool(read(words, (name, "COUNTRY"), heads=heads)) is kept


def test_the_north_needs_a_divided_country() -> None:
    assert read("the North shipped cotton .", ("North", "COUNTRY")) == []
    assert len(read("the North and Korea .", ("North", "COUNTRY"), ("Korea", "COUNTRY"))) == 2


def test_persons_with_the_name_of_a_country() -> None:
    assert read("Miss Holland knits .", ("Holland", "COUNTRY")) == [("Holland", "PERSON")]
    assert read("a boy called Chad knits .", ("Chad", "COUNTRY")) == [("Chad", "PERSON")]
    first_name = {"Rafe": ("Holland", "compound")}
    assert read("here Rafe Holland knits .", ("Holland", "COUNTRY"), heads=first_name) == [("Rafe Holland", "PERSON")]
    surname = {"Chad": ("Brewer", "compound")}
    assert read("here Chad Brewer knits .", ("Chad", "COUNTRY"), heads=surname) == [("Chad Brewer", "PERSON")]
    basin = {"Chad": ("Basin", "compound")}
    assert read("the Chad Basin fills .", ("Chad", "COUNTRY"), heads=basin) == [("Chad", "COUNTRY")]
    dutch = ("Dutch", "COUNTRY")
    assert read("Dutch Miss Holland knits .", dutch, ("Holland", "COUNTRY")) == [dutch, ("Holland", "COUNTRY")]
    assert read("on Tuesday Jordan won .", ("Jordan", "COUNTRY"), heads={"Tuesday": ("Jordan", "compound")}) == [
        ("Jordan", "COUNTRY")
    ]


def test_cues_are_single_words_in_lower_case() -> None:
    settings = load_settings()
    for word in settings.arms | settings.hints | settings.states:
        assert word.isalpha() and word.islower(), word
    assert not settings.arms & (settings.hints | settings.states)


@pytest.mark.parametrize(
    ("words", "heads"),
    [
        ("Chad Jordan smiled .", {"Chad": ("Jordan", "compound")}),
        ("Chad Smith Jordan smiled .", {"Chad": ("Smith", "compound"), "Smith": ("Jordan", "compound")}),
    ],
)
def test_persons_do_not_overlap(words: str, heads: dict[str, tuple[str, str]]) -> None:
    found = read(words, ("Chad", "COUNTRY"), ("Jordan", "COUNTRY"), heads=heads)
    tokens = [word for text, _ in found for word in text.split()]
    assert len(tokens) == len(set(tokens))
    assert {"Chad", "Jordan"} <= set(tokens)
