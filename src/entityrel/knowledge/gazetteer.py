"""The gazetteer: countries, persons, organisations and weapons with all their names, read from ``data/gazetteer``.

Every fact is written once, in a CSV row; lists are separated by ``|``. Where several entries claim an alias, this
rule chooses (a test checks that it always can):

1. a user's own entry goes before a packaged one;
2. labels come in the order COUNTRY, ORG, WEAPON, PERSON, LOC, and the recogniser, which sees the context, may choose
   otherwise ("Jordan", "Chad");
3. of countries, the one that does not list the alias in its column ``yields`` ("Congo" is COD; COG yields it and gets
   it only where the article names "Brazzaville" or the like);
4. of two persons or organisations, none, unless the article gives the full name of one of them.
"""

from __future__ import annotations

import csv
import difflib
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BeforeValidator, Field

from entityrel.errors import KnowledgeError
from entityrel.knowledge.aliases import Alias, AliasIndex, Found, alias_key
from entityrel.knowledge.files import DATA, Strict, check, listed
from entityrel.knowledge.idioms import phrase_aliases
from entityrel.knowledge.ontology import load_ontology
from entityrel.knowledge.weapons import Weapons, load_weapons

__all__ = [
    "Alias",
    "Country",
    "Found",
    "Gazetteer",
    "Organisation",
    "Person",
    "load_gazetteer",
    "precedence",
    "read_rows",
]

FOLDER = DATA / "gazetteer"
_ORDER = ("COUNTRY", "ORG", "WEAPON", "PERSON", "LOC", "")


def _blank(value: Any) -> Any:
    return None if value == "" else value


Row = TypeVar("Row", bound=Strict)
Cells = Annotated[tuple[str, ...], listed("|")]
Code = Annotated[str, Field(pattern="^[A-Z]{3}$")]
Codes = Annotated[tuple[Code, ...], listed("|")]
Maybe = Annotated[str | None, BeforeValidator(_blank)]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.+/-]*$")]


class Country(Strict):
    """A country, a territory or a former state.

    Attributes:
        id: ISO 3166-1 alpha-3 code; Kosovo is XKX, a former state has its ISO 3166-3 alpha-3 code.
        seats: Metonyms of its government ("Kremlin").
        capital: The capital first, then its other spellings and former capitals.
        borders: Codes of the countries that it has a land border with.
        since: ISO date on which the state began, where that is after 1945; ``until`` when it ended.
        yields: Aliases to which another country has the better claim.
        unsure: Aliases that are also something else (a person, a place, a word).
    """

    id: Code
    iso2: Annotated[str, Field(pattern="^[A-Z]{2}$")]
    name: str
    official: str
    adjectives: Cells = ()
    demonyms: Cells = ()
    aliases: Cells = ()
    abbreviations: Cells = ()
    capital: Cells = ()
    seats: Cells = ()
    borders: Codes = ()
    regions: Cells = ()
    since: Maybe = None
    until: Maybe = None
    yields: Cells = ()
    unsure: Cells = ()


class Person(Strict):
    """A person in an office; a person with several offices has several rows with the same id.

    In the file, a further row leaves name and country blank where they are those of the first.
    """

    id: Slug
    name: str
    aliases: Cells = ()
    country: Annotated[Code | None, BeforeValidator(_blank)] = None
    role: Literal["leads", "represents", "other"] = "other"
    office: str = ""
    organisation: Maybe = None
    since: Annotated[str | None, BeforeValidator(_blank), Field(alias="from")] = None
    until: Annotated[str | None, BeforeValidator(_blank), Field(alias="to")] = None
    notes: str = ""


class Organisation(Strict):
    """An organisation; ``members`` are the countries of an alliance."""

    id: Slug
    name: str
    aliases: Cells = ()
    kind: Literal["armed-group", "alliance", "company", "agency", "ministry", "party", "outlet", "igo", "ngo", "unit"]
    country: Annotated[Code | None, BeforeValidator(_blank)] = None
    members: Codes = ()


class Place(Strict):
    """A place that is no country; ``country`` is where it is said to lie, if that is one and undisputed."""

    id: str
    name: str
    aliases: Cells = ()
    kind: Literal["continent", "sea", "us-state", "region", "city"]
    country: Annotated[Code | None, BeforeValidator(_blank)] = None


@lru_cache(maxsize=4096)
def _lookup(gazetteer: Gazetteer, text: str, label: str | None) -> tuple[Alias, ...]:
    # an article names the same few countries and persons again and again
    return gazetteer._lookup(text, label)


def precedence(alias: Alias) -> tuple[bool, int]:
    """The sort key of aliases with one text: those that yield come last, then labels in their order."""
    return alias.yields, _ORDER.index(alias.label)


class _UserRow(Strict):
    text: Annotated[str, Field(min_length=1)]
    label: str
    id: Annotated[str, Field(min_length=1)]
    name: Maybe = None
    sense: str = "user"


