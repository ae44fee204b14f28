"""Learn what corrects the qualifier's rules: trigger words, polarity and modality, dates.

    python models/scripts/train_qualifier.py GOLD_DIR... OUT.npz [--pipeline en_core_web_sm] [--final] [--cache FILE]

GOLD_DIRs hold .ann files (of two files with one name the first counts; an absent folder is left out).
Without ``--final`` it learns on FIT and measures on HOLDOUT; with it, it learns on both.
The gold relations are what is qualified: mentions and arguments are the gold's, trees are the pipeline's.
"""

from __future__ import annotations

import argparse
import math
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import spacy
from convert import articles, in_holdout
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sources import READERS, find_pipeline, load_parts
from spacy.tokens import Doc, DocBin
from spacy.util import filter_spans

from entityrel.knowledge.cues import load_cues
from entityrel.pipeline.dates import date_features
from entityrel.pipeline.learned import _SCALE, Learned, LinearModel, pack
from entityrel.pipeline.qualifier import DocQualifier
from entityrel.pipeline.triggers import TriggerFinder, relation_heads

AFFILIATIONS = load_cues().cues.affiliations


def read_docs(gold: list[Path], pipeline: str, cache: Path | None) -> list[Doc]:
    """Parse the gold's texts, or read the parses of an earlier run."""
    if cache and cache.exists():
        return list(DocBin(store_user_data=True).from_disk(cache).get_docs(spacy.blank("en").vocab))
    nlp = load_parts(find_pipeline(pipeline), *READERS)
    records = [article.model_dump(mode="json") for article in articles(gold)]
    docs = []
    for article, doc in zip(records, nlp.pipe(a["text"] for a in records), strict=True):
        spans = [
            doc.char_span(e["start"], e["end"], label=e["label"], kb_id=e["id"], alignment_mode="expand")
            for e in article["entities"]
        ]
        doc.ents = filter_spans([span for span in spans if span is not None])
        kept = {(ent.start, ent.end) for ent in doc.ents}

        def tokens(mention: dict[str, Any] | None, doc: Doc = doc) -> tuple[int, int] | None:
            span = mention and doc.char_span(mention["start"], mention["end"], alignment_mode="expand")
            return (span.start, span.end) if span is not None else None

        items = []
        for r in article["relations"]:
            item = {
                "predicate": r["predicate"],
                "trigger": None,
                **{role: tokens(r[role]) for role in ("subject", "object", "recipient")},
            }
            if item["subject"] in kept and item["object"] in kept:
                source = r["source"] and f"{r['source']['label']}:{r['source']['id']}"
                items.append(
                    item
                    | {
                        "gold": {key: r[key] for key in ("polarity", "modality", "quantity", "date")}
                        | {"source_id": source}
                    }
                )
        doc.user_data["entityrel"] = {"gold": items, "article_date": article["date"] or None, "id": article["id"]}
        docs.append(doc)
    if cache:
        cache.parent.mkdir(parents=True, exist_ok=True)
        DocBin(store_user_data=True, docs=docs).to_disk(cache)
    return docs


def gold_of(doc: Doc) -> list[dict[str, Any]]:
    return doc.user_data["entityrel"]["gold"]


def learn_triggers(docs: list[Doc], rounds: int = 5) -> dict[tuple[str, str], float]:
    """Words that state a predicate, by expectation maximisation over the words near the arguments."""
    background = Counter(t.lemma_.lower() for doc in docs for t in doc if not t.ent_type_)
    total = sum(background.values())
    data = []
    for doc in docs:
        finder = TriggerFinder({})
        for item in gold_of(doc):
            heads = relation_heads(doc, item["subject"], item["object"], item["recipient"])
            data.append((item["predicate"], [(lemma, far) for _, lemma, far in finder.candidates(heads)]))
    weights: dict[tuple[str, str], float] = {}
    for turn in range(rounds):
        counts: dict[tuple[str, str], float] = defaultdict(float)
        sizes: Counter[str] = Counter()
        for predicate, candidates in data:
            scores = [weights.get((predicate, word), -1.0 if turn else 0.0) - 0.6 * far for word, far in candidates]
            if not scores:
                continue
            top = max(scores)
            shares = [math.exp(1.5 * (score - top)) for score in scores]
            for (word, _), share in zip(candidates, shares, strict=True):
                counts[predicate, word] += share / sum(shares)
            sizes[predicate] += 1
        weights = {}
        for (predicate, word), count in counts.items():
            if count >= 0.8:
                share = math.log((count + 0.05) / (sizes[predicate] + 5) * 200)
                odds = math.log((count + 0.05) / (sizes[predicate] + 5)) - math.log((background[word] + 3) / total)
                weights[predicate, word] = 0.5 * odds + 0.5 * share
    return weights


