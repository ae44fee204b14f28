"""Which entities of different articles are the same, from their names, countries and organisations alone.

An entity of one article is a `Unit`. `same_persons` and `same_names` put units together in groups; what they would
have put together but for a reason is reported as a `Refusal`. Nothing depends on the order of the units.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations

from entityrel.knowledge.known_persons import KnownPersons
from entityrel.knowledge.names import bare_name, family_first, family_names, is_particle, slug
from entityrel.knowledge.spellings import (
    Parts,
    abbreviates,
    fold,
    is_generic,
    middle_left_out,
    only_initials,
    person_keys,
    person_parts,
    spelling_key,
)

__all__ = ["Group", "Refusal", "Unit", "fullness", "same_names", "same_persons"]

_GENERATION = re.compile(r"\b(Jr|Sr|II|III|IV|Junior|Senior)\.?$")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Entities that look alike and were kept apart.

    Attributes:
        label: Their label.
        names: Their names, sorted.
        reason: Why they were kept apart, in words.
        articles: Ids of the articles in which they stand, sorted.
    """

    label: str
    names: tuple[str, ...]
    reason: str
    articles: tuple[str, ...]


@dataclass(slots=True)
class Unit:
    """An entity of one article.

    Attributes:
        article: The article's id.
        ids: The ids that its mentions have in the input.
        names: The canonical names that they have there.
        texts: How often each text names it.
        known: Its id in the gazetteer, if it is there; ``known_name`` is its name there.
        countries: Codes of the countries that it leads or represents.
        organisations: The organisations that it leads or represents, by any key.
        apart: Ids of the article's entities that cannot be this one, since a relation joins them.
        acronyms: For an organisation, the acronyms that the article defines for it.
    """

    article: str
    label: str
    ids: set[str]
    texts: Counter[str] = field(default_factory=Counter)
    names: set[str] = field(default_factory=set)
    known: str | None = None
    known_name: str = ""
    countries: set[str] = field(default_factory=set)
    organisations: set[str] = field(default_factory=set)
    apart: set[str] = field(default_factory=set)
    acronyms: set[str] = field(default_factory=set)

    @property
    def name(self) -> str:
        """Its name in the gazetteer, else its fullest name in the article."""
        if self.known_name:
            return self.known_name
        return min(self.texts, key=lambda text: (*fullness(self.label, text), -self.texts[text], text))


@lru_cache(maxsize=65536)
def fullness(label: str, text: str) -> tuple[int, ...]:
    """A sort key: the fullest name first."""
    if label != "PERSON":
        return (text.isupper(), -len(text.split()))
    parts = person_parts(text)
    return (-sum(len(part) > 1 for part in parts), -len(parts), len(parts[0]) == 1)


@dataclass(slots=True)
class Group:
    """Units that are one entity, and why the input's different ids were put together."""

    units: list[Unit]
    reasons: set[str] = field(default_factory=set)

    def __iter__(self) -> Iterator[Unit]:
        return iter(self.units)


def same_names(label: str, units: Iterable[Unit]) -> tuple[list[Group], list[Refusal]]:
    """Groups of organisations, places or weapons with one spelling, and of acronyms with the name they stand for."""
    by_key: dict[str, list[Unit]] = {}
    for unit in units:
        by_key.setdefault(spelling_key(label, unit.name), []).append(unit)
    groups: list[Group] = []
    refusals: list[Refusal] = []
    for _, same in sorted(by_key.items()):
        ids: dict[str, set[str]] = {}
        for unit in same:
            ids.setdefault(slug(unit.name), set()).update(unit.ids)
        if any(len(found) > 1 for found in ids.values()):
            # whoever gave two ids to one name ("the Air Force") knew why
            refusals.append(_refusal(same, "one name has several ids"))
            groups += _by_id(same)
            continue
        if label == "ORG" and is_generic(same[0].name) and len({id for unit in same for id in unit.ids}) > 1:
            refusals.append(_refusal(same, "a name that many organisations have"))
            groups += _by_id(same)
            continue
        found, refused = _parted(same)
        groups += found
        refusals += refused
    return _acronyms(groups, refusals) if label == "ORG" else (groups, refusals)