def read_rows(path: Path, model: type[Row]) -> Iterator[Row]:
    """The rows of a CSV file (UTF-8, with a header) as ``model``.

    Raises:
        KnowledgeError: If the file cannot be read or a row is wrong; the message names file, row and column.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.DictReader(handle, strict=True)
            for row in reader:
                where = f"{path}, row {reader.line_num} ({row.get('id') or row.get('text') or '?'})"
                if None in row or None in row.values():
                    raise KnowledgeError(
                        f"{where}: the row does not have the {len(reader.fieldnames or ())} cells of the header"
                    )
                yield check(row, model, where)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise KnowledgeError(f"{path}: cannot be read as CSV in UTF-8: {error}") from error


class Gazetteer:
    """All known entities with their names. `Gazetteer.load` reads the packaged data.

    Example:
        >>> gazetteer = load_gazetteer()
        >>> gazetteer.name("COUNTRY", "IRN"), gazetteer.lookup("the Kremlin", "COUNTRY")[0].id
        ('Iran', 'RUS')
        >>> sorted(gazetteer.country("KWT").borders)
        ['IRQ', 'SAU']
    """

    def __init__(
        self,
        aliases: Iterable[Alias],
        names: Mapping[tuple[str, str], str],
        countries: Mapping[str, Country],
        persons: Iterable[Person] = (),
        organisations: Mapping[str, Organisation] | None = None,
    ) -> None:
        self._aliases = tuple(aliases)
        self._index = AliasIndex(self._aliases)
        self._names = dict(names)
        self._countries = dict(countries)
        self._organisations = dict(organisations or {})
        self._offices: dict[str, list[Person]] = {}
        for person in persons:
            self._offices.setdefault(person.id, []).append(person)

    @classmethod
    def load(cls, *extra: Path | str) -> Gazetteer:
        """The packaged gazetteer, and users' own CSV files with the columns text, label, id[, name][, sense].

        Raises:
            KnowledgeError: If a file is wrong; the message names file, row and column.
        """
        countries = {row.id: row for row in read_rows(FOLDER / "countries.csv", Country)}
        persons = list(_read_persons())
        organisations = {row.id: row for row in read_rows(FOLDER / "organisations.csv", Organisation)}
        names = {("COUNTRY", row.id): row.name for row in countries.values()}
        names |= {("PERSON", row.id): row.name for row in persons}
        names |= {("ORG", row.id): row.name for row in organisations.values()}
        own: list[Alias] = []
        for path in extra:
            for alias, name in _user_aliases(Path(path), countries):
                own.append(alias)
                if name:
                    names[alias.label, alias.id] = name
                else:
                    names.setdefault((alias.label, alias.id), alias.text)
        aliases = [*own, *_country_aliases(countries.values()), *_organisation_aliases(organisations.values())]
        aliases += _person_aliases(persons)
        for place in read_rows(FOLDER / "places.csv", Place):
            names["LOC", place.id] = place.name
            aliases += _place_aliases(place)
        aliases += phrase_aliases()
        aliases += _weapon_aliases(load_weapons())
        names |= {("WEAPON", system.id): system.name for system in load_weapons().systems().values()}
        return cls(aliases, names, countries, persons, organisations)

    def aliases(self) -> tuple[Alias, ...]:
        """All aliases, in the order of their claim."""
        return self._aliases

    def lookup(self, text: str, label: str | None = None) -> tuple[Alias, ...]:
        """The aliases that ``text`` is, the best claim first; determiners, hyphens, accents and case do not count.

        One alias for an entity; those in the case of ``text`` first.
        """
        return _lookup(self, text, label)

    def _lookup(self, text: str, label: str | None) -> tuple[Alias, ...]:
        hits = [alias for alias in self._index.get(text) if alias.label and label in (None, alias.label)]
        hits.sort(key=lambda alias: (*precedence(alias), alias.text != text))
        seen: dict[tuple[str, str], Alias] = {}
        for alias in hits:
            seen.setdefault((alias.label, alias.id), alias)
        return tuple(seen.values())

    def find(self, text: str) -> list[Found]:
        """The longest aliases in a text, from left to right, with their character offsets."""
        return self._index.find(text)

    def nearest_country(self, text: str) -> str | None:
        """The code of the country whose name is spelt most like ``text`` ("Ukrane"), or None if none is close."""
        spelling = "".join(alias_key(text))
        close = difflib.get_close_matches(spelling, self._spellings.get(spelling[:1], ()), n=1, cutoff=0.88)
        return self._spellings[spelling[:1]][close[0]] if close else None

    @cached_property
    def _spellings(self) -> dict[str, dict[str, str]]:
        """The codes by spelling, by the first letter, which is seldom wrong."""
        spellings: dict[str, dict[str, str]] = {}
        for alias in self._aliases:
            if alias.label == "COUNTRY" and len(alias.text) > 4 and not alias.yields:
                spelling = "".join(alias_key(alias.text))
                spellings.setdefault(spelling[:1], {}).setdefault(spelling, alias.id)
        return spellings

    def name(self, label: str, id: str) -> str | None:
        """The canonical display name of an entity, or None if it is not in the gazetteer."""
        return self._names.get((label, id))

    def country(self, id: str) -> Country | None:
        """The country with this code, or None."""
        return self._countries.get(id)

    def countries(self) -> tuple[Country, ...]:
        """All countries, territories and former states."""
        return tuple(self._countries.values())

    def offices(self, id: str) -> tuple[Person, ...]:
        """The rows of a person: one for each office, with its country and period."""
        return tuple(self._offices.get(id, ()))

    def organisation(self, id: str) -> Organisation | None:
        """The organisation with this id, or None."""
        return self._organisations.get(id)


def load_gazetteer(*extra: str) -> Gazetteer:
    """`Gazetteer.load`, read once a process: the components share what it returns.

    A user's file that was changed since is read again.
    """
    return _read_gazetteer(tuple((path, _stamp(path)) for path in extra))


@lru_cache(maxsize=4)
def _read_gazetteer(stamped: tuple[tuple[str, tuple[int, int] | None], ...]) -> Gazetteer:
    return Gazetteer.load(*(path for path, _ in stamped))


def _stamp(path: str) -> tuple[int, int] | None:
    """What changes when a file does; None if it cannot be asked, which reading it will report."""
    try:
        status = Path(path).stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def _country_aliases(countries: Iterable[Country]) -> Iterator[Alias]:
    # present states before former ones, so that equal claims go to the present
    for row in sorted(countries, key=lambda row: row.until is not None):
        groups = {
            "name": (row.name,), "official": (row.official,), "abbreviation": row.abbreviations, "alias": row.aliases,
            "adjective": row.adjectives, "demonym": row.demonyms, "seat": row.seats, "capital": row.capital,
        }  # fmt: skip
        for sense, texts in groups.items():
            for text in texts:
                sure = sense != "capital" and text not in row.unsure and text not in row.yields
                yield Alias(text, "COUNTRY", row.id, sense, sure=sure, yields=text in row.yields)


def _organisation_aliases(organisations: Iterable[Organisation]) -> Iterator[Alias]:
    for row in organisations:
        for sense, texts in (("name", (row.name,)), ("alias", row.aliases)):
            for text in texts:
                # one word in title case is too often a word or a person: "Signal", "Wagner", "Apple"; and the names
                # of outlets are too often common words: "Foreign Affairs", "The Nation"
                words = len(alias_key(text))
                sure = words > (2 if row.kind == "outlet" else 1) or (text.isupper() and len(text) > 2)
                yield Alias(text, "ORG", row.id, sense, sure=sure)


def _read_persons() -> Iterator[Person]:
    """The rows of persons.csv; a further row of a person takes name and country from the first where it has none."""
    first: dict[str, Person] = {}
    for row in read_rows(FOLDER / "persons.csv", Person):
        head = first.setdefault(row.id, row)
        if not head.name:
            raise KnowledgeError(f"persons.csv: {row.id}: the first row of a person needs a name")
        yield row.model_copy(update={"name": row.name or head.name, "country": row.country or head.country})


def _place_aliases(place: Place) -> Iterator[Alias]:
    for sense, texts in (("name", (place.name,)), ("alias", place.aliases)):
        for text in texts:
            sure = (" " in text or place.kind in ("continent", "sea", "us-state")) and text != "Georgia"
            yield Alias(text, "LOC", place.id, "state" if place.kind == "us-state" else sense, sure=sure)


def _weapon_aliases(weapons: Weapons) -> Iterator[Alias]:
    for text, id, sure in weapons.aliases(joins=False):
        yield Alias(text, "WEAPON", id, "designation", sure=sure)
    for text, id, sure in weapons.class_phrases():
        # one word may be a temper ("explosive") or a film's ("Shotgun Wedding")
        yield Alias(text, "WEAPON", id, "class", sure=sure and " " in text)


def _person_aliases(persons: Iterable[Person]) -> Iterator[Alias]:
    surnames: dict[str, set[str]] = {}
    seen: set[tuple[str, str]] = set()
    for row in persons:
        for sense, texts in (("name", (row.name,)), ("alias", row.aliases)):
            for text in texts:
                if (row.id, text) not in seen:
                    seen.add((row.id, text))
                    yield Alias(text, "PERSON", row.id, sense, sure=" " in text)
        if " " in row.name and row.name.split()[-2] not in ("bin", "bint", "ibn"):
            surnames.setdefault(row.name.split()[-1], set()).add(row.id)
    for surname, ids in surnames.items():
        for id in sorted(ids):
            yield Alias(surname, "PERSON", id, "surname", sure=False, yields=len(ids) > 1)


def _user_aliases(path: Path, countries: Mapping[str, Country]) -> Iterator[tuple[Alias, str | None]]:
    labels = load_ontology().labels
    for number, row in enumerate(read_rows(path, _UserRow), start=2):
        where = f"{path}, row {number} ({row.text})"
        if row.label not in labels:
            raise KnowledgeError(f"{where}: label {row.label!r} is none of {', '.join(labels)}")
        if row.label == "COUNTRY" and row.id not in countries:
            raise KnowledgeError(f"{where}: id {row.id!r} is no ISO 3166 alpha-3 code of a country")
        yield Alias(row.text, row.label, row.id, row.sense or "user"), row.name