def fit(
    name: str, rows: list[list[str]], labels: list[str], classes: list[str], *, minimum: int, strength: float
) -> tuple[dict[str, Any], LinearModel]:
    """Fit a logistic regression on string features; features rarer than ``minimum`` are dropped."""
    counts = Counter(f for row in rows for f in set(row))
    columns = {f: i for i, f in enumerate(sorted(f for f, c in counts.items() if c >= minimum))}
    matrix = to_matrix(rows, columns)
    model = LogisticRegression(C=strength, max_iter=300, solver="lbfgs")
    model.fit(matrix, labels)
    weights, bias = model.coef_.T, model.intercept_
    if len(classes) == 2:
        weights = np.concatenate([-weights, weights], axis=1) / 2
        bias = np.concatenate([-bias, bias]) / 2
    order = [list(model.classes_).index(c) for c in classes]
    weights, bias = weights[:, order], bias[order]
    keep = np.abs(weights).max(axis=1) >= _SCALE / 127 / 2
    names = [f for f, i in columns.items() if keep[i]]
    weights = weights[[columns[f] for f in names]]
    print(f"{name}: {len(rows)} rows, {len(columns)} features, {len(names)} kept, largest {np.abs(weights).max():.2f}")
    packed = pack(name, names, weights, bias, classes)
    hashes = packed[f"{name}/hashes"]
    linear = LinearModel(
        {int(h): i for i, h in enumerate(hashes)},
        packed[f"{name}/weights"].astype(np.float32) * (_SCALE / 127),
        packed[f"{name}/bias"],
        tuple(classes),
    )
    return packed, linear


def to_matrix(rows: list[list[str]], columns: dict[str, int]) -> csr_matrix:
    indices, pointers = [], [0]
    for row in rows:
        indices += [columns[f] for f in set(row) if f in columns]
        pointers.append(len(indices))
    return csr_matrix((np.ones(len(indices), dtype=np.float32), indices, pointers), (len(rows), len(columns)))


CLASSES = [
    "affirmed actual",
    "affirmed planned",
    "affirmed possible",
    "affirmed desired",
    "negated actual",
    "negated planned",
    "negated possible",
    "negated desired",
]


def examples(docs: list[Doc], triggers: dict[tuple[str, str], float]) -> list[dict[str, Any]]:
    """All that the two models need of every relation."""
    learned, lexicon = Learned({}, triggers), load_cues()
    found = []
    for doc in docs:
        worker = DocQualifier(doc, lexicon, learned)
        ids = {(e.start, e.end): f"{e.label_}:{e.kb_id_}" for e in doc.ents}
        for item in gold_of(doc):
            heads = worker.heads(item)
            trigger = worker.trigger(item, heads)
            verdict = worker.judge(item["predicate"], trigger, heads)
            timed = worker.time(item["predicate"], trigger)
            gold = item["gold"]
            row: dict[str, Any] = {
                "item": item,
                "gold": gold,
                "verdict": verdict,
                "trigger": trigger,
                "doc": doc,
                "time": timed,
                "label": f"{gold['polarity']} {gold['modality']}",
                "rules": f"{verdict.polarity} {verdict.modality}",
            }
            if item["predicate"] not in AFFILIATIONS:
                row["features"] = worker.features(item, trigger, heads, verdict, timed)
                source = worker.attribute(item, trigger).source
                row["source"] = ids.get(source) if source else None
                if timed is not None:
                    row["date_features"] = date_features(doc, item["predicate"], trigger, timed, verdict)
            found.append(row)
    return found