def _by_id(units: Iterable[Unit]) -> list[Group]:
    cells: dict[tuple[str, ...], list[Unit]] = {}
    for unit in units:
        cells.setdefault(tuple(sorted(unit.ids)), []).append(unit)
    return [Group(cells[ids]) for ids in sorted(cells)]


def _acronyms(groups: list[Group], refusals: list[Refusal]) -> tuple[list[Group], list[Refusal]]:
    """Join the groups that are an acronym with the one group for which an article defines it."""
    defined: dict[str, list[Group]] = {}
    for group in groups:
        for letters in {letters for unit in group for letters in unit.acronyms}:
            defined.setdefault(letters, []).append(group)
    kept = []
    for group in groups:
        texts = {text.replace(".", "") for unit in group for text in unit.texts}
        letters = next(iter(texts)) if len(texts) == 1 else ""
        meanings = defined.get(letters, []) if letters.isupper() else []
        meanings = [meaning for meaning in meanings if meaning is not group]
        if len(meanings) == 1 and not _conflict([*meanings[0], *group]):
            meanings[0].units += group.units
            meanings[0].reasons.add(f"acronym {letters}, defined in an article")
            continue
        if meanings:
            reason = _conflict([*meanings[0], *group]) if len(meanings) == 1 else "the acronym has several meanings"
            refusals.append(_refusal([*group, *(unit for meaning in meanings for unit in meaning)], reason))
        kept.append(group)
    return kept, refusals


def same_persons(units: Iterable[Unit], known: KnownPersons) -> tuple[list[Group], list[Refusal]]:
    """Groups of persons.

    Full names in another spelling are one person. So is a name without its middle initial, if the corpus has only one
    fuller name; a surname, a first initial, a name without a middle name or a second surname only with a country or
    organisation in common, and only if one full name fits, those of known persons included. Units with different
    first names, countries, generations ("Jr.") or known ids, and those that a relation joins, are never in one group.
    """
    full: dict[Parts, list[Unit]] = {}
    short: list[Unit] = []
    for unit in sorted(units, key=lambda unit: (unit.article, sorted(unit.ids))):
        if _is_full(parts := person_parts(unit.name)):
            full.setdefault(tuple(map(fold, parts)), []).append(unit)
        else:
            short.append(unit)
    groups: list[Group] = []
    refusals: list[Refusal] = []
    for same in _joined_by_key(list(full.values())):
        found, refused = _parted(same)
        groups += found
        refusals += refused
    groups, refused = _fuller(groups, known)
    refusals += refused
    left, refused = _attach(groups, [unit for unit in short if not unit.known], known)
    left += [unit for unit in short if unit.known]
    refusals += refused
    # of a name alone, two ids are two persons, and one id is one person unless the countries differ
    for group in _by_id(left):
        found, refused = _parted(group.units)
        groups += found
        refusals += refused
    return groups, refusals


def _is_full(parts: Parts) -> bool:
    return len(parts) > 1 and len(parts[0]) > 1 and not is_particle(parts[0])


def _joined_by_key(cells: list[list[Unit]]) -> list[list[Unit]]:
    """Cells of units with one folded name, joined where two names have a key in common."""
    parent: dict[Parts, Parts] = {}

    def root(key: Parts) -> Parts:
        while parent.setdefault(key, key) != key:
            key = parent[key]
        return key

    keys = [sorted({key for unit in cell for key in person_keys(unit.name)}) for cell in cells]
    for found in keys:
        for key in found[1:]:
            low, high = sorted((root(found[0]), root(key)))
            parent[high] = low
    joined: dict[Parts, list[Unit]] = {}
    for cell, found in zip(cells, keys, strict=True):
        joined.setdefault(root(found[0]), []).extend(cell)
    return [joined[key] for key in sorted(joined)]


