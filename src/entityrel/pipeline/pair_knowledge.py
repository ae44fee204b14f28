"""What the knowledge says of the entities of a pair, in small numbers that the relation classifier can learn from.

No name enters: a known minister counts as one who holds a post of that country, whoever it is. The numbers are hints
and no evidence: that a country makes a weapon tells who of two may be its supplier, not that anything was supplied.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from entityrel.knowledge.gazetteer import load_gazetteer
from entityrel.knowledge.weapons import load_weapons
from entityrel.pipeline.linked_mentions import LABELS, Node

__all__ = ["MAKES", "MAKES_NOT", "countries_of", "kin", "kind", "maker", "post"]

_PERSON, _COUNTRY, _WEAPON, _ORG = (LABELS.index(label) for label in ("PERSON", "COUNTRY", "WEAPON", "ORG"))
#: Two of the answers of `maker`.
MAKES: Final = 2
MAKES_NOT: Final = 3
#: Kinds of organisations, as in organisations.csv; the number of a kind is its place here, from 1.
_KINDS: Final = (
    "armed-group", "alliance", "company", "agency", "ministry", "party", "outlet", "igo", "ngo", "unit",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Known:
    """The countries of an entity (its own, its offices', its makers'), where it leads, and its kind."""

    countries: frozenset[str] = frozenset()
    leads: frozenset[str] = frozenset()
    kind: int = 0


@lru_cache(maxsize=8192)
def _known(label: int, ident: str) -> _Known:
    if label == _COUNTRY:
        return _Known(frozenset((ident,)))
    if label == _WEAPON:
        system = load_weapons().systems().get(ident)
        return _Known(frozenset(system.makers if system else ()))
    if label == _PERSON:
        offices = [office for office in load_gazetteer().offices(ident) if office.country]
        return _Known(
            frozenset(office.country for office in offices if office.country),
            frozenset(office.country for office in offices if office.country and office.role == "leads"),
        )
    organisation = load_gazetteer().organisation(ident) if label == _ORG else None
    if organisation is None:
        return _Known()
    country = organisation.country
    return _Known(frozenset((country,) if country else ()), kind=_KINDS.index(organisation.kind) + 1)


def countries_of(label: str, ident: str) -> frozenset[str]:
    """The countries of an entity: its own, those of its offices, those that make it; empty where nothing is known.

    >>> sorted(countries_of("WEAPON", "shahed-136")), sorted(countries_of("ORG", "rheinmetall"))
    (['IRN'], ['DEU'])
    """
    return _known(LABELS.index(label), ident).countries


def maker(x: Node, y: Node) -> int:
    """Whether ``x`` is of a country that makes the system ``y``: `MAKES`, `MAKES_NOT`, 1 not known, 0 no system."""
    makers = _known(y.label, y.ident).countries if y.label == _WEAPON else frozenset[str]()
    if not makers or x.label == _WEAPON:
        return 0
    countries = _known(x.label, x.ident).countries
    return 1 if not countries else MAKES if countries & makers else MAKES_NOT


def post(x: Node, y: Node) -> int:
    """Which post the person ``x`` holds or held with the country ``y``: 2 leads it, 3 another, 4 of other countries.

    5 and 6 are a known person beside an organisation and beside anything else, 1 is an unknown person, 0 none.
    """
    if x.label != _PERSON:
        return 0
    known = _known(x.label, x.ident)
    if not known.countries:
        return 1
    if y.label == _COUNTRY:
        return 2 if y.ident in known.leads else 3 if y.ident in known.countries else 4
    return 5 if y.label == _ORG else 6


def kin(x: Node, y: Node) -> int:
    """Whether two entities are of one country (1) or of different ones (2); 0 where it is not known."""
    if _WEAPON in (x.label, y.label):
        return 0
    one, other = _known(x.label, x.ident).countries, _known(y.label, y.ident).countries
    return 0 if not one or not other else 1 if one & other else 2


def kind(x: Node) -> int:
    """The number of an organisation's kind; 0 for anything else, and for one that is not known."""
    return _known(x.label, x.ident).kind if x.label == _ORG else 0