def learn(rows: list[dict[str, Any]]) -> tuple[dict[str, Any], dict[str, LinearModel]]:
    """The arrays to save and the models."""
    arrays: dict[str, Any] = {}
    models: dict[str, LinearModel] = {}
    rows = [row for row in rows if "features" in row]
    packed, models["factuality"] = fit(
        "factuality", [r["features"] for r in rows], [r["label"] for r in rows], CLASSES, minimum=2, strength=0.3
    )
    arrays |= packed
    dated = [r for r in rows if "date_features" in r]
    labels = ["yes" if r["gold"]["date"] in (r["time"].past, r["time"].future) else "no" for r in dated]
    features = [r["date_features"] for r in dated]
    packed, models["date"] = fit("date", features, labels, ["no", "yes"], minimum=3, strength=0.2)
    arrays |= packed
    return arrays, models


def measure(rows: list[dict[str, Any]], models: dict[str, LinearModel]) -> None:
    """Exactness of rules and of models, on relations that were not learnt from."""
    from entityrel.pipeline.qualifier import choose_judgement  # noqa: PLC0415

    counts: Counter[str] = Counter()
    confusion: Counter[tuple[str, str]] = Counter()
    for row in rows:
        predicted, source = row["rules"], None
        if "features" in row:
            predicted = " ".join(choose_judgement(models["factuality"], row["features"], row["verdict"]))
            source = row["source"]
        counts["n"] += 1
        counts["factuality rules"] += row["rules"] == row["label"]
        counts["factuality"] += predicted == row["label"]
        confusion[row["label"], predicted] += 1
        counts["source"] += source == row["gold"]["source_id"]
        if row["gold"]["source_id"]:
            counts["named"] += 1
            counts["named right"] += source == row["gold"]["source_id"]
        counts["facts"] += predicted == CLASSES[0]
        counts["facts right"] += predicted == CLASSES[0] == row["label"]
        counts["negated as facts"] += predicted == CLASSES[0] and row["label"].startswith("negated")
    n = counts["n"]
    for key, value in counts.items():
        print(f"{key:20} {value:6} {100 * value / n:6.1f} %")
    short = {c: "".join(w[0].upper() for w in c.split()) + c.split()[1][1:3] for c in CLASSES}
    print("gold \\ said", *short.values(), sep="\t")
    for gold in CLASSES:
        print(short[gold], *(confusion[gold, c] for c in CLASSES), sep="\t")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gold", type=Path, nargs="+")
    parser.add_argument("out", type=Path)
    parser.add_argument("--pipeline", default="en_core_web_sm")
    parser.add_argument("--cache", type=Path, help="file for the parses")
    parser.add_argument("--final", action="store_true")
    args = parser.parse_args()
    started = time.time()
    docs = read_docs(args.gold, args.pipeline, args.cache)
    held = [doc for doc in docs if in_holdout(doc.user_data["entityrel"]["id"])]
    seen = docs if args.final else [doc for doc in docs if not in_holdout(doc.user_data["entityrel"]["id"])]
    triggers = learn_triggers(seen)
    print(f"{len(docs)} articles, {len(triggers)} trigger words, {time.time() - started:.0f} s")
    arrays, models = learn(examples(seen, triggers))
    measure(examples(held, triggers), models)
    arrays["triggers/keys"] = np.array([f"{p} {w}" for p, w in triggers])
    arrays["triggers/values"] = np.array(list(triggers.values()), dtype=np.float16)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(args.out, **arrays)
    print(f"{args.out}: {args.out.stat().st_size / 1e6:.2f} MB, {time.time() - started:.0f} s")


if __name__ == "__main__":
    main()