def _parted(units: list[Unit]) -> tuple[list[Group], list[Refusal]]:
    """Units of one name as one group, or in parts that do not contradict themselves."""
    reason = _conflict(units)
    if not reason:
        return [_spelt(units)], []
    cells: dict[tuple[tuple[str, ...], str], list[Unit]] = {}
    for unit in units:
        cells.setdefault((tuple(sorted(unit.countries)), _generation(unit)), []).append(unit)
    parts: list[Group] = []
    for _, cell in sorted(cells.items()):
        by_known: dict[str, list[Unit]] = {}
        for unit in cell:
            # of two known persons of one name and country, neither takes the unknown ones
            by_known.setdefault(unit.known or "" if _conflict(cell) else "", []).append(unit)
        for _, same in sorted(by_known.items()):
            parts += [Group([unit]) for unit in same] if _conflict(same) else [_spelt(same)]
    return parts, [_refusal(units, reason)]


def _spelt(units: list[Unit]) -> Group:
    return Group(units, {"spelling"} if len({id for unit in units for id in unit.ids}) > 1 else set())


def _conflict(units: Sequence[Unit]) -> str:
    """Why the units cannot be one entity, or ""."""
    known = {unit.known for unit in units if unit.known}
    if len(known) > 1:
        return f"two known entities: {', '.join(sorted(known))}"
    for one, other in combinations(sorted({tuple(sorted(unit.countries)) for unit in units if unit.countries}), 2):
        if not set(one) & set(other):
            return f"countries differ: {', '.join(one)} and {', '.join(other)}"
    generations = {_generation(unit) for unit in units if unit.label == "PERSON" and _is_full(person_parts(unit.name))}
    if len(generations) > 1:
        return f"generations differ: {', '.join(sorted(found or 'none' for found in generations))}"
    here = {(unit.article, id) for unit in units for id in unit.ids}
    if any((unit.article, id) in here for unit in units for id in unit.apart):
        return "a relation of an article joins them"
    return ""


def _generation(unit: Unit) -> str:
    texts = [unit.known_name] if unit.known else unit.texts
    found = sorted(found.group(1) for text in texts if (found := _GENERATION.search(text)))
    return found[0].replace("Junior", "Jr").replace("Senior", "Sr") if found else ""


def _shared(one: Iterable[Unit], other: Iterable[Unit]) -> str:
    """The country or organisation that two persons have in common, or ""."""
    one, other = list(one), list(other)
    countries = {code for unit in one for code in unit.countries} & {code for unit in other for code in unit.countries}
    organisations = {x for unit in one for x in unit.organisations} & {x for unit in other for x in unit.organisations}
    return min(countries or organisations, default="")


def _names(group: Iterable[Unit]) -> list[Parts]:
    """The group's full names, in parts, each spelling once."""
    return sorted({parts for unit in group if len(parts := person_parts(unit.name)) > 1})


def _fuller(groups: list[Group], known: KnownPersons) -> tuple[list[Group], list[Refusal]]:
    """Join each group with the one group that has its name with more middle names, or one more surname."""
    by_ends: dict[Parts, list[int]] = {}
    by_first: dict[Parts, list[int]] = {}
    names = [_names(group) for group in groups]
    folded = [{tuple(map(fold, parts)) for parts in found} for found in names]
    for number, found in enumerate(folded):
        for parts in found:
            _put(by_ends, (parts[0], parts[-1]), number)
            _put(by_first, parts[:2], number)
    links: dict[int, int] = {}
    refusals = []
    for number, found in enumerate(folded):
        if any(family_first(parts) for parts in names[number]):
            continue
        fuller: set[int] = set()
        for parts in found:
            if len(known.with_ends(parts)) > 1:
                continue  # another George Bush may be meant, though the corpus has only one
            longer = {n for n in by_ends[parts[0], parts[-1]] if any(middle_left_out(parts, x) for x in folded[n])}
            if len(parts) == 2:
                longer |= {n for n in by_first[parts] if any(x[:2] == parts != x for x in folded[n])}
            fuller |= {n for n in longer if only_initials(parts, folded[n]) or _shared(groups[number], groups[n])}
        fuller.discard(number)
        fitting = {n for n in fuller if not _conflict([*groups[number], *groups[n]])}
        if len(fitting) > 1:
            fitting = {n for n in fitting if _shared(groups[number], groups[n])}
        if len(fitting) == 1:
            links[number] = fitting.pop()
        elif fuller:
            reason = (
                "several fuller names fit" if len(fuller) > 1 else _conflict([*groups[number], *groups[min(fuller)]])
            )
            refusals.append(_refusal([*groups[number], *(unit for n in fuller for unit in groups[n])], reason))
    return _linked(groups, links, refusals)


