from __future__ import annotations

from pathlib import Path

import pycountry
import pytest

from entityrel.errors import KnowledgeError
from entityrel.knowledge import blocs, files
from entityrel.knowledge.blocs import load_blocs
from entityrel.knowledge.gazetteer import load_gazetteer

BLOCS = load_blocs()


@pytest.mark.parametrize("identifier", BLOCS.alliances)
def test_todays_members_are_those_of_the_gazetteer(identifier: str) -> None:
    organisation = load_gazetteer().organisation(identifier)
    assert organisation and BLOCS.alliances[identifier].members() == set(organisation.members)


def test_every_country_of_iso_has_a_region() -> None:
    assert {country.alpha_3 for country in pycountry.countries} | {"XKX"} == BLOCS.regions.keys()


@pytest.mark.parametrize(
    ("identifier", "date", "number"),
    [("nato", "1949", 12), ("nato", "1999-03-11", 16), ("nato", "2024-03-07", 32), ("european-union", "1994", 12),
     ("european-union", "2013-12", 28), ("european-union", "2020-02-01", 27), ("warsaw-pact", "1989", 7),
     ("warsaw-pact", "1992", 0), ("african-union", "2018", 55), ("arab-league", "1994", 22), ("opec", "2010", 12)],
)  # fmt: skip
def test_how_many_members_there_were(identifier: str, date: str, number: int) -> None:
    assert len(BLOCS.alliances[identifier].members(date)) == number


@pytest.mark.parametrize(
    ("alliances", "complaint"),
    [("nato: {since: {'1949': [XXX]}}", "XXX"), ("natto: {since: {}}", "natto"), ("nato: {since: {'49': [USA]}}", "49"),
     ("nato: {since: {'1949': [USA]}, until: {FRA: ['1966']}}", "never joined"),
     ("nato: {since: {'1949': [FRA], '1966': [FRA], '1970': [FRA]}, until: {FRA: ['1960']}}", "out of turn")],
)  # fmt: skip
def test_mistakes_in_the_file_are_named(
    alliances: str, complaint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "blocs.yaml").write_text(f"version: 1\nalliances:\n  {alliances}\nregions: {{}}\n")
    monkeypatch.setattr(files, "DATA", tmp_path)
    with pytest.raises(KnowledgeError, match=complaint):
        blocs.load_blocs.__wrapped__()
