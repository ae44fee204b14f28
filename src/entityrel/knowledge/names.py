"""Which mentions of an article name the same person or organisation, from the spelling of the names alone.

No text is read here but the names, in the order in which the article has them, so that the rules can be tested and
used over a corpus as well.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from entityrel.knowledge.files import Strict, read_yaml
from entityrel.knowledge.gazetteer import Gazetteer, Person

__all__ = [
    "Named",
    "bare_name",
    "defined_acronym",
    "family_first",
    "family_names",
    "initials",
    "is_particle",
    "is_title",
    "name_parts",
    "organisation_words",
    "organisations",
    "persons",
    "same_part",
    "slug",
    "without_the",
]

_DEFINED = re.compile(r"\s*\((?:the\s+)?[“\"‘']?([A-Z][\w&.-]{1,10})[”\"’']?[,;)]")
#: Letters that have no base letter in Unicode.
_LETTERS = str.maketrans(
    {"ı": "i", "ł": "l", "đ": "d", "ø": "o", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ə": "a", "ŋ": "ng"}
)
_WORD = re.compile(r"[^\W_][\w'’]*")


class _Words(Strict):
    titles: frozenset[str]
    female: frozenset[str]
    suffixes: frozenset[str]
    companies: frozenset[str]
    known_as: Mapping[str, str]
    particles: frozenset[str]
    family_first: frozenset[str]


@cache
def _words() -> _Words:
    return read_yaml("gazetteer/name_words.yaml", _Words)


@dataclass(frozen=True, slots=True)
class Named:
    """What a mention names: the entity's id and its display name."""

    id: str
    name: str


def slug(text: str, default: str = "unnamed") -> str:
    """A stable id of a name: lower case, no accents, hyphens between the words.

    Example:
        >>> slug("Recep Tayyip Erdoğan")
        'recep-tayyip-erdogan'
    """
    folded = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    plain = "".join(sign for sign in folded if not unicodedata.combining(sign))
    plain = re.sub(r"['’`´]|(?<=\w)\.(?=\w\b)", "", plain)
    return re.sub(r"[\W_]+", "-", plain).strip("-") or default


def name_parts(text: str) -> tuple[str, ...]:
    """The words of a person's name without titles, suffixes and the prefixes "al-" and "el-", folded.

    Example:
        >>> name_parts("Mr. Bashar al-Assad"), name_parts("Gen. John F. Kelly Jr.")
        (('bashar', 'assad'), ('john', 'f', 'kelly'))
    """
    words = _words()
    last, comma, first = text.partition(",")
    if comma and first.strip() and slug(first.strip()) not in words.suffixes:
        text = f"{first} {last}"
    parts = [part for part in slug(text, "").split("-") if part]
    while len(parts) > 1 and parts[0] in words.titles:
        parts.pop(0)
    while len(parts) > 1 and parts[-1] in words.suffixes:
        parts.pop()
    kept = [part for part in parts if part not in ("al", "el")]
    return tuple(kept or parts or [text])


def is_title(word: str) -> bool:
    """Whether the word is a title that may stand before a person's name ("President", "Mr.")."""
    return slug(word).replace("-", "") in _words().titles


def is_particle(part: str) -> bool:
    """Whether a part of a name, as `name_parts` gives it, leads a family name ("bin", "von", "de")."""
    return part in _words().particles


def family_first(parts: tuple[str, ...]) -> bool:
    """Whether the family name stands first ("Kim Jong-un"): whole names of two or three parts only."""
    return parts[0] in _words().family_first and len(parts) <= 3


def initials(text: str) -> str:
    """The initials of the capitalised words of a name: "International Atomic Energy Agency" gives "IAEA"."""
    return "".join(word[0] for word in _WORD.findall(text) if word[0].isupper())


def defined_acronym(text: str, end: int) -> str | None:
    """The acronym that stands in brackets after a name that ends at ``end``, without its full stops."""
    found = _DEFINED.match(text, end)
    return found.group(1).replace(".", "") if found else None


