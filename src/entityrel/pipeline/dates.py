"""When it happened: the expressions of time in a sentence, resolved against the article's date, and which one holds.

Precision is kept ("2019", "2023-12", "2023-12-07") and nothing is invented: an expression that needs the article's
date gives nothing without one, "last week" gives its month and "last spring" its year.
"""

from __future__ import annotations

import datetime as dt
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from spacy.tokens import Doc, Span, Token

from entityrel.knowledge.cues import Lexicon
from entityrel.pipeline.polarity import Verdict

__all__ = ["Time", "date_features", "date_of", "parse_date", "times_of"]

_MONTHS = {
    name: number
    for number, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
         "september sept sep", "october oct", "november nov", "december dec"), 1)
    for name in names.split()
}  # fmt: skip
_DAYS = {
    name: n for n, name in enumerate(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"))
}
_COUNTED = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_NUMBERS = {name: n for n, name in enumerate(_COUNTED)}
_NUMBERS |= {"a": 1, "an": 1}
_SEASONS = {"spring": 5, "summer": 8, "autumn": 11, "fall": 11, "winter": 2}  # the last month of each
_MONTH = (
    r"(?P<month>(?:january|february|march|april|may|june|july|august|september|october|november|december)\b|"
    r"(?:jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec)\b\.?)"
)
_YEAR = r"(?P<year>1[89]\d\d|20\d\d)"
_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
_WEEKDAY = r"(?P<weekday>monday|tuesday|wednesday|thursday|friday|saturday|sunday)"
_COUNT = r"(?P<count>\d{1,3}|a|an|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_EXPRESSIONS = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(?P<year>[12]\d{3})-(?P<month_number>[01]\d)-(?P<day>[0-3]\d)\b",
        rf"\b{_DAY}(?:\s+of)?\s+{_MONTH}(?:,?\s+{_YEAR})?\b",
        rf"\b{_MONTH}\s+{_DAY}\b(?:,?\s+{_YEAR})?(?![\d,]*\d)",
        rf"\b{_MONTH}(?:\s+of)?,?\s+{_YEAR}\b",
        rf"\b(?P<which>last|this|next|previous)\s+{_MONTH}",
        rf"\b(?P<which>in|since|during|until|by|from|of|early|late|mid|through|for)[\s-]+{_MONTH}"
        rf"(?P<of_last>\s+(?:last|this|next)\s+year|\s+of\s+(?:last|this|next)\s+year)?",
        rf"\b(?P<which>last|next|this)?\s*{_WEEKDAY}\b",
        r"\b(?P<word>yesterday|today|tonight|tomorrow|last\s+night|overnight|this\s+(?:morning|afternoon|evening))\b",
        r"\b(?P<which>last|this|next|previous|same|earlier\s+this|later\s+this)\s+(?P<unit>week|weekend|month|year)\b",
        r"\b(?P<which>last|this|next)\s+(?P<season>spring|summer|autumn|fall|winter)\b",
        rf"\b{_COUNT}\s+(?P<unit>day|month|year)s?\s+ago\b",
        rf"\b(?P<preposition>in|since|during|of|until|by|from|for|early|late|mid|through|before|after|between|and|to)[\s-]+"
        rf"(?:(?:early|late|mid|spring|summer|autumn|fall|winter|fiscal|year|the year)[\s-]+)?{_YEAR}\b(?!-)",
        rf"(?<=[\s(–—]){_YEAR}(?=\s*[:\-–—)])",
    )
]
_SPEECH_COST = 99.0
_LIMIT = 4.5
_OTHER_CLAUSE = {"advcl", "relcl", "ccomp", "acl", "csubj", "parataxis", "conj"}


@dataclass(frozen=True, slots=True)
class Time:
    """An expression of time.

    Attributes:
        start: First character, in the Doc's text.
        end: Character after the last.
        token: The token by which it hangs in the tree.
        text: Its words.
        past: Its value if the relation lies in the past, ISO 8601.
        future: Its value if the relation lies in the future.
    """

    start: int
    end: int
    token: int
    text: str
    past: str
    future: str


