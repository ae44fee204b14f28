"""The same entity under one id over a corpus, although each article was annotated alone.

Within an article the pipeline knows who "Raisi" is; an entity that no gazetteer holds has an id made of its name as
the article writes it. `resolve` joins those ids over a corpus: spellings and transliterations, names with and without
middle names, surnames with a country or organisation in common, acronyms with the names for which an article defines
them. It never joins persons whose first names or countries differ, and gives them different ids where they had one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import permutations
from typing import Any

from entityrel.knowledge.gazetteer import Gazetteer, load_gazetteer
from entityrel.knowledge.identity import Group, Refusal, Unit, fullness, same_names, same_persons
from entityrel.knowledge.known_persons import known_persons
from entityrel.knowledge.names import bare_name, defined_acronym, slug, without_the
from entityrel.schema import AnnotatedArticle, Mention, Relation

__all__ = ["Merge", "Refusal", "Resolution", "Resolver", "resolve"]

#: The labels whose ids may be joined; a country's id is its code.
LABELS = ("ORG", "LOC", "WEAPON", "PERSON")
_OFFICES = ("leads", "represents")
#: Rounds until nothing changes; two or three do, and no corpus is known that needs more.
_ROUNDS = 12

Key = tuple[str, str, str]
"""An entity of an article: the article's id, label and id."""


