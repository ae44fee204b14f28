"""How much of it: the text of the amount of a relation's object, and what it says as a number."""

from __future__ import annotations

import re
from dataclasses import dataclass

from spacy.tokens import Doc, Token

from entityrel.knowledge.cues import Lexicon
from entityrel.pipeline.state import TokenSpan

__all__ = ["Quantity", "quantity_of", "read_number"]

_CURRENCY = {"$": "USD", "US$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "dollar": "USD", "euro": "EUR",
             "pound": "GBP", "rouble": "RUB", "ruble": "RUB", "C$": "CAD", "A$": "AUD", "yuan": "CNY"}  # fmt: skip
_UNITS = {"ton": "tonnes", "tonne": "tonnes", "tons": "tonnes", "tonnes": "tonnes", "kilo": "kg", "kilogram": "kg"}
_ONES = {name: float(n) for n, name in enumerate(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen".split())}  # fmt: skip
_TENS = {name: 10.0 * n for n, name in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)}
_SCALES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "bn": 1e9, "m": 1e6, "dozen": 12.0,
           "score": 20.0, "trillion": 1e12, "k": 1e3}  # fmt: skip
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount.

    Attributes:
        start: First character, in the Doc's text.
        end: Character after the last.
        value: The number, where it could be read.
        unit: "USD", "tonnes" …; None for a count of pieces.
        bound: "about", "at least" or "at most", where the text says so.
    """

    start: int
    end: int
    value: float | None
    unit: str | None
    bound: str | None


def read_number(text: str) -> float | None:
    """The number that a phrase says, or None.

    Example:
        >>> read_number("about two hundred and fifty"), read_number("$1.29 billion"), read_number("dozens of")
        (250.0, 1290000000.0, None)
    """
    total, current, seen = 0.0, 0.0, False
    words = re.findall(r"\d[\d,]*(?:\.\d+)?|[a-z]+", text.lower())
    for position, word in enumerate(words):
        following = words[position + 1] if position + 1 < len(words) else ""
        if _NUMBER.fullmatch(word):
            if seen and not (following in _SCALES):
                break  # "300 to 400": the first
            current, seen = current + float(word.replace(",", "")), True
        elif word in _ONES or word in _TENS:
            current, seen = current + _ONES.get(word, _TENS.get(word, 0.0)), True
        elif word in ("a", "an") and following in _SCALES:
            current, seen = current + 1, True
        elif word == "half" and following in ("a", "million"):
            current, seen = 0.5, True
            words[position + 1] = "and"
        elif word in _SCALES and seen:
            current = max(current, 1.0) * _SCALES[word]
            if _SCALES[word] >= 1e3:
                total, current = total + current, 0.0
        elif word == "to" and seen:
            break
    return total + current if seen else None


def quantity_of(doc: Doc, mention: TokenSpan, lexicon: Lexicon) -> Quantity | None:
    """The amount of the object mentioned at ``mention``: "20 T-72s", "dozens of drones", "$5 billion worth of arms"."""
    span = _before(doc, mention, lexicon) or _after(doc, mention, lexicon)
    if span is None:
        return None
    start, end = span
    text = doc[start:end].text
    words = {token.lower_ for token in doc[start:end]} | {token.lemma_.lower() for token in doc[start:end]}
    unit = next((_CURRENCY[word] for word in doc[start:end].text.replace("$", "$ ").split() if word in _CURRENCY), None)
    unit = unit or next((_CURRENCY[t.text] for t in doc[start:end] if t.text in _CURRENCY), None)
    unit = unit or next((_UNITS[word] for word in words if word in _UNITS), None)
    lowered = f" {text.lower()} "
    bound = next(
        (name for name, cues in lexicon.cues.bounds.items() if any(f" {cue} " in lowered for cue in cues)), None
    )
    chars = doc[start:end]
    return Quantity(chars.start_char, chars.end_char, read_number(text), unit, bound)


def _before(doc: Doc, mention: TokenSpan, lexicon: Lexicon) -> TokenSpan | None:
    """The amount in front of the mention, past its adjectives: "some 300 Iranian-made drones"."""
    end = mention[0]
    first = doc[mention[0]].sent.start
    position = end - 1
    while position >= first and _between(doc[position], lexicon):
        position -= 1
    if position < first:
        return None
    last = position + 1
    if doc[position].lower_ == "of":
        return _of_phrase(doc, position, first, lexicon)
    if not _amount(doc[position], lexicon):
        return None
    return _grow(doc, position, first, lexicon), last


def _between(token: Token, lexicon: Lexicon) -> bool:
    """Words that may stand between amount and mention: adjectives, nationalities, "new"."""
    if _amount(token, lexicon) or token.is_punct or token.is_space and "\n" in token.text:
        return token.text in ("-", "’s") and not token.is_space
    return token.dep_ in ("amod", "compound", "poss", "case", "nmod", "punct") and token.pos_ in (
        "ADJ", "NOUN", "PROPN", "VERB", "PART", "ADV"
    )  # fmt: skip


def _amount(token: Token, lexicon: Lexicon) -> bool:
    if token.ent_type_:
        return False
    return (
        token.like_num
        or token.lower_ in lexicon.cues.quantity_words
        or (token.pos_ == "NUM" and token.text[:1].isdigit())
        or (token.lower_ in ("more", "another") and token.i > 0 and doc_number(token))
    )


def doc_number(token: Token) -> bool:
    """Whether a number stands before the word ("four more")."""
    return token.i > 0 and (token.nbor(-1).like_num or token.nbor(-1).lower_ in ("dozen", "few"))


def _of_phrase(doc: Doc, of: int, first: int, lexicon: Lexicon) -> TokenSpan | None:
    """ "dozens of", "a batch of 20", "$5 billion worth of", "two tons of", "44 of those"."""
    noun = of - 1
    if noun < first:
        return None
    word = doc[noun]
    if _amount(word, lexicon):
        return _grow(doc, noun, first, lexicon), of + 1
    if word.lemma_.lower() in lexicon.cues.quantity_units or word.lower_ in lexicon.cues.quantity_units:
        start = noun
        position = noun - 1
        while position >= first and doc[position].dep_ in ("amod", "compound") and not _amount(doc[position], lexicon):
            position -= 1
        if position >= first and _amount(doc[position], lexicon):
            start = _grow(doc, position, first, lexicon)
        elif position >= first and doc[position].lower_ in ("a", "an", "the"):
            start = position if doc[position].lower_ != "the" else position + 1
        else:
            return None
        return start, of + 1
    return None


def _grow(doc: Doc, position: int, first: int, lexicon: Lexicon) -> int:
    """The start of the amount that ends at ``position``: "at least two hundred", "more than 1,000"."""
    start = position
    cues = lexicon.cues
    while start - 1 >= first:
        token = doc[start - 1]
        lower = token.lower_
        if _amount(token, lexicon) or token.text in _CURRENCY or lower in ("$", "us$"):
            start -= 1
        elif lower in cues.quantity_modifiers and not token.ent_type_:
            start -= 1
        elif lower in ("a", "an") and doc[start].lower_ not in ("more", "most", "many"):
            start -= 1
        elif (
            lower in ("and", "to", "-", "–") and start - 2 >= first and doc[start - 2].like_num and doc[start].like_num
        ):
            start -= 2
        else:
            break
    # a modifier that begins nothing: "to 20 drones", "than 20", "as 20"
    while (
        start < position
        and doc[start].lower_
        in (
            "to",
            "than",
            "as",
            "or",
            "so",
            "more",
            "at",
            "up",
            "least",
            "just",
            "only",
            "the",
            "first",
            "last",
            "other",
            "another",
            "exactly",
        )
        and not _opens(doc, start)
    ):
        start += 1
    return start


def _opens(doc: Doc, start: int) -> bool:
    word, following = doc[start].lower_, doc[start + 1].lower_ if start + 1 < len(doc) else ""
    pairs = {("more", "than"), ("at", "least"), ("at", "most"), ("up", "to"), ("as", "many"), ("close", "to"),
             ("fewer", "than"), ("less", "than")}  # fmt: skip
    return (
        (word, following) in pairs
        or word in ("another",)
        or (word in ("first", "last") and doc[start - 1].lower_ == "the")
    )


def _after(doc: Doc, mention: TokenSpan, lexicon: Lexicon) -> TokenSpan | None:
    """The amount behind the mention: "arms worth $200 million"."""
    start = mention[1]
    if start + 1 < len(doc) and doc[start].lower_ == "worth":
        end = start + 1
        while end < len(doc) and (
            _amount(doc[end], lexicon)
            or doc[end].text in _CURRENCY
            or doc[end].lower_ in lexicon.cues.quantity_modifiers
            or doc[end].lemma_.lower() in _CURRENCY
        ):
            end += 1
        return (start, end) if end > start + 1 else None
    return None
