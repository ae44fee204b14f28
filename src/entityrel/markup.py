"""The inline markup (.ann): annotated articles as text that a person can read, check and correct.

```
# id: wire-001
# date: 2023-12-07
1: [Tehran|COUNTRY|IRN] sent [drones|WEAPON|drone] to [Russia|COUNTRY|RUS], [John Kirby|PERSON|john-kirby] said.

2: A blank line above starts a new paragraph.
---
transfers(IRN, drone -> RUS) affirmed actual src=john-kirby qty="several hundred" date=2023-12 @1
```

Header lines, numbered sentences with their mentions, ``---``, and one relation a line: arguments are entity ids, and
``@1,2`` names the sentences that state it. Sentences of a paragraph are joined by a space, paragraphs by an empty
line; with the header ``# join: raw`` each numbered line is one line of the text and an empty line stays one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from entityrel.errors import MarkupError
from entityrel.knowledge.ontology import load_ontology
from entityrel.schema import MODALITIES, POLARITIES, AnnotatedArticle, Mention, Relation, Span

__all__ = ["Problem", "parse", "problems", "read", "write"]

_MENTION = re.compile(r"\[([^\[\]|]+)\|([A-Z]+)\|([^\[\]|]+)\]")
_SENTENCE = re.compile(r"(\d+):\s?(.*)", re.DOTALL)
_RELATION = re.compile(
    r"(?P<predicate>\w+)\(\s*(?P<subject>[^,()]+?)\s*,\s*(?P<object>[^,()>]+?)\s*"
    r"(?:->\s*(?P<recipient>[^,()]+?)\s*)?\)\s+(?P<polarity>\w+)\s+(?P<modality>\w+)(?P<rest>.*)"
)
_ROLES = ("subject", "object", "recipient")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in an .ann file, and where: ``line`` counts from 1."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


def parse(source: str, name: str = "<text>") -> AnnotatedArticle:
    """The article of a text in the inline markup.

    Headers other than id, date, title, url and join become ``meta``.

    Args:
        source: The text of one .ann file.
        name: How messages call it; also the article's id when the headers give none.

    Raises:
        MarkupError: If anything is wrong; the message has one line for each problem, with file and line.

    Example:
        >>> article = parse(
        ...     "1: [Tehran|COUNTRY|IRN] sent [drones|WEAPON|drone] to [Russia|COUNTRY|RUS].\\n"
        ...     "---\\n"
        ...     "transfers(IRN, drone -> RUS) affirmed actual @1\\n"
        ... )
        >>> article.text
        'Tehran sent drones to Russia.'
        >>> print(article.relations[0])
        (Tehran, transfers, drones → Russia)
    """
    article, found = _Reader(name).read(source)
    if found or article is None:
        raise MarkupError("\n".join(map(str, found)))
    return article


def problems(source: str, name: str = "<text>") -> tuple[Problem, ...]:
    """Everything that is wrong in a text in the inline markup; empty if nothing is."""
    return tuple(_Reader(name).read(source)[1])


def read(path: str | Path) -> AnnotatedArticle:
    """The article of an .ann file (UTF-8). Raises what `parse` raises, and OSError."""
    # newline="": a carriage return is part of the text, and offsets must not move.
    with Path(path).open(encoding="utf-8", newline="") as handle:
        return parse(handle.read(), str(path))


@dataclass(slots=True)
class _Reader:
    """Reads one .ann text and collects what is wrong instead of stopping at the first problem."""

    name: str
    problems: list[Problem] = field(default_factory=list)
    head: dict[str, str] = field(default_factory=dict)
    text: str = ""
    mentions: list[Mention] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)
    bounds: dict[int, tuple[int, int]] = field(default_factory=dict)

    def complain(self, line: int, reason: str) -> None:
        self.problems.append(Problem(self.name, line, reason))

    def read(self, source: str) -> tuple[AnnotatedArticle | None, list[Problem]]:
        body, _, tail = source.partition("\n---")
        lines = list(enumerate(body.split("\n"), start=1))
        while lines and lines[0][1].startswith("#"):
            key, _, value = lines.pop(0)[1][1:].partition(":")
            self.head[key.strip()] = value.strip()
        self._read_text(lines)
        first = body.count("\n") + 2
        relations = self._read_relations(list(enumerate(tail.split("\n"), start=first))[1:])
        known = {"id", "date", "title", "url", "join"}
        try:
            article = AnnotatedArticle(
                id=self.head.get("id") or self.name,
                date=self.head.get("date") or None,
                title=self.head.get("title") or None,
                url=self.head.get("url") or None,
                text=self.text,
                meta={key: value for key, value in self.head.items() if key not in known},
                entities=tuple(self.mentions),
                relations=tuple(relations),
            )
        except ValidationError as error:
            self.complain(1, "; ".join(item["msg"] for item in error.errors()))
            return None, self.problems
        return article, self.problems

    def _read_text(self, lines: list[tuple[int, str]]) -> None:
        raw = self.head.get("join") == "raw"
        while lines and not lines[0][1].strip():
            lines.pop(0)
        while lines and not lines[-1][1].strip():
            lines.pop()
        gap = ""
        for line, content in lines:
            if not content.strip():
                gap = gap + "\n" if raw else "\n\n"
                continue
            match = _SENTENCE.fullmatch(content)
            if not match:
                self.complain(line, f"not a numbered sentence: {content[:60]!r}")
                continue
            number = int(match[1])
            if number in self.bounds:
                self.complain(line, f"sentence number {number} twice")
            if self.text:
                self.text += "\n" + gap if raw else gap or " "
            gap = ""
            start = len(self.text)
            self._read_sentence(match[2] if raw else match[2].strip(), line)
            self.bounds[number] = (start, len(self.text))

    def _read_sentence(self, sentence: str, line: int) -> None:
        last = 0
        for hit in _MENTION.finditer(sentence):
            self.text += sentence[last : hit.start()]
            self._read_mention(hit, line)
            self.text += hit[1]
            last = hit.end()
        self.text += sentence[last:]
        if re.search(r"\|[A-Z]+\|", sentence[last:]):
            self.complain(line, f"broken mention in {sentence[last:][:60]!r}")

    def _read_mention(self, hit: re.Match[str], line: int) -> None:
        surface, label, ident = hit[1], hit[2], hit[3].strip()
        if label not in load_ontology().labels:
            self.complain(line, f"unknown label {label} in {hit[0]}")
        if surface != surface.strip():
            self.complain(line, f"spaces at the edge of {hit[0]}")
        if label == "COUNTRY" and not re.fullmatch("[A-Z]{3}", ident):
            self.complain(line, f"the id of a COUNTRY is its ISO 3166 alpha-3 code, not {ident!r}: {hit[0]}")
        if self.labels.setdefault(ident, label) != label:
            self.complain(line, f"id {ident} has two labels, {self.labels[ident]} and {label}")
        start = len(self.text)
        self.mentions.append(Mention(start=start, end=start + len(surface), text=surface, label=label, id=ident))

    def _read_relations(self, lines: list[tuple[int, str]]) -> Iterator[Relation]:
        seen = set()
        for line, padded in lines:
            content = padded.strip()
            if not content or content.startswith("#"):
                continue
            match = _RELATION.fullmatch(content)
            if not match:
                self.complain(line, f"not a relation: {content}")
                continue
            key = match.group(1, 2, 3, 4, 5, 6)
            if key in seen:
                self.complain(line, f"the same relation twice: {content}")
            seen.add(key)
            relation = self._read_relation(match, line)
            if relation is not None:
                yield relation

    def _read_relation(self, match: re.Match[str], line: int) -> Relation | None:
        before = len(self.problems)
        content, rest = match[0], match["rest"]
        evidence = self._read_evidence(rest)
        if evidence is None:
            self.complain(line, f"no such sentence in: {content}")
            return None
        if match["polarity"] not in POLARITIES or match["modality"] not in MODALITIES:
            self.complain(line, f"polarity is one of {POLARITIES}, modality one of {MODALITIES}: {content}")
        predicate = load_ontology().predicates.get(match["predicate"])
        if predicate is None:
            self.complain(line, f"unknown predicate: {content}")
            return None
        fields: dict[str, Any] = {}
        for role in _ROLES:
            if (ident := match[role]) is None:
                continue
            allowed: frozenset[str] | None = getattr(predicate, role)
            if allowed is None:
                self.complain(line, f"{predicate.name} takes no {role}: {content}")
            elif (label := self.labels.get(ident)) and label not in allowed:
                self.complain(line, f"{role} {ident} is {label}, not {' or '.join(sorted(allowed))}: {content}")
            fields[role] = self._nearest(ident, evidence, line)
        if claimant := re.search(r"\bsrc=(\S+)", rest):
            fields["source"] = self._nearest(claimant[1], evidence, line)
        quantity, date = re.search(r'\bqty="([^"]*)"', rest), re.search(r"\bdate=(\S+)", rest)
        if len(self.problems) > before:
            return None
        return Relation(
            predicate=predicate.name,
            polarity=match["polarity"],
            modality=match["modality"],
            quantity=quantity and quantity[1],
            date=date and date[1],
            evidence=evidence,
            **fields,
        )

    def _read_evidence(self, rest: str) -> Span | None:
        at = re.search(r"@([\d,]+)", rest)
        numbers = [int(number) for number in at[1].split(",") if number] if at else []
        if not numbers or any(number not in self.bounds for number in numbers):
            return None
        spans = [self.bounds[number] for number in numbers]
        return Span(start=min(start for start, _ in spans), end=max(end for _, end in spans))

    def _nearest(self, ident: str, evidence: Span, line: int) -> Mention | None:
        """The first mention with this id inside the evidence, else the one nearest to it."""
        own = [mention for mention in self.mentions if mention.id == ident]
        if not own:
            self.complain(line, f"no mention has the id {ident}")
            return None

        def distance(mention: Mention) -> int:
            if evidence.start <= mention.start < evidence.end:
                return 0
            return min(abs(mention.start - evidence.start), abs(mention.start - evidence.end)) + 1

        return min(own, key=distance)


def write(article: AnnotatedArticle) -> str:
    """An article in the inline markup; `parse` gives it back.

    The markup says less than a record. It keeps text, mentions, predicates, argument ids, attributes and string
    values of ``meta``. It does not keep confidence, provenance and canonical names; evidence is widened to the lines
    that it lies in, and of relations that count once (SCHEMA.md, section 2) the first is written.

    Raises:
        MarkupError: If the text or an id has characters that the markup cannot hold (brackets or bars in a mention,
            spaces or commas in the id of an argument, a line that looks like a mention, empty lines at the start).
    """
    cuts = _cuts(article)
    raw = cuts is None
    header = {"id": article.id, "date": article.date, "title": article.title, "url": article.url}
    extra = {key: value for key, value in article.meta.items() if isinstance(value, str)}
    lines = [f"# {key}: {value}" for key, value in {**header, **extra}.items() if value]
    if raw:
        lines.append("# join: raw")
        cuts = [(hit.start(), hit.end()) for hit in re.finditer(".+", article.text)]
        if article.text.endswith("\n"):
            cuts.append((len(article.text), len(article.text)))  # an empty numbered line keeps the last line end
    assert cuts is not None
    end = 0
    for number, (start, stop) in enumerate(cuts, start=1):
        lines += [""] * (article.text.count("\n", end, start) - 1)
        lines.append(f"{number}: {_inline(article, start, stop)}")
        end = stop
    lines.append("---")
    lines += [_relation_line(relation, cuts) for relation in _once(article)]
    result = "\n".join(lines) + "\n"
    _verify(article, result)
    return result


def _cuts(article: AnnotatedArticle) -> list[tuple[int, int]] | None:
    """The sentences as character ranges, if a space or an empty line stands between any two; else None."""
    text = article.text
    edges = {0, len(text)}
    for relation in article.relations:
        edges |= {relation.evidence.start, relation.evidence.end}
    breaks = [0]
    for separator in re.finditer(r"\n\n| ", text):
        touches = separator.start() in edges or separator.end() in edges
        if separator[0] == "\n\n" or touches:
            breaks += [separator.start(), separator.end()]
    breaks.append(len(text))
    spans = list(zip(breaks[::2], breaks[1::2], strict=True))
    if any("\n" in (piece := text[start:end]) or not piece or piece != piece.strip() for start, end in spans):
        return None
    return spans


def _inline(article: AnnotatedArticle, start: int, stop: int) -> str:
    result, last = "", start
    for mention in sorted(article.entities, key=lambda mention: mention.start):
        if start <= mention.start < stop:
            result += article.text[last : mention.start] + f"[{mention.text}|{mention.label}|{mention.id}]"
            last = mention.end
    return result + article.text[last:stop]


def _relation_line(relation: Relation, cuts: list[tuple[int, int]]) -> str:
    recipient = f" -> {relation.recipient.id}" if relation.recipient else ""
    line = (
        f"{relation.predicate}({relation.subject.id}, {relation.object.id}{recipient}) "
        f"{relation.polarity} {relation.modality}"
    )
    if relation.source:
        line += f" src={relation.source.id}"
    if relation.quantity is not None:
        line += f' qty="{relation.quantity}"'
    if relation.date:
        line += f" date={relation.date}"
    span = relation.evidence
    inside = [
        str(number)
        for number, (start, stop) in enumerate(cuts, start=1)
        if (start < span.end and span.start < stop) or start == span.start
    ]
    return f"{line} @{','.join(inside)}"


def _verify(article: AnnotatedArticle, written: str) -> None:
    """Read what was written, so that no character is lost or misread unnoticed."""
    again = parse(written, article.id)
    told: Mapping[str, tuple[object, object]] = {
        "id": (article.id, again.id),
        "text": (article.text, again.text),
        "mentions": (_spans(article), _spans(again)),
        "relations": (_statements(article), _statements(again)),
    }
    lost = [name for name, (before, after) in told.items() if before != after]
    if not lost and not all(
        new.start <= old.start and old.end <= new.end
        for old, new in zip(_evidence(article), _evidence(again), strict=True)
    ):
        lost = ["evidence"]
    if lost:
        raise MarkupError(f"article {article.id!r}: the inline markup cannot hold its {' and '.join(lost)}")


def _spans(article: AnnotatedArticle) -> list[tuple[int, int, str, str]]:
    return sorted((mention.start, mention.end, mention.label, mention.id) for mention in article.entities)


def _once(article: AnnotatedArticle) -> Iterator[Relation]:
    seen = set()
    for item in article.relations:
        arguments = (item.subject.id, item.object.id, item.recipient and item.recipient.id)
        key = (item.predicate, *arguments, item.polarity, item.modality)
        if key not in seen:
            seen.add(key)
            yield item


def _statements(article: AnnotatedArticle) -> list[tuple[object, ...]]:
    return [
        (item.predicate, item.subject.id, item.object.id, item.recipient and item.recipient.id, item.polarity,
         item.modality, item.source and item.source.id, item.quantity, item.date or None)
        for item in _once(article)
    ]  # fmt: skip


def _evidence(article: AnnotatedArticle) -> list[Span]:
    return [item.evidence for item in _once(article)]
