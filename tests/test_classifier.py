"""The relation classifier: links, features, the network, and the component with weights planted by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from spacy.lang.en import English
from spacy.tokens import Doc, Span

from entityrel.errors import PipelineError
from entityrel.knowledge.ontology import load_ontology
from entityrel.pipeline.classifier import RelationClassifier, Scored, Weights
from entityrel.pipeline.linked_mentions import MAX_DISTANCE, Node
from entityrel.pipeline.links import AGENT, THEME
from entityrel.pipeline.pair_features import DocView, WordTable, key
from entityrel.pipeline.pair_model import PairModel, fingerprint
from entityrel.pipeline.state import Proposal, state

VOCAB = English().vocab
ONTOLOGY = load_ontology().predicates
PREDICATES = tuple(ONTOLOGY)
RECEIVING = tuple(name for name in PREDICATES if ONTOLOGY[name].recipient)
TABLE = WordTable(np.zeros(1, np.uint64), np.zeros((1, 3), np.uint16), np.zeros(1, np.uint32))

#: Token, number of the label and id of Iran, the drones and Russia in the sentences below.
PARTIES = ((0, 2, "iran"), (2, 3, "drones"), (4, 2, "russia"))

Row = tuple[str, str, str, str, int]
ACTIVE: list[Row] = [
    ("Iran", "Iran", "PROPN", "nsubj", 1), ("sold", "sell", "VERB", "ROOT", 1), ("drones", "drone", "NOUN", "dobj", 1),
    ("to", "to", "ADP", "prep", 1), ("Russia", "Russia", "PROPN", "pobj", 3), (".", ".", "PUNCT", "punct", 1),
]  # fmt: skip
PASSIVE: list[Row] = [
    ("Drones", "drone", "NOUN", "nsubjpass", 2), ("were", "be", "AUX", "auxpass", 2),
    ("sold", "sell", "VERB", "ROOT", 2),
    ("to", "to", "ADP", "prep", 2), ("Russia", "Russia", "PROPN", "pobj", 3), ("by", "by", "ADP", "agent", 2),
    ("Iran", "Iran", "PROPN", "pobj", 5), (".", ".", "PUNCT", "punct", 2),
]  # fmt: skip
CONTROL: list[Row] = [
    ("Iran", "Iran", "PROPN", "nsubj", 1), ("agreed", "agree", "VERB", "ROOT", 1), ("to", "to", "PART", "aux", 3),
    ("sell", "sell", "VERB", "xcomp", 1), ("drones", "drone", "NOUN", "dobj", 3), (".", ".", "PUNCT", "punct", 1),
]  # fmt: skip


def make_doc(rows: list[Row], **mentions: str) -> Doc:
    """A one-sentence Doc; ``mentions`` are the labels of its words, whose ids are the words in lower case."""
    words = [row[0] for row in rows]
    doc = Doc(
        VOCAB,
        words=words, lemmas=[row[1] for row in rows], pos=[row[2] for row in rows],
        tags=["NNP" if row[2] == "PROPN" else "X" for row in rows], deps=[row[3] for row in rows],
        heads=[row[4] for row in rows],
    )  # fmt: skip
    doc.set_ents(
        [Span(doc, i, i + 1, mentions[word], kb_id=word.lower()) for i, word in enumerate(words) if word in mentions]
    )
    return doc


def planted(keys: list[int], output: str, outputs: tuple[str, ...], base: float = -6.0) -> PairModel:
    """A network that gives ``output`` a probability near 1 where it meets one of ``keys``, and near 0 elsewhere."""
    marks = np.unique(fingerprint(np.array(keys, np.int64)))
    weights = np.zeros((1, 3, len(outputs)), np.float32)
    weights[0, 0, outputs.index(output)] = 12
    return PairModel(
        marks, np.full((len(marks), 2), 100, np.int8), np.full(len(marks), 0.01, np.float32),
        np.zeros((1, 2), np.float32), np.zeros((1, 2, 1), np.float32), np.zeros((1, 1), np.float32),
        weights, np.full((1, len(outputs)), base, np.float32),
    )  # fmt: skip


def classifier_for(
    doc: Doc, subject: int, object_: int, recipient: int, predicate: str = "transfers"
) -> RelationClassifier:
    """A classifier that has learned one pair and its recipient by heart (mentions by number)."""
    view = DocView(doc, TABLE)
    x, y = view.mentions[subject], view.mentions[object_]
    others = {
        k
        for a, b in view.candidates()
        if (a, b) != (subject, object_)
        for k in view.pair(view.mentions[a], view.mentions[b]).keys
    }
    pair_keys = [k for k in view.pair(x, y).keys if k not in others]
    pipe = RelationClassifier()
    plain = np.tile(np.array([0, 1, 1, 0], np.float32), (len(PREDICATES), 1))
    receivers = planted(view.triple(x, y, view.mentions[recipient]), "transfers", RECEIVING)
    pipe.weights = Weights(
        PREDICATES, RECEIVING, TABLE, planted(pair_keys, predicate, PREDICATES), receivers, plain, 0.5
    )
    return pipe


@pytest.fixture
def sold() -> Doc:
    return make_doc(ACTIVE, Iran="COUNTRY", drones="WEAPON", Russia="COUNTRY")


@pytest.mark.parametrize("rows", [ACTIVE, PASSIVE, CONTROL])
def test_links_see_through_voice_and_control(rows: list[Row]) -> None:
    view = DocView(make_doc(rows, Iran="COUNTRY", drones="WEAPON", Drones="WEAPON"))
    verb = next(i for i, row in enumerate(rows) if row[1] == "sell")
    by_label = {node.label: node for node in view.mentions}
    assert by_label[2].links[verb][0] == AGENT
    assert by_label[3].links[verb][0] == THEME


def test_names_are_no_features() -> None:
    renamed = [("Peru", "Peru", *row[2:]) if row[0] == "Iran" else row for row in ACTIVE]
    one = DocView(make_doc(ACTIVE, Iran="COUNTRY", drones="WEAPON"))
    two = DocView(make_doc(renamed, Peru="COUNTRY", drones="WEAPON"))
    assert one.pair(*one.mentions).keys == two.pair(*two.mentions).keys


def test_swapped_arguments_are_told_apart(sold: Doc) -> None:
    view = DocView(sold)
    iran, _, russia = view.mentions
    assert set(view.pair(iran, russia).keys) != set(view.pair(russia, iran).keys)


def test_rules_are_features_of_their_pair_and_mark_its_reverse(sold: Doc) -> None:
    rule = Proposal(
        predicate="transfers", subject=(0, 1), object=(2, 3), recipient=None, trigger=(1, 2), extractor="ruler",
        score=1.0, frame="transfers.supply",
    )  # fmt: skip
    plain, ruled = DocView(sold), DocView(sold, rules=[rule])
    iran, drones, russia = ruled.mentions
    more = set(ruled.pair(iran, drones).keys) - set(plain.pair(*plain.mentions[:2]).keys)
    reverse = set(ruled.pair(drones, iran).keys) - set(plain.pair(plain.mentions[1], plain.mentions[0]).keys)
    assert more
    assert reverse
    assert not more & reverse
    assert ruled.pair(iran, russia).keys == plain.pair(plain.mentions[0], plain.mentions[2]).keys


def test_proposes_what_it_learned_with_its_recipient(sold: Doc) -> None:
    pipe = classifier_for(sold, 0, 1, 2)
    (item,) = state(pipe(sold))["proposals"]
    assert (item["predicate"], item["subject"], item["object"], item["recipient"]) == (
        "transfers",
        (0, 1),
        (2, 3),
        (4, 5),
    )
    assert item["trigger"] == (1, 2)
    assert item["extractor"] == "classifier"
    assert 0.9 < item["score"] <= 1


def test_running_again_replaces_its_proposals_and_keeps_others(sold: Doc) -> None:
    other = Proposal(
        predicate="attacks", subject=(0, 1), object=(4, 5), recipient=None, trigger=None, extractor="ruler", score=1.0
    )
    state(sold)["proposals"] = [other]
    pipe = classifier_for(sold, 0, 1, 2)
    first = list(state(pipe(sold))["proposals"])
    assert state(pipe(sold))["proposals"] == first
    assert other in first


def test_labels_that_the_ontology_forbids_are_not_proposed(sold: Doc) -> None:
    pipe = classifier_for(sold, 0, 1, 2, predicate="leads")
    assert state(pipe(sold))["proposals"] == []


def test_a_symmetric_relation_is_proposed_once(sold: Doc) -> None:
    pipe = classifier_for(sold, 0, 2, 1, predicate="meets")
    (item,) = state(pipe(sold))["proposals"]
    assert (item["subject"], item["object"]) == ((0, 1), (4, 5))


def test_round_trips(sold: Doc, tmp_path: Path) -> None:
    pipe = classifier_for(sold, 0, 1, 2)
    wanted = list(pipe.propose(sold))
    pipe.to_disk(tmp_path / "pipe")
    assert list(RelationClassifier().from_disk(tmp_path / "pipe").propose(sold)) == wanted
    assert list(RelationClassifier().from_bytes(pipe.to_bytes()).propose(sold)) == wanted


def test_without_weights_it_proposes_nothing_and_missing_or_wrong_ones_are_reported(sold: Doc, tmp_path: Path) -> None:
    pipe = RelationClassifier()
    assert state(pipe(sold))["proposals"] == []
    with pytest.raises(PipelineError, match=r"weights\.npz"):
        pipe.from_disk(tmp_path)
    with pytest.raises(PipelineError, match="train_relations"):
        pipe.from_bytes(b"no weights")


def test_the_network_equals_its_definition_and_skips_unknown_features() -> None:
    rng = np.random.default_rng(0)
    known = [key(i) for i in range(40)]
    order = np.argsort(fingerprint(np.array(known, np.int64)))
    table, scales = rng.integers(-127, 128, (40, 6)).astype(np.int8), (rng.random(40) / 50).astype(np.float32)
    dense = [rng.standard_normal(shape).astype(np.float32) for shape in ((2, 3), (2, 3, 4), (2, 4), (2, 7, 5), (2, 5))]
    model = PairModel(np.sort(fingerprint(np.array(known, np.int64))), table, scales, *dense)
    rank = {known[i]: row for row, i in enumerate(order)}
    bags = [[known[3], known[7], key(999), known[3]], [], [known[11]]]
    wanted = []
    for bag in bags:
        total = sum((table[rank[k]] * scales[rank[k]] for k in bag if k in rank), np.zeros(6))
        each = []
        for n in range(2):
            x = np.maximum(total[3 * n : 3 * n + 3] + dense[0][n], 0)
            h = np.maximum(x @ dense[1][n] + dense[2][n], 0)
            each.append(1 / (1 + np.exp(-(np.concatenate([x, h]) @ dense[3][n] + dense[4][n]))))
        wanted.append(np.mean(each, axis=0))
    np.testing.assert_allclose(model(bags), wanted, rtol=1e-4)
    assert model([]).shape == (0, 5)


def test_candidates_grow_linearly_with_a_list_without_full_stops() -> None:
    def count(size: int) -> int:
        rows: list[Row] = [(f"N{i}", f"n{i}", "PROPN", "conj" if i else "ROOT", max(i - 1, 0)) for i in range(size)]
        return sum(1 for _ in DocView(make_doc(rows, **{row[0]: "COUNTRY" for row in rows})).candidates())

    assert count(1200) <= 2 * MAX_DISTANCE * 1200
    assert count(1200) < 2.3 * count(600)


def test_the_titles_of_a_person_are_bounded() -> None:
    """Each pair of a person looks at all of them."""
    rows: list[Row] = []
    for i in range(0, 400, 2):
        rows += [("chief", "chief", "NOUN", "compound", i + 1), ("Kim", "Kim", "PROPN", "ROOT", i + 1)]
    titles = DocView(make_doc(rows, Kim="PERSON")).titles["kim"]
    assert titles[0] == 0
    assert len(set(titles)) < 80


def test_numbers_are_found_as_by_halving() -> None:
    chosen = np.random.default_rng(0)
    known = np.unique(chosen.integers(0, 1 << 32, 5000, dtype=np.uint32))
    wanted = np.concatenate([known, chosen.integers(0, 1 << 32, 5000, dtype=np.uint32), [0, 0xFFFFFFFF]]).astype(
        np.uint32
    )
    model = PairModel(
        known, np.arange(len(known), dtype=np.int8)[:, None], np.ones(len(known), np.float32),
        *(np.zeros(shape, np.float32) for shape in ((1, 1), (1, 1, 1), (1, 1), (1, 2, 1), (1, 1))),
    )  # fmt: skip
    at = np.searchsorted(known, wanted) % len(known)
    assert model.finder(wanted).tolist() == np.where(known[at] == wanted, at, -1).tolist()


def test_pairs_together_have_the_features_that_each_has_alone(sold: Doc) -> None:
    view = DocView(sold)
    numbers = [(0, 1), (1, 0), (0, 2), (2, 1)]
    together = view.pairs(numbers)
    for keys, (a, b) in zip(together, numbers, strict=True):
        assert sorted(keys) == sorted(view.pair(view.mentions[a], view.mentions[b]).keys)


@pytest.mark.parametrize(
    ("reverse", "sentence", "proposed"), [(0.0, 0, 0.8), (0.25, 0, 0.6), (0.7, 0, None), (0.7, 1, 0.8)]
)
def test_a_direction_that_may_be_the_other_one_is_doubted(
    reverse: float, sentence: int, proposed: float | None, sold: Doc, monkeypatch: pytest.MonkeyPatch
) -> None:
    iran, drones, russia = (Node(i, i + 1, i, 0, label, name) for i, label, name in PARTIES)
    elsewhere = Node(2, 3, 2, sentence, 3, "drones")
    found = [
        Scored("transfers", iran, drones, russia, 1, 0.8, 0.8, 0.8),
        Scored("transfers", russia, elsewhere, iran, 1, reverse, reverse, reverse),
    ]
    classifier = RelationClassifier(0.3)
    monkeypatch.setattr(classifier, "scored", lambda doc: iter(found))
    scores = {item["subject"]: item["score"] for item in classifier.propose(sold)}
    assert scores.get((0, 1)) == (None if proposed is None else pytest.approx(proposed))


@pytest.mark.parametrize(("supplier", "recipient", "score"), [("DZA", "RUS", 0.4), ("RUS", "DZA", 0.8)])
def test_a_transfer_to_the_maker_by_a_stranger_is_doubted(
    supplier: str, recipient: str, score: float, sold: Doc, monkeypatch: pytest.MonkeyPatch
) -> None:
    nodes = Node(0, 1, 0, 0, 2, supplier), Node(2, 3, 2, 0, 3, "s-400"), Node(4, 5, 4, 0, 2, recipient)
    classifier = RelationClassifier(0.3)
    monkeypatch.setattr(classifier, "scored", lambda doc: iter([Scored("transfers", *nodes, 1, 0.8, 0.8, 0.8)]))
    (item,) = classifier.propose(sold)
    assert item["score"] == pytest.approx(score)
