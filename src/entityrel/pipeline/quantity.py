"""How much of it: the text of the amount of a relation's object, and what it says as a number."""

from __future__ import annotations

import re
from dataclasses import dataclass

from spacy.tokens import Doc, Token

from entityrel.knowledge.cues import Cues, Lexicon
from entityrel.pipeline.state import TokenSpan

__all__ = ["Quantity", "money_of", "quantity_of", "read_number"]

_CURRENCY = {"$": "USD", "US$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "dollar": "USD", "euro": "EUR",
             "pound": "GBP", "rouble": "RUB", "ruble": "RUB", "C$": "CAD", "A$": "AUD", "yuan": "CNY"}  # fmt: skip
_UNITS = {"ton": "tonnes", "tonne": "tonnes", "tons": "tonnes", "tonnes": "tonnes", "kilo": "kg", "kilogram": "kg"}
_SMALL = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_ONES = {name: float(number) for number, name in enumerate(_SMALL)}
_TENTHS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_TENS = {name: 10.0 * number for number, name in enumerate(_TENTHS, 2)}
_SCALES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "bn": 1e9, "m": 1e6, "dozen": 12.0,
           "score": 20.0, "trillion": 1e12, "k": 1e3}  # fmt: skip
_SIGNS = frozenset({"$", "US$", "€", "£", "¥", "C$", "A$"})
_ORDINALS = frozenset({"first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"})
_PLURALS = frozenset({"dozens", "scores", "hundreds", "thousands", "millions", "tens"})
_DETERMINERS = frozenset({"the", "these", "those", "its", "his", "their", "our", "them"})
_MODIFIERS = frozenset({"amod", "compound", "poss", "case", "nmod", "nummod"})
_NO_START = frozenset({
    "to", "than", "as", "or", "so", "more", "at", "up", "least", "most", "just", "only", "first", "last", "other",
    "exactly", "further", "perhaps", "many", "and", "less", "fewer", "close",
})  # fmt: skip
_PAIRS = frozenset({("more", "than"), ("at", "least"), ("at", "most"), ("up", "to"), ("as", "many"), ("close", "to"),
                    ("fewer", "than"), ("less", "than"), ("so", "many")})  # fmt: skip
_CLAUSE = 14  # tokens from the trigger within which a sum of money is its own
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
            if seen and following not in _SCALES:
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
            current = (current or 1.0) * _SCALES[word]
            if _SCALES[word] >= 1e3:
                total, current = total + current, 0.0
        elif word == "to" and seen:
            break
    return total + current if seen else None


def quantity_of(doc: Doc, mention: TokenSpan, lexicon: Lexicon) -> Quantity | None:
    """The amount of the object mentioned at ``mention``: "20 T-72s", "dozens of drones", "$5 billion worth of arms"."""
    return _quantity(doc, _before(doc, mention, lexicon.cues) or _after(doc, mention, lexicon.cues), lexicon.cues)


def money_of(doc: Doc, trigger: int, lexicon: Lexicon) -> Quantity | None:
    """The sum of money in the clause of a word: "pledged Kyiv $300 million", "trade reached 7.6 billion dollars"."""
    sentence = doc[trigger].sent
    best: tuple[int, TokenSpan] | None = None
    for token in sentence:
        if token.text in _SIGNS:
            start = end = token.i + 1
            while end < sentence.end and _amount(doc[end], lexicon.cues):
                end += 1
            span = (_grow(doc, token.i, sentence.start, lexicon.cues), end)
        elif token.lemma_.lower() in _CURRENCY and token.i > sentence.start and _amount(doc[token.i - 1], lexicon.cues):
            span = (_grow(doc, token.i - 1, sentence.start, lexicon.cues), token.i + 1)
            start = span[0]
        else:
            continue
        apart = abs(token.i - trigger)
        if span[1] > start and apart <= _CLAUSE and (best is None or apart < best[0]):
            best = apart, span
    return _quantity(doc, best[1] if best else None, lexicon.cues)


def _quantity(doc: Doc, span: TokenSpan | None, cues: Cues) -> Quantity | None:
    if span is None:
        return None
    tokens = doc[span[0] : span[1]]
    words = [word for token in tokens for word in (token.text, token.lemma_.lower())]
    unit = next((_CURRENCY[word] for word in words if word in _CURRENCY), None)
    unit = unit or next((_UNITS[word] for word in words if word in _UNITS), None)
    lowered = f" {tokens.text.lower()} "
    bound = next((name for name, marks in cues.bounds.items() if any(f" {mark} " in lowered for mark in marks)), None)
    return Quantity(tokens.start_char, tokens.end_char, read_number(tokens.text), unit, bound)