@dataclass(slots=True)
class _Cluster:
    parts: tuple[str, ...]
    text: str
    known: str | None
    forms: set[tuple[str, ...]] = field(default_factory=set)


def persons(
    mentions: Sequence[tuple[str, str]], gazetteer: Gazetteer, countries: Iterable[str] = (), date: str = ""
) -> list[Named]:
    """Who each mention of an article is.

    A surname alone is the person with that surname whose full name the article has, or else the one known person of
    that name with an office in a country of the article, at its date. A first name alone, a namesake with another
    first name and a spouse stay apart.

    Args:
        mentions: The name and the word before it, of each mention, in the order of the article.
        gazetteer: Known persons.
        countries: Codes of the countries that the article mentions.
        date: The article's date, ISO 8601, if it is known.

    Returns:
        What each mention names, in the same order.
    """
    forms = [name_parts(text) for text, _ in mentions]
    clusters: list[_Cluster] = []
    by_last: dict[str, list[_Cluster]] = {}
    by_id: dict[str, _Cluster] = {}
    full: dict[tuple[str, ...], _Cluster] = {}
    for position in sorted(range(len(mentions)), key=lambda position: -len(forms[position])):
        form = forms[position]
        if len(form) < 2 or form in full:
            continue
        known = _known(form, gazetteer)
        cluster = by_id.get(known or "") or _matching(form, known, by_last.get(form[-1], []))
        if cluster is None:
            cluster = _Cluster(form, bare_name(mentions[position][0]), known)
            clusters.append(cluster)
            by_last.setdefault(form[-1], []).append(cluster)
        if known and cluster.known is None:
            cluster.known = known
        if cluster.known:
            by_id.setdefault(cluster.known, cluster)
        full[form] = cluster
    first_seen = {id(full[form]): position for position, form in reversed(list(enumerate(forms))) if form in full}
    surnames = _Surnames(sorted(clusters, key=lambda cluster: first_seen[id(cluster)]), gazetteer)
    places = set(countries)
    nicknames = {cluster.parts[:1]: _nickname(cluster.parts[:1], gazetteer) for cluster in clusters}
    first_names = {
        cluster.parts[:1]
        for cluster in clusters
        if cluster.known is None or nicknames[cluster.parts[:1]] != cluster.known
    }
    alone: dict[tuple[str, ...], Named] = {}
    result = []
    for (text, before), form in zip(mentions, forms, strict=True):
        cluster = full.get(form) or surnames.find(form, before)
        if cluster is not None:
            result.append(_named(cluster, gazetteer))
            continue
        if form not in alone:
            bare = bare_name(text)
            # another Fidel of the article may be meant
            unclear = form in first_names
            alone[form] = Named(slug(bare), bare) if unclear else _single(bare, form, gazetteer, places, date)
        result.append(alone[form])
    return result


def bare_name(text: str) -> str:
    """The name without titles before it, as written."""
    words = text.split()
    while len(words) > 1 and is_title(words[0]):
        words.pop(0)
    return " ".join(words)


@cache
def _full_names(gazetteer: Gazetteer) -> dict[tuple[str, ...], set[str]]:
    """The ids of the known persons by the parts of their full names, with and without initials."""
    known: dict[tuple[str, ...], set[str]] = {}
    for alias in gazetteer.aliases():
        if alias.label == "PERSON" and alias.sense != "surname":
            parts = name_parts(alias.text)
            for form in {parts, _without_initials(parts)}:
                known.setdefault(form, set()).add(alias.id)
    return known


def _without_initials(parts: tuple[str, ...]) -> tuple[str, ...]:
    long = tuple(part for part in parts if len(part) > 1)
    return long if len(long) > 1 else parts


