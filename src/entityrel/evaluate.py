"""The figures of SCHEMA.md, section 5: how well predicted records agree with gold ones.

Articles are matched by ``id``; a gold article without a prediction counts as empty, and a prediction without a gold
article is left out. A predicted argument stands for the gold entity with which its span overlaps most.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from entityrel.errors import RecordError
from entityrel.knowledge.ontology import load_ontology
from entityrel.schema import AnnotatedArticle, Mention, Relation

__all__ = ["Accuracy", "Disagreement", "Evaluation", "Figures", "evaluate"]

#: The labels of the headline figure.
MISSION = ("PERSON", "COUNTRY", "WEAPON")
#: What a predicted argument stands for that overlaps no gold mention: always wrong.
_NOTHING = "<none>"
_Argument: TypeAlias = "tuple[str, str] | str | None"
_Core: TypeAlias = "tuple[str, _Argument, _Argument, _Argument]"


@dataclass(frozen=True, slots=True)
class Figures:
    """Precision, recall and F1 (0 to 1) from counts, summed over the articles (micro-average)."""

    right: int
    gold: int
    predicted: int

    @property
    def p(self) -> float:
        """The share of the predicted that is right; 0 if nothing was predicted."""
        return self.right / self.predicted if self.predicted else 0.0

    @property
    def r(self) -> float:
        """The share of the gold that was found; 0 if there is none."""
        return self.right / self.gold if self.gold else 0.0

    @property
    def f(self) -> float:
        """The harmonic mean of precision and recall."""
        return 2 * self.p * self.r / (self.p + self.r) if self.p + self.r else 0.0


@dataclass(frozen=True, slots=True)
class Accuracy:
    """The share that is right, 0 to 1; 0 if there is nothing to judge."""

    right: int
    total: int

    @property
    def accuracy(self) -> float:
        """``right / total``."""
        return self.right / self.total if self.total else 0.0


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A relation that only one side has: ``missing`` (gold only), ``spurious``, or ``reversed`` (spurious too)."""

    article: str
    kind: str
    reading: str


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The figures of a set of predictions against gold.

    Attributes:
        entities: By label group: "PERSON+COUNTRY+WEAPON" (the headline), and each label alone.
        core: Relations by predicate and arguments.
        strict: Relations by predicate, arguments, polarity and modality.
        predicates: ``core`` for each predicate that either side has.
        linking: Gold COUNTRY mentions found with the right ISO code.
        attribution: Core-correct relations with the right source.
        reversed: Predicted relations whose direction is wrong: gold has the predicate with subject and object
            exchanged, or has this subject as recipient (or this recipient as subject) of the same object.
        disagreements: Every relation that only one side has, in the order of the gold articles.
    """

    entities: Mapping[str, Figures]
    core: Figures
    strict: Figures
    predicates: Mapping[str, Figures]
    linking: Accuracy
    attribution: Accuracy
    reversed: int
    disagreements: tuple[Disagreement, ...]

    def to_dict(self) -> dict[str, Any]:
        """The figures as plain data for JSON: fractions unrounded, with the counts that they come from."""
        rows = {name: _plain(figures) for name, figures in self._rows()}
        return {
            **rows,
            "country linking": {"accuracy": self.linking.accuracy, "gold": self.linking.total},
            "attribution": {"accuracy": self.attribution.accuracy, "of": self.attribution.total},
            "reversed": {"count": self.reversed, "of": self.core.predicted},
        }

    def _rows(self) -> Iterable[tuple[str, Figures]]:
        for labels, figures in self.entities.items():
            yield f"entities {labels}", figures
        yield "relations core", self.core
        yield "relations strict", self.strict
        for name, figures in self.predicates.items():
            yield f"  {name}", figures

    def table(self) -> Any:
        """The figures as a `rich.table.Table`, in per cent."""
        # A caller who only wants numbers need not import rich.
        from rich.table import Table  # noqa: PLC0415

        table = Table(title="Agreement with gold, in %")
        table.add_column("")
        for name in ("P", "R", "F", "gold", "predicted"):
            table.add_column(name, justify="right")
        for name, figures in self._rows():
            shares = (f"{100 * share:.1f}" for share in (figures.p, figures.r, figures.f))
            table.add_row(name, *shares, str(figures.gold), str(figures.predicted))
        for name, item in (("country linking", self.linking), ("attribution", self.attribution)):
            table.add_row(name, f"{100 * item.accuracy:.1f}", "", "", str(item.total), "")
        table.add_row("reversed relations", "", "", "", "", str(self.reversed))
        return table


@dataclass(slots=True)
class _Count:
    right: int = 0
    gold: int = 0
    predicted: int = 0

    def add(self, gold: set[Any], predicted: set[Any]) -> None:
        self.right += len(gold & predicted)
        self.gold += len(gold)
        self.predicted += len(predicted)

    def figures(self) -> Figures:
        return Figures(self.right, self.gold, self.predicted)


@dataclass(slots=True)
class _Tally:
    """The counts so far; `add` takes one article."""

    entities: dict[str, _Count] = field(default_factory=dict)
    core: _Count = field(default_factory=_Count)
    strict: _Count = field(default_factory=_Count)
    predicates: defaultdict[str, _Count] = field(default_factory=lambda: defaultdict(_Count))
    linked: int = 0
    countries: int = 0
    attributed: int = 0
    reversed: int = 0
    disagreements: list[Disagreement] = field(default_factory=list)

    def add(self, gold: AnnotatedArticle, predicted: AnnotatedArticle) -> None:
        self._add_entities(gold.entities, predicted.entities)
        self._add_relations(gold, predicted)

    def _add_entities(self, gold: tuple[Mention, ...], predicted: tuple[Mention, ...]) -> None:
        for labels in (MISSION, *((label,) for label in (*MISSION, "ORG", "LOC"))):
            count = self.entities.setdefault("+".join(labels), _Count())
            count.add(_spans(gold, labels), _spans(predicted, labels))
        found = {(item.start, item.end): item.id for item in predicted if item.label == "COUNTRY"}
        countries = [item for item in gold if item.label == "COUNTRY"]
        self.countries += len(countries)
        self.linked += sum(found.get((item.start, item.end)) == item.id for item in countries)

    def _add_relations(self, gold: AnnotatedArticle, predicted: AnnotatedArticle) -> None:
        want = _by_core(gold.relations, gold.entities)
        have = _by_core(predicted.relations, gold.entities)
        self.core.add(set(want), set(have))
        for core in want.keys() | have.keys():
            self.predicates[core[0]].add({core} & want.keys(), {core} & have.keys())
        self.strict.add(_strict(want), _strict(have))
        for core in want.keys() & have.keys():
            self.attributed += bool(_sources(want[core], gold.entities) & _sources(have[core], gold.entities))
        for core in want:
            if core not in have:
                self.disagreements.append(Disagreement(gold.id, "missing", _reading(core)))
        for core in have:
            if core not in want:
                turned = _is_reversed(core, want)
                self.reversed += turned
                kind = "reversed" if turned else "spurious"
                self.disagreements.append(Disagreement(gold.id, kind, _reading(core)))


def evaluate(gold: Iterable[AnnotatedArticle], predicted: Iterable[AnnotatedArticle]) -> Evaluation:
    """Compare predicted records with gold ones.

    Raises:
        RecordError: If an article has another text in the prediction than in gold.

    Example:
        >>> iran = Mention(start=0, end=4, text="Iran", label="COUNTRY", id="IRN")
        >>> gold = AnnotatedArticle(id="a", text="Iran and Iraq", entities=(iran,))
        >>> evaluate([gold], [gold]).entities["COUNTRY"].f
        1.0
    """
    by_id = {article.id: article for article in predicted}
    tally = _Tally()
    for article in gold:
        guess = by_id.get(article.id) or AnnotatedArticle(id=article.id, text=article.text)
        if guess.text != article.text:
            raise RecordError(
                f"article {article.id!r}: the text of the prediction differs from the gold text; annotate that one"
            )
        tally.add(article, guess)
    return Evaluation(
        entities={name: count.figures() for name, count in tally.entities.items()},
        core=tally.core.figures(),
        strict=tally.strict.figures(),
        predicates={name: count.figures() for name, count in sorted(tally.predicates.items())},
        linking=Accuracy(tally.linked, tally.countries),
        attribution=Accuracy(tally.attributed, tally.core.right),
        reversed=tally.reversed,
        disagreements=tuple(tally.disagreements),
    )


def _plain(figures: Figures) -> dict[str, float]:
    return {"p": figures.p, "r": figures.r, "f": figures.f, "gold": figures.gold, "pred": figures.predicted}


def _spans(mentions: Iterable[Mention], labels: tuple[str, ...]) -> set[tuple[int, int, str]]:
    return {(item.start, item.end, item.label) for item in mentions if item.label in labels}


def _stands_for(mention: Mention | None, entities: Iterable[Mention]) -> _Argument:
    """The gold entity (label and id) that the mention overlaps most; the first of equals."""
    if mention is None:
        return None
    best: _Argument = _NOTHING
    most = 0
    for entity in entities:
        overlap = min(entity.end, mention.end) - max(entity.start, mention.start)
        if overlap > most:
            best, most = (entity.label, entity.id), overlap
    return best


def _by_core(relations: Iterable[Relation], entities: tuple[Mention, ...]) -> dict[_Core, list[Relation]]:
    predicates = load_ontology().predicates
    result: dict[_Core, list[Relation]] = {}
    for item in relations:
        subject, object_ = _stands_for(item.subject, entities), _stands_for(item.object, entities)
        if (predicate := predicates.get(item.predicate)) and predicate.symmetric:
            subject, object_ = sorted((subject, object_), key=str)
        core = (item.predicate, subject, object_, _stands_for(item.recipient, entities))
        result.setdefault(core, []).append(item)
    return result


def _strict(by_core: Mapping[_Core, list[Relation]]) -> set[tuple[_Core, str, str]]:
    return {(core, item.polarity, item.modality) for core, items in by_core.items() for item in items}


def _sources(relations: Iterable[Relation], entities: tuple[Mention, ...]) -> set[_Argument]:
    return {_stands_for(item.source, entities) for item in relations}


def _is_reversed(core: _Core, gold: Iterable[_Core]) -> bool:
    """Whether gold has the statement the other way round, and not (with another recipient) this way round."""
    predicate, subject, object_, recipient = core
    same = [item[1:] for item in gold if item[0] == predicate]
    if any(item[:2] == (subject, object_) for item in same):
        return False
    return any(
        item[:2] == (object_, subject)
        or (item[1] == object_ and item[2] is not None and item[2] == subject)
        or (item[1] == object_ and recipient is not None and item[0] == recipient)
        for item in same
    )


def _reading(core: _Core) -> str:
    def name(argument: _Argument) -> str:
        return argument[1] if isinstance(argument, tuple) else argument or "-"

    predicate, subject, object_, recipient = core
    to = f" → {name(recipient)}" if recipient is not None else ""
    return f"({name(subject)}, {predicate}, {name(object_)}{to})"
