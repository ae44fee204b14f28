"""Names of one article: who is the same person or organisation, and who is not."""

from __future__ import annotations

import pytest

from entityrel.knowledge.gazetteer import Gazetteer, load_gazetteer
from entityrel.knowledge.names import _words, initials, is_title, name_parts, organisations, persons, slug


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return load_gazetteer()


def ids(gazetteer: Gazetteer, *names: str, countries: tuple[str, ...] = (), date: str = "") -> list[str]:
    """The id of each name; "Mrs|Biden" has the word before the name in front of a bar."""
    mentions = [(name.partition("|")[2] or name, name.partition("|")[0] if "|" in name else "") for name in names]
    return [named.id for named in persons(mentions, gazetteer, countries, date)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Mr. Sarkis", ("sarkis",)), ("Bashar al-Assad", ("bashar", "assad")), ("J. D. Vance", ("j", "d", "vance")),
        ("ROSTAMI, Farhad", ("farhad", "rostami")), ("Martin Luther King, Jr.", ("martin", "luther", "king")),
        ("Erdoğan", ("erdogan",)), ("Lt. Gen. Ann O'Neil", ("ann", "oneil")), ("…", ("…",)), ("Mr", ("mr",)),
    ],
)  # fmt: skip
def test_name_parts(text: str, parts: tuple[str, ...]) -> None:
    assert name_parts(text) == parts


def test_slug_and_initials() -> None:
    assert slug("Recep Tayyip Erdoğan") == "recep-tayyip-erdogan" and slug("“…”") == "unnamed"
    assert slug("Łódź Works") == slug("Lodz Works")
    assert initials("International Atomic Energy Agency") == "IAEA"
    assert is_title("President") and is_title("Lt.") and not is_title("Ann")


def test_surname_is_the_person_with_that_full_name(gazetteer: Gazetteer) -> None:
    assert ids(gazetteer, "Zork Quimby", "Quimby", "Mr. Quimby", "QUIMBY") == ["zork-quimby"] * 4
    assert ids(gazetteer, "Quimby", "Zork Quimby") == ["zork-quimby"] * 2, "the full name may come later"


def test_initials_and_middle_names(gazetteer: Gazetteer) -> None:
    assert len(set(ids(gazetteer, "Zork T. Quimby", "Zork Quimby", "Z. T. Quimby", "Zork Thomas Quimby"))) == 1


def test_first_names_namesakes_and_spouses_do_not_collapse(gazetteer: Gazetteer) -> None:
    joe, jill, bare, she = ids(gazetteer, "Joe Biden", "Jill Biden", "Biden", "Mrs|Biden")
    assert joe == bare != jill == she
    assert len(set(ids(gazetteer, "Zork Quimby", "Zelda Quimby"))) == 2
    assert len(set(ids(gazetteer, "Zork Quimby", "Zork"))) == 2
    assert len(set(ids(gazetteer, "Zork Quimby", "Zork Hamfield"))) == 2


def test_particles_and_inner_surnames(gazetteer: Gazetteer) -> None:
    assert len(set(ids(gazetteer, "Zork van der Quimby", "van der Quimby", "Quimby"))) == 1
    prince, king = ids(gazetteer, "Mohammed bin Salman", "Salman")
    assert prince != king
    assert len(set(ids(gazetteer, "Zork Posadas Quimby", "Posadas"))) == 1
    assert len(set(ids(gazetteer, "Bae Zork-ja", "Bae"))) == 1, "the family name stands first"


def test_known_persons_by_alias_and_transliteration(gazetteer: Gazetteer) -> None:
    assert ids(gazetteer, "Vladimir Putin", "Putin") == ["vladimir-putin"] * 2
    assert ids(gazetteer, "Volodymyr Zelenskyy", "Zelensky") == ["volodymyr-zelensky"] * 2
    assert ids(gazetteer, "Saddam") == ["saddam-hussein"]
    assert ids(gazetteer, "Fidel Ramos", "Fidel") == ["fidel-ramos", "fidel"]
    assert ids(gazetteer, "Fidel Castro", "Fidel") == ["fidel-castro"] * 2


def test_surname_alone_needs_the_country_and_the_time(gazetteer: Gazetteer) -> None:
    assert ids(gazetteer, "Putin", countries=("RUS",)) == ["vladimir-putin"]
    assert ids(gazetteer, "Putin", countries=("PER",)) == ["putin"]
    assert ids(gazetteer, "Bush", countries=("USA",), date="1990-08-02") == ["george-hw-bush"]
    assert ids(gazetteer, "Bush", countries=("USA",), date="2003-03-20") == ["george-w-bush"]
    assert ids(gazetteer, "Bush", countries=("USA",)) == ["bush"], "without a date there is no telling"


def test_known_as_names_known_persons(gazetteer: Gazetteer) -> None:
    assert not [name for name, id in _words().known_as.items() if not gazetteer.offices(id)]


def found(gazetteer: Gazetteer, text: str, *names: str) -> list[str]:
    spans, start = [], 0
    for name in names:
        start = text.index(name, start)
        spans.append((start, start + len(name)))
        start += len(name)
    return [named.id for named in organisations(text, spans, gazetteer)]


def test_acronyms(gazetteer: Gazetteer) -> None:
    text = "The Zanzibar Electric Board (ZEB) met. ZEB paid. The Quito Union of Bakers told QUOB; QUB did not answer."
    board, short, union, other, own = found(
        gazetteer, text, "Zanzibar Electric Board", "ZEB", "Quito Union of Bakers", "QUOB", "QUB"
    )
    assert board == "zanzibar-electric-board" and short == board
    assert own == union == "quito-union-of-bakers" != other


def test_acronym_defined_here_goes_before_a_known_one(gazetteer: Gazetteer) -> None:
    known = found(gazetteer, "The IAEA spoke.", "IAEA")
    assert known == ["international-atomic-energy-agency"] or gazetteer.organisation(known[0]) is not None
    board, short = found(
        gazetteer, "The Irish Apple Export Association (IAEA); IAEA.", "Irish Apple Export Association", "IAEA;"[:4]
    )
    assert board == short == "irish-apple-export-association"


def test_short_forms(gazetteer: Gazetteer) -> None:
    text = (
        "Zork Aerospace Co. sued Zork Aerospace and Zork.\n"
        "The Quimby Council and the Council met the Council of Hamfield."
    )
    full, plain, short = found(gazetteer, text, "Zork Aerospace Co.", "Zork Aerospace", "Zork.")
    assert full == plain == short == "zork-aerospace"
    one, bare, two = found(gazetteer, text, "Quimby Council", "Council", "Council of Hamfield")
    assert bare not in (one, two), "two could be meant"


def test_a_first_name_is_not_the_surname_of_a_known_person(gazetteer: Gazetteer) -> None:
    assert ids(gazetteer, "Trump Quimby", "Trump", countries=("USA",), date="2019-01-01")[1] == "trump"