def parse_date(text: str | None) -> dt.date | None:
    """The day of an article's date, or None if it is missing or less precise than a day.

    Example:
        >>> parse_date("2023-12-07T08:00:00Z")
        datetime.date(2023, 12, 7)
        >>> parse_date("2023-12") is None
        True
    """
    match = re.match(r"\s*(\d{4})-(\d{2})-(\d{2})", text or "")
    if not match:
        return None
    try:
        return dt.date(*map(int, match.groups()))
    except ValueError:
        return None


def times_of(sentence: Span, today: dt.date | None) -> list[Time]:
    """The expressions of time in a sentence, from left to right, those that cannot be resolved left out."""
    text, found = sentence.text, []
    offsets = [token.idx for token in sentence]
    taken: list[tuple[int, int]] = []
    for pattern in _EXPRESSIONS:
        for match in pattern.finditer(text):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            values = _values(match.groupdict(), today)
            taken.append(match.span())
            if values is None:
                continue
            spaces = len(match.group()) - len(match.group().lstrip())
            start, end = sentence.start_char + match.start() + spaces, sentence.start_char + match.end()
            # not Doc.char_span: it puts the whole text together anew each time
            first = sentence.start + bisect_right(offsets, start) - 1
            last = sentence.start + bisect_left(offsets, end)
            root = sentence.doc[max(first, sentence.start) : last].root
            found.append(Time(start, end, root.i, match.group().strip(), *values))
    return sorted(found, key=lambda time: time.start)


def _values(parts: dict[str, str | None], today: dt.date | None) -> tuple[str, str] | None:
    """The value as past and as future; None if it cannot be told."""
    get = {key: " ".join(value.lower().split()) for key, value in parts.items() if value}
    try:
        return _resolved(get, today)
    except ValueError:  # "31 June", or a year out of range
        return None


def _resolved(get: dict[str, str], today: dt.date | None) -> tuple[str, str] | None:
    month = _MONTHS.get(get.get("month", "").rstrip(".")) or int(get.get("month_number", 0))
    if "year" in get:
        year = int(get["year"])
        value = f"{year:04}"
        if month:
            value = dt.date(year, month, int(get.get("day", 1))).isoformat()[: 10 if "day" in get else 7]
        return value, value
    if today is None:
        return None
    if month:
        return _month(get, month, today)
    if "weekday" in get:
        return _weekday(_DAYS[get["weekday"]], get.get("which"), today)
    if "word" in get:
        shift = {"yesterday": -1, "last night": -1, "tomorrow": 1}.get(get["word"], 0)
        value = (today + dt.timedelta(days=shift)).isoformat()
        return value, value
    shift = {"last": -1, "previous": -1, "next": 1}.get(get.get("which", ""), 0)
    if "season" in get:
        ended = today.month > _SEASONS[get["season"]]
        value = f"{today.year + (shift if not (shift < 0 and ended) else 0):04}"
        return value, value
    if get.get("unit") in ("week", "weekend"):
        value = (today + dt.timedelta(days=7 * shift)).isoformat()[:7]
        return value, value
    if "count" in get:
        shift = -(int(get["count"]) if get["count"].isdigit() else _NUMBERS[get["count"]])
    if get["unit"] == "day":
        value = (today + dt.timedelta(days=shift)).isoformat()
    elif get["unit"] == "year":
        value = f"{today.year + shift:04}"
    else:
        months = today.year * 12 + today.month - 1 + shift
        value = f"{months // 12:04}-{months % 12 + 1:02}"
    return value, value


def _month(get: dict[str, str], month: int, today: dt.date) -> tuple[str, str] | None:
    if get.get("of_last"):
        year = today.year + {"last": -1, "next": 1}.get(get["of_last"].split()[-2], 0)
        return (f"{year:04}-{month:02}",) * 2
    if "day" in get:
        day = int(get["day"])
        past = dt.date(today.year, month, day)
        future = past
        if (past - today).days > 7:
            past = dt.date(today.year - 1, month, day)
        if (today - future).days > 7:
            future = dt.date(today.year + 1, month, day)
        return past.isoformat(), future.isoformat()
    if get.get("which") == "last":
        return (f"{today.year - (month >= today.month):04}-{month:02}",) * 2
    if get.get("which") == "next":
        return (f"{today.year + (month <= today.month):04}-{month:02}",) * 2
    before = today.year - (month > today.month)
    after = today.year + (month < today.month)
    return f"{before:04}-{month:02}", f"{after:04}-{month:02}"


