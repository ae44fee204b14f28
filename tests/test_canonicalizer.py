"""The canonicaliser: what the recogniser found, settled with the gazetteer; one id for each entity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pytest
import spacy
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc, DocBin, Span

from conftest import calls
from entityrel.pipeline.canonicalizer import CanonicalizerComponent, make_canonicalizer
from entityrel.pipeline.gazetteer import GazetteerComponent
from entityrel.pipeline.reconcile import trim
from entityrel.pipeline.state import names, state

WORDS = ["Iran", "Turkey", "the", "(", "'s", "J.", "Lee", "\n", " ", "💥", "US", "-", "Zork", "F-16"]
VOCAB = spacy.blank("en").vocab
assert make_canonicalizer, "importing the module registers the factory"


@pytest.fixture(scope="module")
def nlp() -> Language:
    return spacy.blank("en")


def settle(nlp: Language, text: str, found: Mapping[str, str] | Iterable[tuple[str, str]] = (), date: str = "") -> Doc:
    """A Doc with the recogniser's mentions given as text and label, all occurrences, and both components run."""
    doc = nlp.make_doc(text)
    spans = []
    for surface, label in dict(found).items():
        start = text.find(surface)
        while start >= 0:
            span = doc.char_span(start, start + len(surface), label=label)
            spans += [span] if span is not None else []
            start = text.find(surface, start + 1)
    doc.set_ents(spacy.util.filter_spans(spans))
    if date:
        state(doc)["article_date"] = date
    return CanonicalizerComponent()(GazetteerComponent()(doc))


def ents(doc: Doc) -> list[tuple[str, str, str]]:
    return [(ent.text, ent.label_, ent.kb_id_) for ent in doc.ents]


def id_of(doc: Doc, text: str) -> str:
    return next(ent.kb_id_ for ent in doc.ents if ent.text == text)


def label_of(doc: Doc, text: str) -> str:
    return next((ent.label_ for ent in doc.ents if ent.text == text), "")


@pytest.mark.parametrize(
    ("text", "mention", "label", "trimmed"),
    [
        ("He met the Iranian's", "the Iranian's", "COUNTRY", "Iranian"),
        ("Said “Vladimir Putin”,", "“Vladimir Putin”,", "PERSON", "Vladimir Putin"),
        ("in The Hague.", "The Hague.", "LOC", "The Hague"),
        ("the tanks", "the tanks", "WEAPON", "tanks"),
        ("the CPI(M)", "the CPI(M)", "ORG", "CPI(M)"),
        ("no-dong missiles", "no-dong missiles", "WEAPON", "no-dong missiles"),
    ],
)
def test_trim(nlp: Language, text: str, mention: str, label: str, trimmed: str) -> None:
    doc = nlp.make_doc(text)
    start = text.index(mention)
    span = doc.char_span(start, start + len(mention), label=label)
    assert span is not None
    result = trim(span)
    assert result is not None and result.text == trimmed


def test_trim_leaves_nothing_of_punctuation(nlp: Language) -> None:
    doc = nlp.make_doc('", the')
    assert trim(Span(doc, 0, 2, "ORG")) is None


def test_sure_names_are_added_and_boundaries_corrected(nlp: Language) -> None:
    doc = settle(nlp, "Troops of Papua New Guinea met the Kazakh envoy in northern Iraq.",
                 {"Guinea": "COUNTRY", "Kazakh": "PERSON", "northern Iraq": "COUNTRY"})  # fmt: skip
    assert ents(doc) == [
        ("Papua New Guinea", "COUNTRY", "PNG"), ("Kazakh", "COUNTRY", "KAZ"), ("Iraq", "COUNTRY", "IRQ"),
    ]  # fmt: skip


def test_a_word_in_a_longer_name_is_not_annotated_again(nlp: Language) -> None:
    doc = settle(nlp, "The Russian Foreign Ministry spoke.", {"Russian Foreign Ministry": "ORG"})
    assert [(ent.text, ent.label_) for ent in doc.ents] == [("Russian Foreign Ministry", "ORG")]


