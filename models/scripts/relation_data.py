"""Training data of the relation classifier: pairs and triples of gold mentions with what the gold says of them."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import spacy
from convert import in_holdout, is_written
from sklearn.cluster import MiniBatchKMeans
from spacy.language import Language
from spacy.strings import hash_string
from spacy.tokens import Doc, DocBin

from entityrel.knowledge.frames import load_frames
from entityrel.knowledge.ontology import load_ontology
from entityrel.pipeline.linked_mentions import LABELS
from entityrel.pipeline.pair_features import DocView, WordTable
from entityrel.pipeline.state import state

ONTOLOGY = load_ontology().predicates
PREDICATES = tuple(ONTOLOGY)
RECEIVING = tuple(name for name in PREDICATES if ONTOLOGY[name].recipient)
__all__ = ["PREDICATES", "RECEIVING", "Bags", "Example", "examples", "in_holdout", "is_written", "parse", "word_table"]


@dataclass
class Bags:
    """Bags of keys with targets: which outputs are right, and which count."""

    keys: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    right: list[np.ndarray] = field(default_factory=list)
    counts: list[np.ndarray] = field(default_factory=list)
    article: list[int] = field(default_factory=list)

    def add(self, keys: list[int], right: np.ndarray, counts: np.ndarray, article: int) -> None:
        self.keys += keys
        self.ends.append(len(self.keys))
        self.right.append(right)
        self.counts.append(counts)
        self.article.append(article)


@dataclass
class Example:
    """An article: its gold record and its parsed Doc with the gold mentions."""

    record: dict[str, Any]
    doc: Doc


def parse(records: list[dict[str, Any]], pipeline: Path, cache: Path | None) -> list[Example]:
    """Parse the texts (or read the parses of an earlier run) and put the gold mentions on the Docs."""
    nlp = spacy.load(pipeline, exclude=["ner"], disable=[p for p in _components(pipeline) if p.startswith("entityrel")])
    if cache and cache.is_file():
        docs = list(DocBin(store_user_data=True).from_disk(cache).get_docs(nlp.vocab))
    else:
        docs = [
            _with_gold(nlp, doc, record)
            for doc, record in zip(nlp.pipe(r["text"] for r in records), records, strict=True)
        ]
        if cache:
            DocBin(store_user_data=True, docs=docs).to_disk(cache)
    assert [doc.text for doc in docs] == [record["text"] for record in records], f"{cache} is of other articles"
    return [Example(record, doc) for record, doc in zip(records, docs, strict=True)]


def _components(pipeline: Path) -> list[str]:
    return json.loads((pipeline / "meta.json").read_text())["pipeline"]


def _with_gold(nlp: Language, doc: Doc, record: dict[str, Any]) -> Doc:
    spans = [
        doc.char_span(e["start"], e["end"], label=e["label"], kb_id=e["id"], alignment_mode="expand")
        for e in record["entities"]
    ]
    doc.set_ents(spacy.util.filter_spans([span for span in spans if span]))
    doc.user_data.clear()
    return doc


def word_table(records: Iterable[Doc], vectors: Language, sizes: tuple[int, ...], limit: int) -> WordTable:
    """Word classes by k-means over static vectors, and the predicates of the frames' words."""
    count = Counter(word for doc in records for token in doc for word in {token.lemma_.lower(), token.lower_})
    stated: dict[str, int] = defaultdict(int)
    for (_, head), entries in load_frames().entries.items():
        for entry in entries:
            for frame in entry.frames:
                stated[head.lower()] |= 1 << PREDICATES.index(frame.predicate)
    table = vectors.vocab.vectors
    data = np.asarray(table.data, "float32")
    data = data / (np.linalg.norm(data, axis=1, keepdims=True) + 1e-6)
    strings = vectors.vocab.strings
    for word in count:  # a small pipeline keeps vectors of more words than it keeps the spelling of
        strings.add(word)
    row_of = {strings[key]: row for key, row in table.key2row.items() if key in strings}
    words = {
        w: r
        for w, r in row_of.items()
        if 2 <= len(w) <= 18 and w.isascii() and w.islower() and w.replace("-", "").isalpha()
    }
    rows = sorted({words[word] for word in count if word in words})
    data = data - data[rows].mean(axis=0)
    classes = [
        MiniBatchKMeans(min(k, len(rows)), random_state=0, n_init=3, batch_size=2048).fit(data[rows]).predict(data) + 1
        for k in sizes
    ]
    near = set(rows)
    # Words that training never met: the ones nearest to a row that it met are the likeliest to be met yet.
    known = [w for w in words if count[w] or w in stated]
    known += sorted((w for w in words if words[w] in near and not count[w] and w.isalpha()), key=lambda w: (len(w), w))
    chosen = {w: words[w] for w in known[:limit]} | {w: -1 for w in stated if w not in words}
    hashes = np.array([hash_string(w) for w in chosen], "uint64")
    order = np.argsort(hashes)
    names = [list(chosen)[i] for i in order]
    at = np.array([chosen[w] for w in names])
    return WordTable(
        hashes[order],
        np.stack([np.where(at >= 0, c[at], 0) for c in classes], axis=1).astype("uint16"),
        np.array([stated.get(w, 0) for w in names], "uint32"),
    )


