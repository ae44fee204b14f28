"""The numbers of one statement: how often, by whom and since when it is told.

`entityrel.graph.statements` and `entityrel.graph.dataset` count alike: the one the edges of a graph, the other the rows
of a Parquet dataset.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Final, NamedTuple

from entityrel.graph.sources import first_of_source

__all__ = ["Amount", "Statement", "Telling", "Voices", "counts"]

_STANDINGS: Final = {
    "fact": "facts", "planned": "planned", "possible": "possible", "desired": "desired", "negated": "negated",
}  # fmt: skip

Voices = Callable[[str | None, str | None], frozenset[str]]
"""From speaker and outlet to the names that may be an outlet's; see `entityrel.graph.sources.voices`."""


class Statement(NamedTuple):
    """What is said, without who says it: node ids, and the predicate.

    ``item`` is the weapon, if there is one; ``other`` is the recipient, else the object.
    """

    subject: str
    predicate: str
    item: str | None
    other: str

    @property
    def key(self) -> str:
        """The key of its edge in `aggregate`'s graph: the predicate, and the item if there is one."""
        return sys.intern(f"{self.predicate}:{self.item}") if self.item is not None else self.predicate


class Amount(NamedTuple):
    """A quantity; ``bound`` is "about", "at least" or "at most", or None for an exact one."""

    value: float
    unit: str
    bound: str | None


class Telling(NamedTuple):
    """One relation of an article, as far as its statement's numbers need it.

    ``key`` is its edge's, ``standing`` that of `entityrel.graph.statements.standing`, ``date`` the event's and
    ``published`` the article's, ``speaker`` the node id of who says so.
    """

    key: str
    article: str
    standing: str
    date: str | None
    published: str | None
    outlet: str | None
    speaker: str | None
    evidence: str
    amount: Amount | None


class _Attributes:
    """Only its ``__dict__`` is used: such dicts share their keys, which halves the memory of many alike."""


_weight = cache(float)  # a handful of numbers for millions of statements


def counts(statement: Statement, tellings: Sequence[Telling], voices: Voices) -> dict[str, Any]:
    """The attributes of a statement's edge; `entityrel.graph.aggregate` says what they are.

    Args:
        statement: The statement.
        tellings: Its relations, sorted by key.
        voices: Whose voice a report is.
    """
    by_standing: dict[str, list[Telling]] = {}
    for telling in tellings:
        by_standing.setdefault(telling.standing, []).append(telling)
    facts, negated = by_standing.get("fact", []), by_standing.get("negated", [])
    affirmed = [telling for telling in tellings if telling.standing != "negated"] if negated else tellings
    dates = {date for telling in tellings if (date := telling.date or telling.published)}
    sources = _sources(affirmed, voices)

    made = vars(_Attributes())
    made["predicate"] = statement.predicate
    if statement.item is not None:
        made["item"] = statement.item
    made["relations"] = len(tellings)
    made["articles"] = len({telling.article for telling in tellings})
    made["outlets"] = len({telling.outlet for telling in tellings if telling.outlet})
    for how, name in _STANDINGS.items():
        made[name] = len({telling.article for telling in by_standing[how]}) if how in by_standing else 0
    made["sources"] = sources
    made["fact_sources"] = sources if len(facts) == len(affirmed) else _sources(facts, voices)
    made["denying_sources"] = _sources(negated, voices)
    if dates:
        made["first_date"], made["last_date"] = sys.intern(min(dates)), sys.intern(max(dates))
    if total := _total(facts):
        made["quantity_total"] = total.value
        if total.unit:
            made["quantity_unit"] = total.unit
    made["evidence_edges"] = tuple([telling.key for telling in tellings])
    made["weight"] = _weight(sources)
    return made


def _sources(tellings: Sequence[Telling], voices: Voices) -> int:
    if len(tellings) < 2:
        return len(tellings)
    said = ((each.speaker, voices(each.speaker, each.outlet), each.evidence) for each in tellings)
    return len(set(first_of_source(said)))


def _total(facts: Sequence[Telling]) -> Amount | None:
    by_date: dict[str, set[Amount]] = {}
    for telling in facts:
        if telling.amount is None or telling.amount.bound or telling.date is None:
            return None
        by_date.setdefault(telling.date, set()).add(telling.amount)
    units = {amount.unit for found in by_date.values() for amount in found}
    # "2023" and "2023-05" may be the same delivery, and two numbers for one date cannot both be right.
    nested = any(a != b and b.startswith(a) for a in by_date for b in by_date)
    if len(units) != 1 or nested or any(len(found) > 1 for found in by_date.values()):
        return None
    return Amount(sum(amount.value for found in by_date.values() for amount in found), units.pop(), None)