@dataclass(frozen=True, slots=True)
class Merge:
    """Ids of the input that became one.

    Attributes:
        label: Label of the entity.
        id: Its id in the output.
        name: Its canonical name.
        ids: Its ids in the input, sorted.
        texts: All that the articles call it, sorted.
        articles: Ids of the articles in which it stands, sorted.
        reasons: Why they were joined ("spelling", "surname or initial, with USA in common").
    """

    label: str
    id: str
    name: str
    ids: tuple[str, ...]
    texts: tuple[str, ...]
    articles: tuple[str, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Resolution:
    """The articles with joined ids, and a report; iterating gives the articles.

    Attributes:
        articles: The articles of the input, in its order.
        merged: What was joined, by label and id.
        refused: What looks alike and was kept apart, and why.
    """

    articles: tuple[AnnotatedArticle, ...]
    merged: tuple[Merge, ...]
    refused: tuple[Refusal, ...]

    def __iter__(self) -> Iterator[AnnotatedArticle]:
        return iter(self.articles)

    def __len__(self) -> int:
        return len(self.articles)


def resolve(articles: Iterable[AnnotatedArticle], *, gazetteer: Gazetteer | None = None) -> Resolution:
    """Give the same entity the same id in all articles.

    The result does not depend on the order of the articles, and resolving it again changes nothing. For a corpus that
    does not fit in memory use `Resolver`.

    Args:
        articles: Records with different ids; those with one id are taken for one article.
        gazetteer: Known entities, whose ids stay as they are; the packaged one by default.

    Example:
        >>> from entityrel.schema import Mention
        >>> def article(id, name):
        ...     slug = name.lower().replace(" ", "-")
        ...     who = Mention(start=0, end=len(name), text=name, label="PERSON", id=slug)
        ...     return AnnotatedArticle(id=id, text=f"{name} spoke.", entities=(who,))
        >>> articles = [article("a1", "Yusuf Karam"), article("a2", "Youssef Karam"), article("a3", "Ali Karam")]
        >>> resolution = resolve(articles)
        >>> [found.entities[0].id for found in resolution]
        ['youssef-karam', 'youssef-karam', 'ali-karam']
        >>> [(merge.ids, merge.reasons) for merge in resolution.merged]
        [(('youssef-karam', 'yusuf-karam'), ('spelling',))]
    """
    kept = tuple(articles)
    resolver = Resolver(gazetteer)
    for article in kept:
        resolver.learn(article)
    return Resolution(tuple(map(resolver.rewrite, kept)), resolver.merged, resolver.refused)


class Resolver:
    """`resolve` in two passes over a stream: `learn` from every article, then `rewrite` each.

    It keeps names, countries and organisations of the entities, not the articles.
    """

    def __init__(self, gazetteer: Gazetteer | None = None) -> None:
        self._gazetteer = gazetteer or load_gazetteer()
        self._units: dict[Key, Unit] = {}
        self._decided: _Decision | None = None

    def learn(self, article: AnnotatedArticle) -> None:
        """Take note of the entities of an article."""
        self._decided = None
        for mention in {(m.start, m.end, m.label, m.id): m for m in _mentions(article)}.values():
            if mention.label not in LABELS:
                continue
            unit = self._unit(article.id, mention)
            unit.texts[mention.text] += 1
            unit.names |= {mention.name} if mention.name else set()
            if mention.label == "ORG" and " " in mention.text:
                defined = defined_acronym(article.text, mention.end)
                unit.acronyms |= {defined} if defined else set()
        for relation in article.relations:
            self._learn_relation(article.id, relation)

    def _unit(self, article: str, mention: Mention) -> Unit:
        key = (article, mention.label, mention.id)
        if key not in self._units:
            self._units[key] = Unit(article, mention.label, {mention.id})
        return self._units[key]

    def _learn_relation(self, article: str, relation: Relation) -> None:
        arguments = [m for m in (relation.subject, relation.object, relation.recipient) if m and m.label in LABELS]
        for one, other in permutations(arguments, 2):
            if one.label == other.label and one.id != other.id:
                self._unit(article, one).apart.add(other.id)
        if relation.predicate in _OFFICES and relation.subject.label == "PERSON":
            unit = self._unit(article, relation.subject)
            if relation.object.label == "COUNTRY":
                unit.countries.add(relation.object.id)
            elif relation.object.label == "ORG":
                unit.organisations.add(relation.object.id)

    @property
    def merged(self) -> tuple[Merge, ...]:
        """What is joined, as far as was learned."""
        return self._decision.merged

    @property
    def refused(self) -> tuple[Refusal, ...]:
        """What looks alike and is kept apart, as far as was learned."""
        return self._decision.refused

    @property
    def _decision(self) -> _Decision:
        if self._decided is None:
            self._decided = _decide(self._units, self._gazetteer)
        return self._decided

    def rewrite(self, article: AnnotatedArticle) -> AnnotatedArticle:
        """The article with the ids and names of the corpus; one that was not learned stays as it is."""
        entities = self._decision.entities

        def mention(old: Mention | None) -> Mention | None:
            new = entities.get((article.id, old.label, old.id)) if old else None
            if old is None or new is None:
                return old
            id, name = new
            # as in the pipeline's records: a name that the text spells out is not written again
            name = old.name if name is None else name if name != old.text else None
            return old if (id, name) == (old.id, old.name) else old.model_copy(update={"id": id, "name": name})

        def relation(old: Relation) -> Relation:
            changed: dict[str, Any] = {role: mention(getattr(old, role)) for role, _ in old.mentions()}
            if old.provenance and old.provenance.attribution:
                chain = tuple(map(mention, old.provenance.attribution))
                changed["provenance"] = old.provenance.model_copy(update={"attribution": chain})
            return old.model_copy(update=changed)

        return article.model_copy(
            update={
                "entities": tuple(map(mention, article.entities)),
                "relations": tuple(map(relation, article.relations)),
            }
        )


def _mentions(article: AnnotatedArticle) -> Iterator[Mention]:
    yield from article.entities
    for relation in article.relations:
        yield from (mention for _, mention in relation.mentions())
        yield from relation.provenance.attribution if relation.provenance else ()


@dataclass(slots=True)
class _Decision:
    """The id and name of each entity in the output (no name: as it was), and the report."""

    entities: Mapping[Key, tuple[str, str | None]]
    merged: tuple[Merge, ...] = ()
    refused: tuple[Refusal, ...] = ()


@dataclass(slots=True)
class _Round:
    """What one round changes, by the entity as the round found it."""

    entities: dict[Key, tuple[str, str | None]] = field(default_factory=dict)
    reasons: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    refused: list[Refusal] = field(default_factory=list)


def _decide(learned: Mapping[Key, Unit], gazetteer: Gazetteer) -> _Decision:
    """Resolve until nothing changes, so that resolving the result again changes nothing."""
    now: dict[Key, tuple[str, str | None]] = {key: (key[2], None) for key in learned}
    reasons: dict[tuple[str, str], set[str]] = {}
    units = learned
    for _ in range(_ROUNDS):
        found = _round(units, gazetteer)
        before, reasons = reasons, {key: set(why) for key, why in found.reasons.items()}
        for key, (id, name) in now.items():
            new, new_name = found.entities[key[0], key[1], id]
            reasons.setdefault((key[1], new), set()).update(before.get((key[1], id), ()))
            now[key] = (new, new_name or name)
        changed = any(key[2] != id for key, (id, _) in found.entities.items())
        if not changed:
            break
        units = _rewritten(units, found)
    return _Decision(now, tuple(_merges(learned, now, reasons)), tuple(sorted(found.refused, key=_refusal_key)))


def _refusal_key(refusal: Refusal) -> tuple[str, tuple[str, ...], str, tuple[str, ...]]:
    return refusal.label, refusal.names, refusal.reason, refusal.articles


def _merges(
    learned: Mapping[Key, Unit],
    now: Mapping[Key, tuple[str, str | None]],
    reasons: Mapping[tuple[str, str], set[str]],
) -> Iterator[Merge]:
    together: dict[tuple[str, str], list[Key]] = {}
    for key, (id, _) in now.items():
        together.setdefault((key[1], id), []).append(key)
    for (label, id), keys in sorted(together.items()):
        ids = tuple(sorted({key[2] for key in keys}))
        if len(ids) > 1:
            name = next((now[key][1] for key in sorted(keys) if now[key][1]), None)
            texts = tuple(sorted({text for key in keys for text in learned[key].texts}))
            articles = tuple(sorted({key[0] for key in keys}))
            yield Merge(label, id, name or texts[0], ids, texts, articles, tuple(sorted(reasons[label, id])))


def _round(units: Mapping[Key, Unit], gazetteer: Gazetteer) -> _Round:
    result = _Round()
    # organisations first: persons may have one in common
    for label in LABELS:
        found = [_known(unit, key[2], gazetteer) for key, unit in sorted(units.items()) if key[1] == label]
        if label == "PERSON":
            for unit in found:
                _place(unit, result.entities, gazetteer)
            groups, refused = same_persons(found, known_persons(gazetteer))
        else:
            groups, refused = same_names(label, found)
        result.refused += refused
        for group, (id, name) in _identified(label, groups, gazetteer):
            if group.reasons:
                result.reasons.setdefault((label, id), set()).update(group.reasons)
            for unit in group:
                for old in unit.ids:
                    result.entities[unit.article, label, old] = (id, name)
    return result


def _known(unit: Unit, id: str, gazetteer: Gazetteer) -> Unit:
    """A copy of the unit that says whether the gazetteer holds it."""
    name = gazetteer.name(unit.label, id)
    copy = Unit(
        unit.article, unit.label, {id}, Counter(unit.texts), set(unit.names), id if name else None, name or "",
        set(unit.countries), set(unit.organisations), set(unit.apart), set(unit.acronyms),
    )  # fmt: skip
    if len(unit.texts) > 1:
        copy.acronyms |= {text.replace(".", "") for text in unit.texts if text.isupper() and " " not in text}
    return copy


def _place(unit: Unit, entities: Mapping[Key, tuple[str, str | None]], gazetteer: Gazetteer) -> None:
    """Add the countries of a person's organisations and, for a known person, those of the gazetteer."""
    unit.organisations = {entities.get((unit.article, "ORG", id), (id, None))[0] for id in unit.organisations}
    for id in unit.organisations:
        organisation = gazetteer.organisation(id)
        if organisation and organisation.country:
            unit.countries.add(organisation.country)
    if unit.known:
        listed = {office.country for office in gazetteer.offices(unit.known) if office.country}
        unit.countries = listed or unit.countries


def _identified(
    label: str, groups: Iterable[Group], gazetteer: Gazetteer
) -> Iterator[tuple[Group, tuple[str, str | None]]]:
    """Each group with its id and name; two groups that would take one id get different ones."""
    claims: dict[str, list[Group]] = {}
    for group in groups:
        id = next((unit.known for unit in group if unit.known), None) or _best_id(group)
        claims.setdefault(id, []).append(group)
    taken = set(claims)
    for id, claimants in sorted(claims.items()):
        # the one without a country keeps the plain id
        bare = [group for group in claimants if not any(unit.known or unit.countries for unit in group)]
        for group in sorted(claimants, key=_content):
            known = any(unit.known for unit in group)
            keeps = known or len(claimants) == 1 or (len(bare) == 1 and group is bare[0])
            new = id if keeps else _other_id(label, id, group, taken, gazetteer)
            taken.add(new)
            same = len({name for unit in group for name in unit.names}) < 2 and len(_ids(group)) == 1
            yield group, (new, None if same else _display(label, group))


def _ids(group: Group) -> set[str]:
    return {id for unit in group for id in unit.ids}


def _content(group: Group) -> list[tuple[str, list[str]]]:
    """What tells groups apart, whatever the order of the articles."""
    return sorted((unit.article, sorted(unit.ids)) for unit in group)


def _best_id(group: Group) -> str:
    """The id of the canonical name, if a mention has it; else that of the fullest name, the most used one first."""
    if len(ids := _ids(group)) == 1:
        return ids.pop()
    label = group.units[0].label
    votes: Counter[str] = Counter()
    names: dict[str, list[tuple[int, ...]]] = {}
    for unit in group:
        for id in unit.ids:
            votes[id] += unit.texts.total()
            names.setdefault(id, []).append(fullness(label, unit.name))
    name = slug(_display(label, group))
    return min(votes, key=lambda id: (id != name, min(names[id]), -votes[id], id))


def _other_id(label: str, id: str, group: Group, taken: set[str], gazetteer: Gazetteer) -> str:
    """An id for a group whose id another one has as well: with its countries, or with its first article."""
    full = slug(_display(label, group))
    places = "-".join(sorted({country.lower() for unit in group for country in unit.countries}))
    first = slug(min(unit.article for unit in group))
    for candidate in (full, f"{id}-{places}" if places else full, f"{full}-{places}" if places else full):
        if candidate not in taken and gazetteer.name(label, candidate) is None:
            return candidate
    candidate = f"{id}-{first}"
    while candidate in taken:
        candidate += "-x"
    return candidate


def _display(label: str, group: Group) -> str:
    """The canonical name: the gazetteer's, else the fullest one, as the corpus writes it most often."""
    known = next((unit.known_name for unit in group if unit.known), None)
    if known:
        return known
    votes: Counter[str] = Counter()
    for unit in group:
        votes[bare_name(unit.name) if label == "PERSON" else without_the(unit.name)] += unit.texts.total()
    return min(votes, key=lambda name: (*fullness(label, name), -votes[name], name))


def _rewritten(units: Mapping[Key, Unit], found: _Round) -> dict[Key, Unit]:
    """The units as they would be learned from the rewritten articles."""
    result: dict[Key, Unit] = {}
    for (article, label, old), unit in sorted(units.items()):
        id, name = found.entities[article, label, old]
        new = result.setdefault((article, label, id), Unit(article, label, {id}))
        new.texts.update(unit.texts)
        new.names |= {name} if name else unit.names
        new.countries |= unit.countries
        new.acronyms |= unit.acronyms
        new.organisations |= {found.entities.get((article, "ORG", x), (x, None))[0] for x in unit.organisations}
        new.apart |= {found.entities.get((article, label, x), (x, None))[0] for x in unit.apart} - {id}
    return result