def test_us_and_us_turkey_and_turkey(nlp: Language) -> None:
    doc = settle(nlp, "The US told us that Turkey eats turkey from China on china.")
    assert ents(doc) == [("US", "COUNTRY", "USA"), ("Turkey", "COUNTRY", "TUR"), ("China", "COUNTRY", "CHN")]


def test_capital_stays_what_the_recogniser_says(nlp: Language) -> None:
    doc = settle(nlp, "Tehran spoke. It came from Tehran.", {"Tehran": "COUNTRY"})
    assert {ent.label_ for ent in doc.ents} == {"COUNTRY"} and id_of(doc, "Tehran") == "IRN"
    doc = settle(nlp, "He slept in Tehran.", {"Tehran": "LOC"})
    assert ents(doc) == [("Tehran", "LOC", "tehran")]
    assert ents(settle(nlp, "He slept in Tehran.")) == [], "a capital alone is not sure"


@pytest.mark.parametrize(
    ("text", "given", "label"),
    [
        ("He arrived in Tehran.", "COUNTRY", "LOC"),
        ("She flew to Tehran.", "COUNTRY", "LOC"),
        ("Riyadh accused Tehran.", "LOC", "COUNTRY"),
        ("Tehran denies it.", "LOC", "COUNTRY"),
    ],
)
def test_words_that_leave_no_choice(nlp: Language, text: str, given: str, label: str) -> None:
    assert label_of(settle(nlp, text, {"Tehran": given}), "Tehran") == label


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("The talks in Berlin, Germany, ended.", "Berlin"),
        ("A mayor from Moscow, Idaho, spoke.", "Moscow"),
        ("KABUL: For 25 years there was war.", "KABUL"),
        ("She moved to Lebanon, Tennessee.", "Lebanon"),
    ],
)
def test_capital_or_country_that_is_a_place(nlp: Language, text: str, name: str) -> None:
    assert (
        label_of(settle(nlp, text, {name: "COUNTRY", "Germany": "COUNTRY", "Idaho": "LOC", "Tennessee": "LOC"}), name)
        == "LOC"
    )


def test_georgia_jordan_and_chad_by_what_else_the_article_names(nlp: Language) -> None:
    state_ = settle(nlp, "Georgia voted. Atlanta was calm.", {"Georgia": "COUNTRY", "Atlanta": "LOC"})
    assert label_of(state_, "Georgia") == "LOC"
    country = settle(
        nlp, "Georgia voted. Atlanta watched Tbilisi.", {"Georgia": "COUNTRY", "Atlanta": "LOC", "Tbilisi": "LOC"}
    )
    assert ents(country)[0] == ("Georgia", "COUNTRY", "GEO")
    player = settle(nlp, "Michael Jordan smiled. Jordan left.", {"Michael Jordan": "PERSON", "Jordan": "COUNTRY"})
    assert [ent.label_ for ent in player.ents] == ["PERSON", "PERSON"]
    assert len({ent.kb_id_ for ent in player.ents}) == 1
    kingdom = settle(nlp, "Jordan and the Jordanians.", {"Jordan": "COUNTRY", "Jordanians": "COUNTRY"})
    assert [ent.kb_id_ for ent in kingdom.ents] == ["JOR", "JOR"]
    friend = settle(
        nlp, "Chad Tillotson writes. Nobody was hurt, Chad adds.", {"Chad Tillotson": "PERSON", "Chad": "COUNTRY"}
    )
    assert label_of(friend, "Chad") == "PERSON"


def test_a_surname_is_found_wherever_it_stands(nlp: Language) -> None:
    doc = settle(nlp, "Zork Quimby came. Nobody saw Quimby, and quimby is no name.", {"Zork Quimby": "PERSON"})
    assert [ent.text for ent in doc.ents] == ["Zork Quimby", "Quimby"]


def test_one_name_has_one_label(nlp: Language) -> None:
    text = "Zork Quimby came. Quimby spoke. Hamfield paid. Hamfield sued Hamfield."
    doc = nlp.make_doc(text)
    labels = {0: "PERSON", 4: "ORG", 7: "ORG", 10: "LOC", 12: "ORG"}
    doc.set_ents([Span(doc, i, i + (2 if i == 0 else 1), label) for i, label in labels.items()])
    doc = CanonicalizerComponent()(doc)
    assert [ent.label_ for ent in doc.ents] == ["PERSON", "PERSON", "ORG", "ORG", "ORG"]


