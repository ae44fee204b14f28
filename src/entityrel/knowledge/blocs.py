"""Alliances with the times of their members, and the regions of the UN: ``data/blocs.yaml``, checked.

Dates are ISO 8601 to any precision. Of a date such as "2004" the end counts: who joined on 29 March was in by then.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from typing import Annotated, NamedTuple

from pydantic import Field

from entityrel.errors import KnowledgeError
from entityrel.knowledge.files import Strict, read_yaml
from entityrel.knowledge.gazetteer import FOLDER, Code, Country, Organisation, read_rows

__all__ = ["Bloc", "Blocs", "Period", "Region", "load_blocs", "within"]

_Date = Annotated[str, Field(pattern=r"^\d{4}(-\d\d(-\d\d)?)?$")]


class Period(NamedTuple):
    """When a country was a member: from ``since`` on, and no more on ``until``; None is open."""

    country: str
    since: str | None
    until: str | None


class Bloc(NamedTuple):
    """An alliance: its id and name in the gazetteer, and its members' periods."""

    id: str
    name: str
    periods: tuple[Period, ...]

    def members(self, date: str | None = None) -> frozenset[str]:
        """The codes of the members at a date; without one, of those who have not left.

        Example:
            >>> nato = load_blocs().alliances["nato"]
            >>> len(nato.members("1990")), len(nato.members("2004")), "SWE" in nato.members("2024-03-06")
            (16, 26, False)
        """
        return frozenset(period.country for period in self.periods if within(date, period.since, period.until))


class Region(NamedTuple):
    """Where a country lies: ids such as "europe" and "eastern-europe"."""

    region: str
    part: str


class Blocs(NamedTuple):
    """All alliances by id, and the region of each country by code."""

    alliances: dict[str, Bloc]
    regions: dict[str, Region]


def within(date: str | None, since: str | None, until: str | None) -> bool:
    """Whether a date lies in a period; None as date is the present, which an open period has.

    Example:
        >>> within("2020", "1993-11-01", "2020-02-01"), within("2020-01-31", "1993-11-01", "2020-02-01")
        (False, True)
    """
    if date is None:
        return until is None
    end = f"{date}-99-99"[:10]
    return (since is None or since <= end) and (until is None or end < until)


class _Alliance(Strict):
    since: dict[_Date, tuple[Code, ...]]
    until: dict[Code, tuple[_Date, ...]] = Field(default_factory=dict)


class _File(Strict):
    version: int
    alliances: dict[str, _Alliance]
    regions: dict[str, dict[str, tuple[Code, ...]]]


@cache
def load_blocs() -> Blocs:
    """The packaged alliances and regions.

    Raises:
        KnowledgeError: If the file is wrong, or names an organisation or a country that the gazetteer does not have.
    """
    file = read_yaml("blocs.yaml", _File)
    organisations = {row.id: row for row in read_rows(FOLDER / "organisations.csv", Organisation)}
    countries = {row.id for row in read_rows(FOLDER / "countries.csv", Country)}
    alliances = {
        row.id: Bloc(row.id, row.name, tuple(Period(country, None, None) for country in row.members))
        for row in organisations.values()
        if row.members
    }
    for identifier, alliance in file.alliances.items():
        if identifier not in organisations:
            raise KnowledgeError(f"blocs.yaml: {identifier} is no organisation of gazetteer/organisations.csv")
        alliances[identifier] = Bloc(identifier, organisations[identifier].name, _periods(identifier, alliance))
    regions = {
        country: Region(region, part)
        for region, parts in file.regions.items()
        for part, codes in parts.items()
        for country in codes
    }
    named = {period.country for bloc in alliances.values() for period in bloc.periods} | regions.keys()
    if unknown := named - countries:
        raise KnowledgeError(f"blocs.yaml: no country of gazetteer/countries.csv: {', '.join(sorted(unknown))}")
    return Blocs(alliances, regions)


def _periods(identifier: str, alliance: _Alliance) -> tuple[Period, ...]:
    joined: defaultdict[str, list[str]] = defaultdict(list)
    for date in sorted(alliance.since):
        for country in alliance.since[date]:
            joined[country].append(date)
    found = []
    for country, dates in joined.items():
        ends = alliance.until.get(country, ())
        if len(ends) not in (len(dates), len(dates) - 1) or list(ends) != sorted(ends):
            raise KnowledgeError(f"blocs.yaml: {identifier}: {country} joins and leaves out of turn")
        found += [Period(country, *pair) for pair in zip(dates, [*ends, None], strict=False)]
    if never := alliance.until.keys() - joined.keys():
        raise KnowledgeError(f"blocs.yaml: {identifier}: {', '.join(sorted(never))} left and never joined")
    return tuple(sorted(found, key=lambda period: (period.country, period.since or "")))