def examples(items: list[Example], table: WordTable, rules: bool) -> tuple[Bags, Bags]:
    """Bags of all candidate pairs, and of the candidate recipients of the gold's relations."""
    pairs, triples = Bags(), Bags()
    for article, item in enumerate(items):
        view = DocView(item.doc, table, state(item.doc).get("proposals", ()) if rules else ())
        _Labelled(item, view, article).fill(pairs, triples)
    return pairs, triples


class _Labelled:
    """What the gold of an article says of pairs of its mentions."""

    def __init__(self, item: Example, view: DocView, article: int) -> None:
        self.view, self.article = view, article
        self.at = [item.doc[node.start].idx for node in view.mentions]
        self.gold: dict[tuple[str, str, str], list[dict[str, Any]]] = defaultdict(list)
        for relation in item.record["relations"]:
            name, s, o = relation["predicate"], relation["subject"], relation["object"]
            if s and o:
                self.gold[name, s["id"], o["id"]].append(relation)
                if ONTOLOGY[name].symmetric:
                    self.gold[name, o["id"], s["id"]].append(relation)
        self.stated: dict[tuple[str, str], set[str]] = defaultdict(set)
        for name, s, o in self.gold:
            self.stated[s, o].add(name)

    def _inside(self, number: int, relation: dict[str, Any]) -> bool:
        return relation["evidence"]["start"] <= self.at[number] < relation["evidence"]["end"]

    def _far(self, a: int, b: int, relation: dict[str, Any]) -> int:
        start = relation["evidence"]["start"]
        return abs(self.at[a] - start) + abs(self.at[b] - start)

    def fill(self, pairs: Bags, triples: Bags) -> None:
        mentions = self.view.mentions
        found: dict[tuple[int, int], tuple[np.ndarray, np.ndarray]] = {}
        positive: dict[tuple[str, str, str], list[tuple[int, int]]] = defaultdict(list)
        for a, b in self.view.candidates():
            x, y = mentions[a], mentions[b]
            counts = np.array(
                [
                    ONTOLOGY[p].allows(LABELS[x.label], LABELS[y.label])
                    and (x.start < y.start or not ONTOLOGY[p].symmetric)
                    for p in PREDICATES
                ]
            )
            if (a, b) in found or not counts.any():
                continue
            right = np.zeros(len(PREDICATES), bool)
            for name in self.stated.get((x.ident, y.ident), ()):
                i = PREDICATES.index(name)
                if not counts[i]:
                    continue
                if any(self._inside(a, g) and self._inside(b, g) for g in self.gold[name, x.ident, y.ident]):
                    right[i] = True
                    positive[name, x.ident, y.ident].append((a, b))
                else:
                    counts[i] = False  # stated, but elsewhere: this pair teaches nothing
            found[a, b] = right, counts
        self._settle(found, positive)
        for ((a, b), (right, counts)), keys in zip(found.items(), self.view.pairs([*found]), strict=True):
            pairs.add(keys, right, counts, self.article)
            for i in np.flatnonzero(right):
                if PREDICATES[i] in RECEIVING:
                    self._recipients(a, b, PREDICATES[i], triples)

    def _settle(self, found: dict[Any, Any], positive: dict[Any, list[tuple[int, int]]]) -> None:
        """Pairs over two sentences do not count beside one in a sentence; without any, the nearest pair is right."""
        mentions = self.view.mentions
        for (name, _, _), pairs in positive.items():
            i = PREDICATES.index(name)
            apart = [(a, b) for a, b in pairs if mentions[a].sent != mentions[b].sent]
            if len(apart) < len(pairs):
                for pair in apart:
                    found[pair][0][i] = found[pair][1][i] = False
        for (name, s, o), relations in self.gold.items():
            if (name, s, o) in positive:
                continue
            i = PREDICATES.index(name)
            near = [
                (abs(mentions[a].sent - mentions[b].sent), min(self._far(a, b, g) for g in relations), a, b)
                for a, b in found
                if mentions[a].ident == s and mentions[b].ident == o
                and ONTOLOGY[name].allows(LABELS[mentions[a].label], LABELS[mentions[b].label])
            ]  # fmt: skip
            if near:
                _, _, a, b = min(near)
                if not ONTOLOGY[name].symmetric or mentions[a].start < mentions[b].start:
                    found[a, b][0][i] = found[a, b][1][i] = True

    def _recipients(self, a: int, b: int, name: str, triples: Bags) -> None:
        mentions = self.view.mentions
        x, y = mentions[a], mentions[b]
        relations = self.gold[name, x.ident, y.ident]
        wanted = {g["recipient"]["id"] for g in relations if g["recipient"]}
        number = {id(node): k for k, node in enumerate(mentions)}
        inside = {node.ident for k, node in enumerate(mentions) if any(self._inside(k, g) for g in relations)}
        chosen = []
        for z in self.view.third(x, y):
            if LABELS[z.label] not in (ONTOLOGY[name].recipient or ()):
                continue
            is_right = z.ident in wanted
            if is_right and z.ident in inside and not any(self._inside(number[id(z)], g) for g in relations):
                continue
            chosen.append((z, is_right))
        for keys, (_, is_right) in zip(self.view.triples([(x, y, z) for z, _ in chosen]), chosen, strict=True):
            right, counts = np.zeros(len(RECEIVING), bool), np.zeros(len(RECEIVING), bool)
            counts[RECEIVING.index(name)] = True
            right[RECEIVING.index(name)] = is_right
            triples.add(keys, right, counts, self.article)