def test_shared_country_names_follow_the_article(nlp: Language) -> None:
    def code(text: str, name: str, date: str = "") -> str:
        return id_of(settle(nlp, text, {name: "COUNTRY", "Brazzaville": "COUNTRY"}, date), name)

    assert code("Congo rejected it.", "Congo") == "COD"
    assert code("Congo rejected it. Congo-Brazzaville paid.", "Congo") == "COG"
    assert code("The Korean side; North Korea fired.", "Korean") == "PRK"
    assert code("The Korean side; North Korea and South Korea.", "Korean") == "KOR"
    assert code("Moscow sent tanks.", "Moscow") == "RUS"
    assert code("Moscow sent tanks.", "Moscow", "1979-12-27") == "SUN"
    assert code("Moscow, which led the Soviet Union, sent tanks.", "Moscow") == "SUN"
    assert code("In 1968, Moscow sent tanks to Prague.", "Moscow", "2018-08-20") == "SUN"
    assert code("Soviet tanks, said Russia. Moscow agreed.", "Moscow", "2022-05-01") == "RUS"
    assert code("Nigerien troops", "Nigerien") == "NER" and code("Nigerian troops", "Nigerian") == "NGA"


def test_country_ids_are_always_valid_codes(nlp: Language) -> None:
    doc = settle(nlp, "The Ukranian, Azerbaiijani and Kurdish men left Transnistria for Zork; Zork denied it.",
                 dict.fromkeys(("Ukranian", "Azerbaiijani", "Kurdish", "Transnistria", "Zork"), "COUNTRY"))  # fmt: skip
    assert ents(doc)[:2] == [("Ukranian", "COUNTRY", "UKR"), ("Azerbaiijani", "COUNTRY", "AZE")]
    assert label_of(doc, "Transnistria") == "LOC"
    assert label_of(doc, "Kurdish") == "" and label_of(doc, "Zork") == ""


def test_persons_of_an_article(nlp: Language) -> None:
    found = dict.fromkeys(("Ebrahim Raisi", "Bashar al-Assad", "Raisi", "Assad"), "PERSON")
    doc = settle(nlp, "President Ebrahim Raisi met Bashar al-Assad. Raisi praised Assad, and Mr. Raisi left.", found)
    people = [ent.kb_id_ for ent in doc.ents if ent.label_ == "PERSON"]
    assert people == ["ebrahim-raisi", "bashar-al-assad", "ebrahim-raisi", "bashar-al-assad", "ebrahim-raisi"]
    assert names(doc)["PERSON:ebrahim-raisi"] == "Ebrahim Raisi"


def test_acronyms_are_what_the_article_says(nlp: Language) -> None:
    doc = settle(nlp, "The Zanzibar Electric Board (ZEB) spoke. The ZEB paid the board of the IAEA.",
                 {"Zanzibar Electric Board": "ORG", "ZEB": "ORG", "IAEA": "ORG"})  # fmt: skip
    orgs = [ent.kb_id_ for ent in doc.ents if ent.label_ == "ORG"]
    assert len(orgs) == 4 and len(set(orgs[:3])) == 1
    assert names(doc)[f"ORG:{orgs[0]}"] == "Zanzibar Electric Board"


def test_names_of_weapons_and_countries(nlp: Language) -> None:
    doc = settle(nlp, "Tehran sent Geran-2 drones and kamikaze drones.",
                 {"Tehran": "COUNTRY", "Geran-2 drones": "WEAPON", "kamikaze drones": "WEAPON"})  # fmt: skip
    assert names(doc)["COUNTRY:IRN"] == "Iran"
    assert id_of(doc, "Geran-2 drones") == "shahed-136" and names(doc)["WEAPON:shahed-136"] == "Shahed-136"
    assert id_of(doc, "kamikaze drones") == "kamikaze-drone"
    assert names(doc)["WEAPON:kamikaze-drone"] == "kamikaze drones"