def _before(doc: Doc, mention: TokenSpan, cues: Cues) -> TokenSpan | None:
    """The amount in front of the mention, past its adjectives: "some 300 Iranian-made drones"."""
    first = doc[mention[0]].sent.start
    position = mention[0] - 1
    while position >= first and _between(doc, position, cues):
        position -= 1
    if position < first:
        return None
    if doc[position].lower_ in _DETERMINERS and position - 1 > first and doc[position - 1].lower_ == "of":
        position -= 1  # "78 of the guns"
    if doc[position].lower_ == "of":
        return _of_phrase(doc, position, first, cues)
    if not _amount(doc[position], cues):
        return None
    return _grow(doc, position, first, cues), position + 1


def _between(doc: Doc, position: int, cues: Cues) -> bool:
    """Whether a word may stand between amount and mention: an adjective, a nationality, "second-hand"."""
    token = doc[position]
    following = doc[position + 1].text if position + 1 < len(doc) else ""
    if following == "-" or token.text == "-":
        return True  # "second-hand", "155-mm": no amount of its own
    if _amount(token, cues) or token.is_space or (token.is_punct and token.text not in ("’s", "'s")):
        return False
    return token.dep_ in _MODIFIERS and token.pos_ in ("ADJ", "NOUN", "PROPN", "VERB", "PART", "ADV")


def _amount(token: Token, cues: Cues) -> bool:
    lower = token.lower_
    if token.ent_type_ or ":" in lower or lower.endswith(("st", "nd", "rd", "th")):
        return False
    if lower in _ORDINALS or (token.i and token.nbor(-1).lower_ in ("how", "in", "since", "of", "no") and _year(lower)):
        return False
    number = token.like_num or (token.pos_ == "NUM" and lower[:1].isdigit()) or lower in cues.quantity_words
    if lower in ("many", "more", "most", "few"):
        before = token.nbor(-1) if token.i else token
        return before.lower_ not in ("how", "no", "the", "any", "far", "much") and (
            lower != "more" or before.like_num or before.lower_ in ("dozen", "few", "hundred")
        )
    return number


def _year(text: str) -> bool:
    return len(text) == 4 and text.isdigit() and text[:2] in ("18", "19", "20")


def _of_phrase(doc: Doc, of: int, first: int, cues: Cues) -> TokenSpan | None:
    """ "dozens of", "a batch of", "$5 billion worth of", "two tons of"; of "44 of the rifles" only the number."""
    noun = of - 1
    if noun < first:
        return None
    word = doc[noun]
    if _amount(word, cues):
        plain = word.like_num and word.lower_ not in _PLURALS
        return _grow(doc, noun, first, cues), of if plain else of + 1
    if word.lemma_.lower() not in cues.quantity_units and word.lower_ not in cues.quantity_units:
        return None
    position = noun - 1
    while position >= first and doc[position].dep_ in ("amod", "compound") and not _amount(doc[position], cues):
        position -= 1
    if position >= first and _amount(doc[position], cues):
        return _grow(doc, position, first, cues), of + 1
    if position >= first and doc[position].lower_ in ("a", "an"):
        return position, of + 1
    return None


def _grow(doc: Doc, position: int, first: int, cues: Cues) -> int:
    """The start of the amount that ends at ``position``: "at least two hundred", "more than 1,000"."""
    start = position
    while start - 1 >= first:
        token = doc[start - 1]
        lower = token.lower_
        part = _amount(token, cues) or token.text in _CURRENCY or lower in cues.quantity_modifiers
        article = lower in ("a", "an") and doc[start].lower_ not in ("more", "most", "many")
        ranged = lower in ("and", "-", "–") and start - 2 >= first and doc[start - 2].like_num and doc[start].like_num
        if token.ent_type_ or not (part or article or ranged):
            break
        start -= 1
    while start < position and doc[start].lower_ in _NO_START and not _opens(doc, start):
        start += 1  # what begins no amount: "to 20 drones", "than 20", "the first 20"
    return start


def _opens(doc: Doc, start: int) -> bool:
    return (doc[start].lower_, doc[start + 1].lower_) in _PAIRS


def _after(doc: Doc, mention: TokenSpan, cues: Cues) -> TokenSpan | None:
    """The amount behind the mention: "arms worth $200 million", "warheads, nearly 1,900 of them"."""
    start = mention[1]
    if start + 1 >= len(doc):
        return None
    if doc[start].lower_ == "worth":
        end = start + 1
        while end < len(doc) and (_part(doc[end], cues) or doc[end].lemma_.lower() in _CURRENCY):
            end += 1
        return (start, end) if end > start + 1 else None
    if doc[start].text in (",", "("):
        end = start + 1
        while end < len(doc) and _part(doc[end], cues):
            end += 1
        if start + 1 < end < len(doc) - 1 and doc[end : end + 2].text.lower() in ("of them", "of these", "in all"):
            return start + 1, end
    return None


def _part(token: Token, cues: Cues) -> bool:
    return _amount(token, cues) or token.text in _CURRENCY or token.lower_ in cues.quantity_modifiers
