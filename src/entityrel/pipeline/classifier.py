"""The relation classifier: a trained model beside the rules, for what no frame foresees.

It scores pairs of mentions, then finds the recipient of what was transferred, used, deployed … The same relation
of the same two entities is proposed once for an article, at the pair that states it best.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language
from spacy.tokens import Doc

from entityrel.errors import PipelineError
from entityrel.knowledge.ontology import load_ontology
from entityrel.pipeline.feature_keys import Ints, Keys
from entityrel.pipeline.linked_mentions import LABELS, Node
from entityrel.pipeline.pair_features import OBJECT_SHIFT, SHIFTS, SUBJECT_SHIFT, DocView, WordTable
from entityrel.pipeline.pair_knowledge import MAKES, MAKES_NOT, maker
from entityrel.pipeline.pair_model import PairModel
from entityrel.pipeline.state import Proposal, put_proposals, require, state

__all__ = ["EXTRACTOR", "RelationClassifier", "Scored", "Weights", "make_classifier"]

EXTRACTOR = "classifier"
_FILE = "weights.npz"
#: Recipients proposed for one relation at most ("to Estonia, Latvia, Lithuania and Poland").
_MAX_RECIPIENTS = 4
#: Factor of a transfer whose recipient, and not whose supplier, is of a country that makes the weapon. About half are
#: turned round, by rules and model alike (see `RelationRuler`), though training has seen them.
_TO_MAKER = 0.5
#: Pairs scored at once: bounds the memory that a very long text needs.
_BATCH = 2048


@dataclass(frozen=True, slots=True)
class Weights:
    """Everything that training finds.

    Attributes:
        predicates: Names of the outputs of ``pairs``.
        receiving: Names of the outputs of ``recipients``: the predicates that take one.
        table: What is known of words.
        pairs, recipients: The two networks.
        calibration: By predicate, weights of (1, logit of the pair, logit of the recipient, no recipient): the
            logit of the probability that the relation is right.
        recipient_threshold: A recipient less likely than this is not taken.
        with_rules: Whether the proposals of the ruler are features.
    """

    predicates: tuple[str, ...]
    receiving: tuple[str, ...]
    table: WordTable
    pairs: PairModel
    recipients: PairModel
    calibration: NDArray[np.float32]
    recipient_threshold: float
    with_rules: bool = False

    def to_bytes(self) -> bytes:
        """All arrays as one compressed npz."""
        buffer = io.BytesIO()
        table = self.table
        save: Any = np.savez_compressed  # its stub takes every keyword for an option
        save(
            buffer,
            predicates=np.array(self.predicates),
            receiving=np.array(self.receiving),
            calibration=self.calibration,
            recipient_threshold=np.array(self.recipient_threshold),
            with_rules=np.array(self.with_rules),
            word_keys=table.keys,
            word_classes=table.classes,
            word_predicates=table.predicates,
            **self.pairs.arrays("pair_"),
            **self.recipients.arrays("recipient_"),
        )
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> Weights:
        """Read what `to_bytes` wrote.

        Raises:
            PipelineError: If ``data`` is something else.
        """
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as found:
                arrays: dict[str, NDArray[Any]] = dict(found)
            return cls(
                tuple(arrays["predicates"].tolist()),
                tuple(arrays["receiving"].tolist()),
                WordTable(arrays["word_keys"], arrays["word_classes"], arrays["word_predicates"]),
                PairModel.from_arrays(arrays, "pair_"),
                PairModel.from_arrays(arrays, "recipient_"),
                arrays["calibration"],
                float(arrays["recipient_threshold"]),
                bool(arrays["with_rules"]),
            )
        except (KeyError, ValueError, OSError) as error:
            raise PipelineError(
                f"these are no weights of the relation classifier ({error}); make them with "
                "models/scripts/train_relations.py"
            ) from error


@dataclass(frozen=True, slots=True)
class Scored:
    """A candidate: its nodes, the trigger token (-1: none), and the scores.

    Attributes:
        pair: Probability of the pair by the first network.
        likely: Probability of the recipient by the second one; without a recipient, that of the best one left.
        score: Calibrated probability that the whole is right.
    """

    predicate: str
    subject: Node
    object: Node
    recipient: Node | None
    trigger: int
    pair: float
    likely: float
    score: float


class _Directed:
    """The best score of each direction: who does it to whom, or gives what to whom, by predicate and sentence."""

    def __init__(self, items: Iterable[Scored]) -> None:
        self._best: dict[tuple[str, int, str, str, str], float] = {}
        for item in items:
            target = item.recipient or item.object
            key = self._key(item, item.subject, target)
            self._best[key] = max(item.score, self._best.get(key, 0.0))

    def reverse(self, item: Scored) -> float:
        """The score of the reverse of ``item``; 0 if there is none."""
        return self._best.get(self._key(item, item.recipient or item.object, item.subject), 0.0)

    @staticmethod
    def _key(item: Scored, giver: Node, target: Node) -> tuple[str, int, str, str, str]:
        return item.predicate, item.object.sent, item.object.ident if item.recipient else "", giver.ident, target.ident


@Language.factory(
    "entityrel_classifier",
    requires=["doc.ents", "token.dep", "token.lemma", "token.tag", "token.pos"],
    default_config={"threshold": 0.3},
)
def make_classifier(nlp: Language, name: str, threshold: float) -> RelationClassifier:
    """Make a classifier without weights; relations less likely than ``threshold`` (0 to 1) are not proposed.

    Where the ruler runs before it, and the weights were trained with the ruler, the ruler's proposals are features.
    """
    return RelationClassifier(threshold, name)


class RelationClassifier:
    """A pipeline component that proposes relations by a trained model, each with its probability.

    Without weights (``from_disk``, ``from_bytes`` or ``weights`` set it up) it proposes nothing.
    It works in time linear in the length of the text: pairs are taken within a sentence, at a bounded distance.
    """

    def __init__(self, threshold: float = 0.3, name: str = "entityrel_classifier") -> None:
        self.name = name
        self.threshold = threshold
        self.weights: Weights | None = None
        self._predicates = load_ontology().predicates
        self._allowed: dict[tuple[int, int, bool], list[int]] = {}

    def __call__(self, doc: Doc) -> Doc:
        """Add this classifier's proposals to ``doc``, in place of those of an earlier run."""
        require(doc, self.name, "DEP", "TAG", "LEMMA")
        put_proposals(doc, EXTRACTOR, self.propose(doc))
        state(doc)["classified"] = True
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 32) -> Iterator[Doc]:
        """Process a stream of Docs, one by one: the pairs of a Doc are one batch already."""
        for doc in stream:
            yield self(doc)

    def propose(self, doc: Doc) -> Iterator[Proposal]:
        """The relations that the model finds in ``doc``, with probabilities of ``threshold`` or more.

        Where the model takes the reverse for possible too, in the same sentence, the probability is that of the one
        without the other: a model that cannot tell who does it to whom says nothing. A transfer by a stranger to the
        weapon's maker is doubted as the ruler doubts it: what the text turns round is met as often as a return.
        """
        items = list(self.scored(doc))
        directed = _Directed(item for item in items if not self._predicates[item.predicate].symmetric)
        for item in items:
            score = item.score * (1 - directed.reverse(item)) * (_TO_MAKER if _is_to_maker(item) else 1.0)
            if score >= self.threshold:
                yield Proposal(
                    predicate=item.predicate,
                    subject=(item.subject.start, item.subject.end),
                    object=(item.object.start, item.object.end),
                    recipient=(item.recipient.start, item.recipient.end) if item.recipient else None,
                    trigger=(item.trigger, item.trigger + 1) if item.trigger >= 0 else None,
                    extractor=EXTRACTOR,
                    score=round(score, 4),
                )

    def scored(self, doc: Doc) -> Iterator[Scored]:
        """All that may be a relation, with the scores of both networks and the calibrated probability."""
        weights = self.weights
        if weights is None or len(doc.ents) < 2:
            return
        rules = [item for item in state(doc).get("proposals", ()) if item["extractor"] != EXTRACTOR]
        view = DocView(doc, weights.table, rules if weights.with_rules else ())
        chosen = self._pairs(view, weights)
        recipients = self._recipients(view, weights, chosen)
        for name, x, y, pair, trigger in chosen:
            nothing: list[tuple[Node | None, float]] = [(None, 0.0)]
            found = recipients.get((name, x.start, y.start), nothing) if name in weights.receiving else nothing
            for node, likely in found:
                score = self._calibrated(weights, name, pair, node is not None, likely)
                yield Scored(name, x, y, node, trigger, pair, likely, score)

    # --- the two steps -------------------------------------------------------------------------------------

    def _outputs(self, weights: Weights, x: Node, y: Node) -> list[int]:
        """Numbers of the predicates that the labels allow; symmetric ones in text order only."""
        key = (x.label, y.label, x.start < y.start)
        if key not in self._allowed:
            self._allowed[key] = [
                i
                for i, name in enumerate(weights.predicates)
                if self._predicates[name].allows(LABELS[x.label], LABELS[y.label])
                and (key[2] or not self._predicates[name].symmetric)
            ]
        return self._allowed[key]

    def _pairs(self, view: DocView, weights: Weights) -> list[tuple[str, Node, Node, float, int]]:
        """Predicate, subject, object, probability and trigger of the best pair of each two entities."""
        mentions = view.mentions
        pairs = [(a, b) for a, b in view.candidates() if self._outputs(weights, mentions[a], mentions[b])]
        parts: list[NDArray[np.float32]] = [np.zeros((0, weights.pairs.outputs), np.float32)]
        triggers: list[int] = []
        for start in range(0, len(pairs), _BATCH):
            sums = _Sums()
            some = _Pairs(view, pairs[start : start + _BATCH], sums)
            parts.append(weights.pairs.probabilities(some.summed(sums.of(weights.pairs))))
            triggers += some.triggers
        scores = np.concatenate(parts)
        best: dict[tuple[Any, ...], tuple[str, Node, Node, float, int]] = {}
        # A pair far below the threshold is not calibrated above it by the weights that training finds.
        for row, output in np.argwhere(scores > self.threshold / 2).tolist():
            x, y = (mentions[number] for number in pairs[row])
            if output not in self._outputs(weights, x, y):
                continue
            name = weights.predicates[output]
            key: tuple[Any, ...] = (x.label, x.ident), (y.label, y.ident)
            if self._predicates[name].symmetric:
                key = tuple(sorted(key))
            probability = float(scores[row, output])
            if (name, *key) not in best or best[name, *key][3] < probability:
                best[name, *key] = (name, x, y, probability, triggers[row])
        return list(best.values())

    def _recipients(
        self, view: DocView, weights: Weights, chosen: list[tuple[str, Node, Node, float, int]]
    ) -> dict[tuple[str, int, int], list[tuple[Node | None, float]]]:
        """Likely recipients, with probabilities, by predicate and the starts of subject and object."""
        rows: dict[tuple[int, int, int], int] = {}
        wanted: list[tuple[str, Node, Node, Node, int]] = []
        for name, x, y, _, _ in chosen:
            labels = self._predicates[name].recipient
            if labels is None or name not in weights.receiving:
                continue
            for z in view.third(x, y):
                if LABELS[z.label] in labels:
                    row = rows.setdefault((x.number, y.number, z.number), len(rows))
                    wanted.append((name, x, y, z, row))
        scores = self._third(view, weights.recipients, [*rows])
        found: dict[tuple[str, int, int], dict[str, tuple[Node | None, float]]] = {}
        missing: dict[tuple[str, int, int], float] = {}
        for name, x, y, z, row in wanted:
            probability = float(scores[row, weights.receiving.index(name)])
            key = (name, x.start, y.start)
            missing[key] = max(missing.get(key, 0.0), probability)
            if probability >= weights.recipient_threshold:
                of_entity = found.setdefault(key, {})
                if z.ident not in of_entity or of_entity[z.ident][1] < probability:
                    of_entity[z.ident] = (z, probability)
        out: dict[tuple[str, int, int], list[tuple[Node | None, float]]] = {
            key: sorted(nodes.values(), key=lambda pair: -pair[1])[:_MAX_RECIPIENTS] for key, nodes in found.items()
        }
        for key, probability in missing.items():
            out.setdefault(key, [(None, probability)])
        return out

    @staticmethod
    def _third(view: DocView, model: PairModel, triples: list[tuple[int, int, int]]) -> NDArray[np.float32]:
        """The model's probabilities of the last of each three mentions as recipient."""
        parts: list[NDArray[np.float32]] = [np.zeros((0, model.outputs), np.float32)]
        for start in range(0, len(triples), _BATCH):
            some = triples[start : start + _BATCH]
            keys = Keys()
            keys.add_some(
                [(n, k) for n, of in enumerate(some) for k in view.triple_alone(*(view.mentions[i] for i in of))]
            )
            sums = _Sums()
            alone = sums.add(*keys.all(), len(some))
            sides: list[tuple[_Pairs, list[int]]] = []
            for first, shift in ((1, OBJECT_SHIFT), (0, SUBJECT_SHIFT)):
                place: dict[tuple[int, int], int] = {}
                rows = [place.setdefault((of[first], of[2]), len(place)) for of in some]
                sides.append((_Pairs(view, [*place], sums, shift), rows))
            found = sums.of(model)
            summed = found[alone] + sum(pairs.summed(found)[rows] for pairs, rows in sides)
            parts.append(model.probabilities(summed))
        return np.concatenate(parts)

    @staticmethod
    def _calibrated(weights: Weights, name: str, pair: float, has_recipient: bool, recipient: float) -> float:
        """The probability that the whole relation is right."""
        bias, of_pair, of_recipient, of_none = weights.calibration[weights.predicates.index(name)].tolist()
        logit = bias + of_pair * _logit(pair)
        if has_recipient:
            logit += of_recipient * _logit(recipient)
        elif name in weights.receiving:
            logit += of_none * recipient
        return 1 / (1 + math.exp(-logit))

    # --- reading and writing -------------------------------------------------------------------------------

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """The weights; empty without any."""
        return self.weights.to_bytes() if self.weights else b""

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> RelationClassifier:
        """Take over the weights that `to_bytes` gave."""
        self.weights = Weights.from_bytes(data) if data else None
        self._allowed.clear()
        return self

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Write the weights into the folder ``path``."""
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _FILE).write_bytes(self.to_bytes())

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> RelationClassifier:
        """Read the weights from the folder ``path``.

        Raises:
            PipelineError: If the folder has no weights, or they are broken.
        """
        file = Path(path) / _FILE
        if not file.is_file():
            raise PipelineError(f"{file}: the weights of the relation classifier are missing; reinstall the pipeline")
        return self.from_bytes(file.read_bytes())

    def initialize(
        self, get_examples: Callable[[], Iterable[Any]], *, nlp: Language | None = None, weights: Path | None = None
    ) -> None:
        """Read ``weights``, a file made by models/scripts/train_relations.py; examples are not used."""
        if weights is not None:
            self.from_bytes(Path(weights).read_bytes())


def _logit(probability: float) -> float:
    clipped = min(max(probability, 1e-5), 1 - 1e-5)
    return math.log(clipped / (1 - clipped))


class _Sums:
    """Sums of embeddings of several sets of bags, found together."""

    def __init__(self) -> None:
        self._keys: list[Ints] = []
        self._owners: list[Ints] = []
        self._size = 0

    def add(self, keys: Ints, owners: Ints, size: int) -> slice:
        """Add ``size`` bags; returns their place among all."""
        self._keys.append(keys)
        self._owners.append(owners + self._size)
        self._size += size
        return slice(self._size - size, self._size)

    def of(self, model: PairModel) -> NDArray[np.float32]:
        """The sums of all bags, in the order in which they were added."""
        return model.sums(np.concatenate(self._keys), np.concatenate(self._owners), self._size)


class _Pairs:
    """The features of some pairs, all shifted; those of a mention alone are summed once for all its pairs."""

    def __init__(self, view: DocView, pairs: list[tuple[int, int]], sums: _Sums, shift: int = 0) -> None:
        own, table = view.table(pairs)
        self.triggers = table.triggers
        self._own = sums.add(own.keys + shift, own.owners, len(pairs))
        self._alone: list[tuple[Ints, Ints, slice]] = []
        apart = np.flatnonzero(table.gap)
        alone = view.alone
        for rows, shifts in zip((np.arange(len(pairs)), apart), SHIFTS, strict=True):
            for numbers, own_shift in zip((table.xs[rows], table.ys[rows]), shifts, strict=True):
                met = np.zeros(len(view.mentions), bool)
                met[numbers] = True
                of_met = np.flatnonzero(met[alone.owners])
                place = sums.add(alone.keys[of_met] + (own_shift + shift), alone.owners[of_met], len(view.mentions))
                self._alone.append((rows, numbers, place))

    def summed(self, sums: NDArray[np.float32]) -> NDArray[np.float32]:
        """The sums of the embeddings of the features of each pair."""
        total = sums[self._own].copy()
        for rows, numbers, place in self._alone:
            total[rows] += sums[place][numbers]
        return total


def _is_to_maker(item: Scored) -> bool:
    if item.predicate != "transfers" or item.recipient is None:
        return False
    return maker(item.recipient, item.object) == MAKES and maker(item.subject, item.object) == MAKES_NOT