def _put(index: dict[Parts, list[int]], key: Parts, number: int) -> None:
    if number not in (numbers := index.setdefault(key, [])):
        numbers.append(number)


def _linked(
    groups: list[Group], links: Mapping[int, int], refusals: list[Refusal]
) -> tuple[list[Group], list[Refusal]]:
    """Join the groups along the links, but no component that would contradict itself."""
    component: dict[int, set[int]] = {}
    for one, other in sorted(links.items()):
        joined = component.get(one, {one}) | component.get(other, {other})
        for number in joined:
            component[number] = joined
    result = [group for number, group in enumerate(groups) if number not in component]
    for joined in {min(numbers): numbers for numbers in component.values()}.values():
        units = [unit for number in sorted(joined) for unit in groups[number]]
        if reason := _conflict(units):
            refusals.append(_refusal(units, reason))
            result += [groups[number] for number in sorted(joined)]
        else:
            reasons = {reason for number in joined for reason in groups[number].reasons}
            result.append(Group(units, {*reasons, "name without a middle name or second surname"}))
    return result, refusals


def _attach(groups: list[Group], short: list[Unit], known: KnownPersons) -> tuple[list[Unit], list[Refusal]]:
    """Put surnames and names with a first initial to the one full name that fits; those that stay alone come back."""
    by_surname: dict[Parts, list[int]] = {}
    for number, group in enumerate(groups):
        for parts in _names(group):
            for surname in family_names(parts):
                _put(by_surname, tuple(map(fold, surname)), number)
    left: list[Unit] = []
    refusals: list[Refusal] = []
    attached: dict[int, list[tuple[Unit, str]]] = {}
    for unit in short:
        parts = tuple(map(fold, person_parts(unit.name)))
        initial = len(parts) > 1 and len(parts[0]) == 1
        namesakes = by_surname.get(parts[-1:] if initial else parts, [])
        if initial:
            namesakes = [n for n in namesakes if any(abbreviates(parts, name) for name in _names(groups[n]))]
        shared = {n: what for n in namesakes if (what := _shared([unit], groups[n]))}
        fitting = [n for n in shared if not _conflict([*groups[n], unit])]
        others = known.with_part(parts[-1:] if initial else parts, unit.countries)
        if len(fitting) == 1 and not others - {other.known for other in groups[fitting[0]]}:
            attached.setdefault(fitting[0], []).append((unit, shared[fitting[0]]))
            continue
        left.append(unit)
        if namesakes:
            reason = "several full names fit" if fitting else _conflict([unit, *groups[namesakes[0]]])
            reason = reason or "no country or organisation in common"
            refusals.append(_refusal([unit, *(other for n in namesakes for other in groups[n])], reason))
    for number, pairs in attached.items():
        units = [unit for unit, _ in pairs]
        for unit, what in pairs:
            rivals = [other for other in units if other is not unit and _conflict([unit, other])]
            if rivals:
                left.append(unit)
                refusals.append(_refusal([unit, *rivals], _conflict([unit, rivals[0]])))
            else:
                groups[number].units.append(unit)
                groups[number].reasons.add(f"surname or initial, with {what} in common")
    return left, refusals


def _refusal(units: Iterable[Unit], reason: str) -> Refusal:
    units = list(units)
    names = {bare_name(unit.name) if unit.label == "PERSON" else unit.name for unit in units}
    return Refusal(units[0].label, tuple(sorted(names)), reason, tuple(sorted({unit.article for unit in units})))