def _weekday(day: int, which: str | None, today: dt.date) -> tuple[str, str]:
    back = (today.weekday() - day) % 7
    if which == "last" and back == 0:
        back = 7
    forward = (day - today.weekday()) % 7
    if which == "next" and forward == 0:
        forward = 7
    past, future = today - dt.timedelta(days=back), today + dt.timedelta(days=forward)
    if which == "next":
        past = future
    return past.isoformat(), future.isoformat()


def date_of(doc: Doc, trigger: int, times: list[Time], lexicon: Lexicon) -> Time | None:
    """The expression that dates the word at ``trigger``: the nearest in the tree, not one that dates a speech."""
    up = dict(_upwards(doc[trigger], lexicon))
    best: Time | None = None
    best_cost = _LIMIT
    for time in times:
        cost = _cost(doc[time.token], up)
        if cost < best_cost:
            best, best_cost = time, cost
    return best


def date_features(doc: Doc, predicate: str, trigger: int, time: Time, verdict: Verdict) -> list[str]:
    """The features by which a model decides whether ``time`` really dates the relation."""
    node, word = doc[trigger], doc[time.token]
    ruled = f"{verdict.polarity[0]}{verdict.modality[:2]}"
    text = time.text.lower().split()
    while word.dep_ in ("pobj", "nummod", "compound", "amod") and word.head not in (word, node):
        word = word.head
    head = word.head
    path = _path(word, node)
    return [f"p={predicate}", f"ruled={ruled}", f"p={predicate}&ruled={ruled}", f"first={text[0]}",
            f"length={len(time.past)}",
            f"dep={word.dep_}", f"on={head.lemma_.lower()}", f"at={head == node}", f"at={head == node}&p={predicate}",
            f"path={path}", f"tag={node.tag_}", f"tag={node.tag_}&first={text[0]}", f"w={node.lemma_.lower()}",
            f"w={node.lemma_.lower()}&p={predicate}", f"side={word.i < node.i}", f"ontag={head.tag_}",
            f"p={predicate}&first={text[0]}", *(f"step={step}" for step in verdict.steps[:2])]  # fmt: skip


def _path(word: Token, node: Token) -> str:
    up = {token.i: n for n, token in enumerate((node, *node.ancestors))}
    steps: list[str] = []
    for token in (word, *word.ancestors):
        if token.i in up:
            climb = [t.dep_ for t in (node, *node.ancestors)][: up[token.i]]
            return "<".join(steps) + "|" + ">".join(climb)
        steps.append(token.dep_)
    return "none"


def _upwards(node: Token, lexicon: Lexicon) -> Iterator[tuple[int, float]]:
    """The words above the trigger, each with what it costs to reach it."""
    cost = 0.0
    yield node.i, cost
    for _ in range(8):
        head = node.head
        if head == node:
            return
        if head.lemma_.lower() in lexicon.cues.speech_verbs and node.dep_ in ("ccomp", "advcl", "parataxis", "xcomp"):
            return
        cost += {"ccomp": 3.0, "relcl": 3.0, "advcl": 2.0, "acl": 1.5, "conj": 1.0, "appos": 2.0}.get(node.dep_, 0.75)
        yield head.i, cost
        node = head


def _cost(token: Token, up: dict[int, float]) -> float:
    cost = 0.0
    for _ in range(12):
        if token.i in up:
            return cost + up[token.i]
        if token.dep_ in _OTHER_CLAUSE and (token.pos_ in ("VERB", "AUX") or token.dep_ != "conj"):
            cost += 3.0
        else:
            cost += (
                0.25 if token.dep_ in ("prep", "pobj", "npadvmod", "advmod", "nummod", "compound", "pcomp") else 0.75
            )
        if token.head == token:
            break
        token = token.head
    return _SPEECH_COST