def test_idioms_are_no_countries_even_for_the_recogniser(nlp: Language) -> None:
    doc = settle(nlp, "Danish pastries and Guinea pigs in South American homes.",
                 {"Danish": "COUNTRY", "Guinea": "COUNTRY", "American": "COUNTRY"})  # fmt: skip
    assert doc.ents == ()
    assert settle(nlp, "Eat turkey on china with us.", dict.fromkeys(("turkey", "china", "us"), "COUNTRY")).ents == ()


def test_labels_of_stock_pipelines_become_ours(nlp: Language) -> None:
    doc = settle(nlp, "The Democrats flew from Lagos Airport in Paris to Peru with T-72 and Barbie on Monday.",
                 {"Democrats": "NORP", "Lagos Airport": "FAC", "Paris": "GPE", "Peru": "GPE", "T-72": "PRODUCT",
                  "Barbie": "PRODUCT", "Monday": "DATE"})  # fmt: skip
    assert [(ent.text, ent.label_) for ent in doc.ents] == [
        ("Lagos Airport", "LOC"), ("Paris", "LOC"), ("Peru", "COUNTRY"), ("T-72", "WEAPON"),
    ]  # fmt: skip


def test_state_is_plain_data(nlp: Language) -> None:
    doc = settle(nlp, "Iran and Iraq.")
    stored = next(iter(DocBin(store_user_data=True, docs=[doc]).get_docs(nlp.vocab)))
    assert names(stored) == {"COUNTRY:IRN": "Iran", "COUNTRY:IRQ": "Iraq"}
    assert ents(stored) == ents(doc)


def test_runs_without_the_gazetteer_component(nlp: Language) -> None:
    doc = nlp.make_doc("Iran spoke.")
    doc.set_ents([Span(doc, 0, 1, "COUNTRY")])
    assert ents(CanonicalizerComponent()(doc)) == [("Iran", "COUNTRY", "IRN")]


def test_works_in_several_processes() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("entityrel_gazetteer")
    nlp.add_pipe("entityrel_canonicalizer")
    docs: list[Any] = list(nlp.pipe(["Iran spoke.", "Iraq spoke."], n_process=2, batch_size=1))
    assert [ents(doc)[0][2] for doc in docs] == ["IRN", "IRQ"]


def test_work_grows_with_the_length_only(nlp: Language) -> None:
    def work(copies: int) -> int:
        doc = nlp.make_doc("Georgia met Ann Lee of the Long Name Board in Zork, Moscow. Lee left. " * copies)
        found = {"Georgia": "COUNTRY", "Zork": "COUNTRY", "Moscow": "COUNTRY"}
        spans = [Span(doc, i, i + 1, found[token.text]) for i, token in enumerate(doc) if token.text in found]
        spans += [Span(doc, i, i + 2, "PERSON") for i, token in enumerate(doc) if token.text == "Ann"]
        spans += [Span(doc, i, i + 3, "ORG") for i, token in enumerate(doc) if token.text == "Long"]
        doc.set_ents(spans)
        return calls(lambda: CanonicalizerComponent()(GazetteerComponent()(doc)))

    work(10)  # what is read once a process does not count
    assert work(400) < 12 * work(40), "ten times the text took more than twelve times the work"


@settings(max_examples=40, deadline=None)
@drawn(st.lists(st.sampled_from(WORDS)), st.data())
def test_never_raises_and_never_overlaps(words: list[str], data: st.DataObject) -> None:
    doc = Doc(VOCAB, words=words)
    starts = data.draw(st.lists(st.integers(0, max(len(words) - 1, 0)), unique=True)) if words else []
    spans = [Span(doc, i, min(i + 2, len(words)), ["PERSON", "COUNTRY", "WEAPON", "ORG", "LOC"][i % 5]) for i in starts]
    doc.set_ents(spacy.util.filter_spans(spans))
    CanonicalizerComponent()(GazetteerComponent()(doc))
    covered = [token for ent in doc.ents for token in range(ent.start, ent.end)]
    assert len(covered) == len(set(covered))
    assert all(ent.kb_id_ and ent.text.strip() for ent in doc.ents)