def _known(form: tuple[str, ...], gazetteer: Gazetteer) -> str | None:
    names = _full_names(gazetteer)
    ids = names.get(form) or names.get(_without_initials(form)) or set()
    return next(iter(ids)) if len(ids) == 1 else None


def _matching(form: tuple[str, ...], known: str | None, clusters: list[_Cluster]) -> _Cluster | None:
    fitting = [
        cluster
        for cluster in clusters
        if _shorter_of(form, cluster.parts) and not (known and cluster.known and known != cluster.known)
    ]
    return fitting[0] if len(fitting) == 1 else None


def _shorter_of(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    """Whether ``short`` is ``long`` with parts left out or given as initials, the last part kept."""
    if short[-1] != long[-1] or len(short) > len(long):
        return False
    rest = iter(long)
    return all(any(same_part(part, other) for other in rest) for part in short)


def same_part(part: str, other: str) -> bool:
    """Whether two parts of names are the same, or one is the other's initial."""
    return part == other or (1 in (len(part), len(other)) and part[0] == other[0])


def family_names(parts: tuple[str, ...]) -> set[tuple[str, ...]]:
    """The forms of a person's family name: the last part, with particles before it, or the first part of some."""
    surnames = {parts[-1:], *(parts[start:] for start in range(1, len(parts)))}
    if parts[-2] in ("bin", "bint", "ibn"):  # "Mohammed bin Salman" is not the king, his father
        surnames.discard(parts[-1:])
    if family_first(parts):
        surnames.add(parts[:1])
    return surnames


class _Surnames:
    """The persons of an article, in its order, by the forms of their family names and by inner parts of their names."""

    def __init__(self, clusters: Iterable[_Cluster], gazetteer: Gazetteer) -> None:
        self._family: dict[tuple[str, ...], list[_Cluster]] = {}
        self._inner: dict[str, list[_Cluster]] = {}
        for cluster in clusters:
            other_spellings = _surnames_by_id(gazetteer).get(cluster.known or "", set())
            for surname in family_names(cluster.parts) | other_spellings:
                self._family.setdefault(surname, []).append(cluster)
            for part in set(cluster.parts[1:-1]):
                self._inner.setdefault(part, []).append(cluster)

    def find(self, form: tuple[str, ...], before: str) -> _Cluster | None:
        """The person whom a surname names; of several, the first in the article, or the last after "Mrs"."""
        fitting = self._family.get(form, [])
        if len(fitting) > 1 and slug(before) in _words().female:
            return fitting[-1]
        if fitting:
            return fitting[0]
        # "Posada" is Luis Posada Carriles
        inner = self._inner.get(form[0], []) if len(form) == 1 and len(form[0]) > 1 else []
        return inner[0] if len(inner) == 1 else None


def _named(cluster: _Cluster, gazetteer: Gazetteer) -> Named:
    if cluster.known:
        return Named(cluster.known, gazetteer.name("PERSON", cluster.known) or cluster.text)
    return Named("-".join(_without_initials(tuple(slug(cluster.text).split("-")))), cluster.text)


@cache
def _known_surnames(gazetteer: Gazetteer) -> dict[tuple[str, ...], set[str]]:
    """The ids of the known persons by the forms of their family names."""
    known: dict[tuple[str, ...], set[str]] = {}
    for parts, ids in _full_names(gazetteer).items():
        for surname in family_names(parts) if len(parts) > 1 else ():
            known.setdefault(surname, set()).update(ids)
    return known


@cache
def _surnames_by_id(gazetteer: Gazetteer) -> dict[str, set[tuple[str, ...]]]:
    """The forms of the family name of each known person, in all spellings."""
    forms: dict[str, set[tuple[str, ...]]] = {}
    for surname, ids in _known_surnames(gazetteer).items():
        for id in ids:
            forms.setdefault(id, set()).add(surname)
    return forms


def _nickname(form: tuple[str, ...], gazetteer: Gazetteer) -> str | None:
    """The id of the person whom the news knows by this one name."""
    id = _words().known_as.get("-".join(form), "")
    return id if gazetteer.offices(id) else None


def _single(text: str, form: tuple[str, ...], gazetteer: Gazetteer, countries: set[str], date: str) -> Named:
    """Who a name is of which the article has no fuller form."""
    nickname = _nickname(form, gazetteer)
    own = {nickname} if nickname else _full_names(gazetteer).get(form, set())
    if len(own) != 1:
        namesakes = _known_surnames(gazetteer).get(form, set())
        own = {id for id in namesakes if _in_office(gazetteer.offices(id), countries, date)}
        leaders = {id for id in own if _leads(gazetteer.offices(id), countries, date)}
        own = leaders if len(leaders) == 1 else own if len(namesakes) == 1 else set()
    if len(own) != 1:
        return Named(slug(text), text)
    known = next(iter(own))
    return Named(known, gazetteer.name("PERSON", known) or text)


def _in_office(offices: Iterable[Person], countries: set[str], date: str) -> bool:
    """Whether a person has, or had, an office in one of the countries by the date, if that is known."""
    return any(
        office.country in countries and not (date and office.since and office.since > date) for office in offices
    )


def _leads(offices: Iterable[Person], countries: set[str], date: str) -> bool:
    """Whether a person leads one of the states at the date, or ever, if no date is known."""
    return any(
        office.role == "leads"
        and not office.organisation
        and _in_office([office], countries, date)
        and not (date and office.until and office.until[:4] < date[:4])
        for office in offices
    )


def organisations(text: str, spans: Sequence[tuple[int, int]], gazetteer: Gazetteer) -> list[Named]:
    """Which organisation each mention of an article is.

    An acronym is what the article defines it to be ("International Atomic Energy Agency (IAEA)"), or a name in the
    article with these initials, or else a known one. An unknown name that begins or ends just one fuller name of the
    article is that one ("the Council", "Hanwha").

    Args:
        text: The article.
        spans: Start and end of each mention, in the order of the text.
        gazetteer: Known organisations.
    """
    mentions = [text[start:end] for start, end in spans]
    meaning: dict[str, str] = {}
    for mention in mentions:
        if " " in mention and len(letters := initials(mention)) > 2:
            meaning.setdefault(letters, mention)
    for (_, end), mention in zip(spans, mentions, strict=True):
        if " " in mention and (defined := defined_acronym(text, end)):
            meaning[defined] = mention
    full = [meaning.get(mention.replace(".", ""), mention) if mention.isupper() else mention for mention in mentions]
    known = {
        name: next((alias.id for alias in gazetteer.lookup(name, "ORG") if not alias.yields), None) for name in full
    }
    words = {name: organisation_words(name) for name in full}
    ids = {name: known[name] or slug(" ".join(words[name])) for name in full}
    longer: dict[tuple[str, ...], set[str]] = {}
    for name, parts in words.items():
        for cut in range(1, len(parts)):
            longer.setdefault(parts[:cut], set()).add(ids[name])
            longer.setdefault(parts[-cut:], set()).add(ids[name])
    for name, parts in words.items():
        if not known[name] and len(fuller := longer.get(parts, set())) == 1:
            ids[name] = next(iter(fuller))
    fullest: dict[str, str] = {}
    for name in full:
        fullest[ids[name]] = max(fullest.get(ids[name], ""), name, key=len)
    return [Named(ids[name], gazetteer.name("ORG", ids[name]) or without_the(fullest[ids[name]])) for name in full]


def without_the(name: str) -> str:
    """The name without a "the" before it."""
    return re.sub(r"(?i)^the\s+", "", name)


def organisation_words(name: str) -> tuple[str, ...]:
    """The words of the name, folded, without "the" before and the legal form after it."""
    words = slug(name).split("-")
    if len(words) > 1 and words[0] == "the":
        words.pop(0)
    while len(words) > 1 and words[-1] in _words().companies:
        words.pop()
    return tuple(words)
