"""Which known persons a short name might mean, whether or not a corpus has their full names."""

from __future__ import annotations

from functools import cache

from entityrel.knowledge.gazetteer import Gazetteer
from entityrel.knowledge.names import family_names
from entityrel.knowledge.spellings import Parts, fold, person_parts

__all__ = ["KnownPersons", "known_persons"]


class KnownPersons:
    """The persons of a gazetteer by the parts of their names, in folded spelling."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._ends: dict[Parts, set[str]] = {}
        self._single: dict[Parts, set[str]] = {}
        self._countries: dict[str, set[str]] = {}
        for alias in gazetteer.aliases():
            parts = person_parts(alias.text) if alias.label == "PERSON" and alias.sense != "surname" else ()
            if len(parts) < 2:
                continue
            folded = tuple(map(fold, parts))
            self._ends.setdefault((folded[0], folded[-1]), set()).add(alias.id)
            for form in {folded[:1], *(tuple(map(fold, name)) for name in family_names(parts))}:
                self._single.setdefault(form, set()).add(alias.id)
            if alias.id not in self._countries:
                offices = gazetteer.offices(alias.id)
                self._countries[alias.id] = {office.country for office in offices if office.country}

    def with_ends(self, parts: Parts) -> set[str]:
        """Ids of the persons with this first and last name, whatever stands between."""
        return self._ends.get((parts[0], parts[-1]), set())

    def with_part(self, parts: Parts, countries: set[str]) -> set[str]:
        """Ids of the persons of these countries who have this family name, or this first name."""
        return {id for id in self._single.get(parts, ()) if self._countries[id] & countries}


@cache
def known_persons(gazetteer: Gazetteer) -> KnownPersons:
    """`KnownPersons` of a gazetteer, made once."""
    return KnownPersons(gazetteer)
