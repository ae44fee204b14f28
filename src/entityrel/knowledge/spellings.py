"""When two spellings are the same name: transliterations, accents, hyphens, "Al-" and "el-"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache

from pydantic import model_validator

from entityrel.knowledge.aliases import alias_key
from entityrel.knowledge.files import Strict, read_yaml
from entityrel.knowledge.names import family_first, name_parts, organisation_words, same_part, slug, without_the

__all__ = [
    "Parts",
    "abbreviates",
    "fold",
    "is_generic",
    "middle_left_out",
    "only_initials",
    "person_keys",
    "person_parts",
    "spelling_key",
]

Parts = tuple[str, ...]
#: The article before a sun letter: "ash-Sharaa", "az-Zawahiri".
_ARTICLE = re.compile(r"\b[aeu](sh|th|[dlnrstz])[-\s](?=\1)", re.IGNORECASE)
_SERVANT = re.compile(r"^abd(?:[aeou]l|[aeou](?=(?:rr|ss|nn)))")
_PATRONYMIC = frozenset(("bin", "ibn", "bint", "ben"))
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})


class _Spellings(Strict):
    names: tuple[Parts, ...]
    organisations: tuple[Parts, ...]
    places: tuple[Parts, ...]
    generic: frozenset[str]

    @model_validator(mode="after")
    def _once(self) -> _Spellings:
        for words in (self.names, self.organisations, self.places):
            seen: set[str] = set()
            for group in words:
                if twice := seen & set(group):
                    raise ValueError(f"{sorted(twice)[0]!r} stands in two lists: join them or take it out of one")
                seen |= set(group)
        return self


@cache
def _spellings() -> _Spellings:
    return read_yaml("gazetteer/spellings.yaml", _Spellings)


@cache
def _variants() -> Mapping[str, Mapping[str, str]]:
    """The first spelling of each list by every other one, for names, organisations and places."""
    data = _spellings()
    return {
        "names": {word: group[0] for group in data.names for word in group},
        "organisations": {word: group[0] for group in data.organisations for word in group},
        "places": {word: group[0] for group in data.places for word in group},
    }


@lru_cache(maxsize=8192)
def fold(part: str) -> str:
    """A part of a person's name in a spelling that stands for all its spellings.

    First names that are different stay different: vowels are changed only where a list of
    ``gazetteer/spellings.yaml`` says so.

    Example:
        >>> fold("muhammad") == fold("mohamed"), fold("zelenskiy") == fold("zelenskyy")
        (True, True)
        >>> fold("hassan") == fold("hussein")
        False
    """
    known = _variants()["names"].get(part)
    if known:
        return known
    part = _SERVANT.sub("abd", part) if len(part) > 5 else re.sub("^abd[aeou][lr]$", "abd", part)
    part = part.replace("dj", "j").replace("dzh", "j").replace("ou", "u").replace("x", "ks")
    part = re.sub(r"(?:iy|yy|ij|yi|ii)$", "y", part)
    part = re.sub(r"ski$", "sky", part)
    return re.sub(r"([^\W\d_])\1", r"\1", part)


@lru_cache(maxsize=8192)
def person_parts(text: str) -> Parts:
    """The parts of a person's name without titles, suffixes and the Arabic article, folded by accent only."""
    return name_parts(_ARTICLE.sub("al-", text))


@lru_cache(maxsize=8192)
def person_keys(text: str) -> frozenset[Parts]:
    """The keys of a full name: two names with a key in common are spellings of one name.

    A key joins the given names and keeps the family name apart, so that hyphens do not count and "Ann Amara" is not
    "Anna Mara". A name of one part has none.

    Example:
        >>> person_keys("Mohammed al-Deif") == person_keys("Muhammad Dayf")
        True
        >>> bool(person_keys("Kim Jong-un") & person_keys("Kim Jong Un")), person_keys("Mohammed")
        (True, frozenset())
    """
    keys = set()
    for spelling in {text, text.casefold().translate(_UMLAUTS)}:
        parts = person_parts(spelling)
        if len(parts) < 2:
            continue
        folded = tuple(map(fold, parts))
        keys.add(("given", "".join(folded[:-1]), folded[-1]))
        if family_first(parts):
            keys.add(("family", folded[0], "".join(folded[1:])))
    return frozenset(keys)


def is_generic(text: str) -> bool:
    """Whether the name of an organisation is one that many have.

    Example:
        >>> is_generic("the Ministry of Defence"), is_generic("Russian Defence Ministry")
        (True, False)
    """
    variants = _variants()["organisations"]
    return all(variants.get(word, word) in _spellings().generic for word in organisation_words(text))


@lru_cache(maxsize=8192)
def spelling_key(label: str, text: str) -> str:
    """What all spellings of an organisation, a place or a weapon have in common.

    Example:
        >>> spelling_key("ORG", "The Defence Ministry") == spelling_key("ORG", "Defense Ministry")
        True
        >>> spelling_key("LOC", "Deir ez-Zor") == spelling_key("LOC", "Deir al-Zor")
        True
        >>> spelling_key("WEAPON", "Shahed 136") == spelling_key("WEAPON", "shahed-136")
        True
    """
    if label == "WEAPON":
        return re.sub(r"(?<=\d) (?=\d)", "-", " ".join(alias_key(text))).replace(" ", "")
    if label == "ORG":
        words, variants = organisation_words(text), _variants()["organisations"]
    else:
        plain = without_the(_ARTICLE.sub("al-", text))
        words, variants = tuple(slug(plain).split("-")), {"el": "al", **_variants()["places"]}
    return "".join(variants.get(word, word) for word in words)


def middle_left_out(short: Parts, long: Parts) -> bool:
    """Whether ``short`` is ``long`` with middle names left out or as initials."""
    if len(short) > len(long) or short == long:
        return False
    rest = list(long[1:-1])
    for part in short[1:-1]:
        while rest and not same_part(part, rest[0]):
            rest.pop(0)
        if not rest:
            return False
        rest.pop(0)
    return not _PATRONYMIC & (set(long) - set(short))


def only_initials(short: Parts, names: Iterable[Parts]) -> bool:
    """Whether one of the names has nothing more than middle initials."""
    return any(
        middle_left_out(short, name) and all(len(part) == 1 for part in set(name) - set(short)) for name in names
    )


def abbreviates(short: Parts, name: Parts) -> bool:
    """Whether "J. P. Kowal" may be short for a name: no initial without its name."""
    given = tuple(map(fold, name[:-1]))
    return len(short) <= len(name) and all(map(same_part, short[:-1], given))
