"""Train the relation classifier on gold articles.

    python models/scripts/train_relations.py GOLD_DIR... OUTPUT --pipeline PIPELINE --vectors PIPELINE [--rules]

GOLD_DIRs hold .ann files (of two files with one name the first counts; an absent folder is left out). PIPELINE (a
folder or a package) tags, parses and lemmatises; the mentions are the gold's.
Without ``--final``: learn on FIT, calibrate and measure on HOLDOUT. With it: learn on both, with the calibration
that the run without it has left in OUTPUT. The weights are written to OUTPUT/weights.npz, the figures to
OUTPUT/figures.json.
"""

import argparse
import json
import time
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import spacy
from convert import holdout, some
from relation_data import PREDICATES, RECEIVING, Example, examples, is_written, parse, word_table
from relation_network import Matrix, Options, train
from scipy.optimize import minimize
from sources import find_pipeline

from entityrel import markup
from entityrel.knowledge.ontology import load_ontology
from entityrel.pipeline.classifier import RelationClassifier, Scored, Weights
from entityrel.pipeline.resolver import make_resolver
from entityrel.pipeline.ruler import make_ruler

ONTOLOGY = load_ontology().predicates
Core = tuple[str, str, str, str | None]


def core(name: str, subject: str, object_: str, recipient: str | None) -> Core:
    """What the score compares: symmetric predicates have no order."""
    if ONTOLOGY[name].symmetric:
        subject, object_ = sorted((subject, object_))
    return name, subject, object_, recipient


def gold_of(item: Example) -> set[Core]:
    return {
        core(r["predicate"], r["subject"]["id"], r["object"]["id"], r["recipient"] and r["recipient"]["id"])
        for r in item.record["relations"]
        if r["subject"] and r["object"]
    }


def core_of(found: Scored) -> Core:
    return core(found.predicate, found.subject.ident, found.object.ident, found.recipient and found.recipient.ident)


def logit(p: float) -> float:
    p = min(max(p, 1e-5), 1 - 1e-5)
    return float(np.log(p / (1 - p)))


def calibrate(rows: list[tuple[Scored, bool]]) -> np.ndarray:
    """Logistic regression of "right" on the scores: common slopes, a bias a predicate drawn towards the common one."""
    n = len(PREDICATES)
    x = np.zeros((len(rows), n + 4))
    y = np.array([right for _, right in rows], float)
    for i, (found, _) in enumerate(rows):
        x[i, PREDICATES.index(found.predicate)] = 1
        x[i, n] = 1
        x[i, n + 1] = logit(found.pair)
        if found.recipient is not None:
            x[i, n + 2] = logit(found.likely)
        elif found.predicate in RECEIVING:
            x[i, n + 3] = found.likely
    penalty = np.array([1.0] * n + [0.0, 0.1, 0.1, 0.1])

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        z = x @ w
        value = np.logaddexp(0, z).sum() - y @ z + 0.5 * (penalty * w * w).sum()
        return float(value), x.T @ (1 / (1 + np.exp(-z)) - y) + penalty * w

    w = minimize(loss, np.zeros(n + 4), jac=True, method="L-BFGS-B").x
    return np.stack([[w[i] + w[n], w[n + 1], w[n + 2], w[n + 3]] for i in range(n)]).astype("float32")


def figures(items: list[Example], found: list[list[Scored]], threshold: float) -> dict[str, Any]:
    """Core precision, recall and F, of transfers too, and how many are reversed."""
    count: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    turned, _ = 0, count["core"]
    for item, candidates in zip(items, found, strict=True):
        gold, guess = gold_of(item), {core_of(c) for c in candidates if c.score >= threshold}
        for name in {g[0] for g in gold | guess}:
            for key in ("core", name):
                one, two = {g for g in gold if g[0] == name}, {g for g in guess if g[0] == name}
                count[key] = [a + b for a, b in zip(count[key], (len(one & two), len(one), len(two)), strict=True)]
        for p, s, o, r in guess - gold:
            turned += (p, o, s, r) in gold or (
                r is not None and any(g[0] == p and g[1] == r and g[3] == s for g in gold)
            )
    out: dict[str, Any] = {}
    for key, (right, there, guessed) in count.items():
        precision, recall = right / max(guessed, 1), right / max(there, 1)
        out[key] = {"p": round(precision, 4), "r": round(recall, 4), "gold": there, "predicted": guessed,
                    "f": round(2 * precision * recall / max(precision + recall, 1e-9), 4)}  # fmt: skip
    return {**out, "reversed": turned}


def report(items: list[Example], found: list[list[Scored]], thresholds: tuple[float, ...]) -> dict[str, Any]:
    """Figures of the written and of the real articles, at some thresholds."""
    out: dict[str, Any] = {}
    for threshold in thresholds:
        for part in ("written", "real"):
            chosen = [i for i, item in enumerate(items) if is_written(item.record["id"]) == (part == "written")]
            f = figures([items[i] for i in chosen], [found[i] for i in chosen], threshold)
            out[f"{part} {threshold}"] = f
            c, t = f["core"], f.get("transfers", {"f": 0})
            print(f"{part:8} at {threshold}: P {c['p']:.3f} R {c['r']:.3f} F {c['f']:.3f}  transfers F {t['f']:.3f}  "
                  f"reversed {f['reversed']} of {c['predicted']}", flush=True)  # fmt: skip
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path, nargs="+")
    parser.add_argument("output", type=Path)
    parser.add_argument("--pipeline", default="en_core_web_sm")
    parser.add_argument("--vectors", default="en_core_web_md", help="pipeline whose static vectors give word classes")
    parser.add_argument("--cache", type=Path, help="file for the parses")
    parser.add_argument("--rules", action="store_true", help="use the ruler's proposals as features")
    parser.add_argument("--final", action="store_true")
    parser.add_argument("--limit", type=int, default=0, help="learn from only so many articles (smoke test)")
    parser.add_argument("--words", type=int, default=25000, help="words in the table")
    for name, default in vars(Options()).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(default), default=default)
    args = parser.parse_args()
    options = Options(**{name: getattr(args, name) for name in vars(Options())})

    start = time.time()
    files = {path.name: path for folder in reversed(args.gold) for path in folder.glob("*.ann")}
    records = [markup.read(files[name]).model_dump(mode="json") for name in some(sorted(files), args.limit)]
    items = parse(records, find_pipeline(args.pipeline), args.cache)
    if args.rules:
        apply_rules(items)
    vectors = spacy.load(
        find_pipeline(args.vectors),
        exclude=["tok2vec", "tagger", "parser", "ner", "attribute_ruler", "lemmatizer", "senter"],
    )
    held = np.array(holdout(item.record["id"] for item in items))
    learn = np.arange(len(items)) if args.final else np.flatnonzero(~held)
    table = word_table((items[i].doc for i in learn), vectors, (48, 200, 800), args.words)
    bags = examples(items, table, args.rules)
    print(
        f"{len(items)} articles, {len(bags[0].ends)} pairs, {len(bags[1].ends)} triples, {time.time() - start:.0f} s",
        flush=True,
    )
    real = np.array([not is_written(item.record["id"]) for item in items])
    pairs = train(Matrix(bags[0]), learn, options, real)
    recipients = train(Matrix(bags[1]), learn, replace(options, positive=1.5 * options.positive), real)
    print(
        f"features: {len(pairs.keys)} of pairs, {len(recipients.keys)} of recipients; {time.time() - start:.0f} s",
        flush=True,
    )

    plain = np.tile(np.array([0, 1, 1, 0], "float32"), (len(PREDICATES), 1))
    file = args.output / "calibration.npy"
    classifier = RelationClassifier(0.02)
    classifier.weights = Weights(PREDICATES, RECEIVING, table, pairs, recipients, plain, 0.4, args.rules)
    if args.final:
        classifier.weights = replace(classifier.weights, calibration=np.load(file))
    else:
        test = [items[i] for i in np.flatnonzero(held)]
        raw = [list(classifier.scored(item.doc)) for item in test]
        labelled = [(c, core_of(c) in gold_of(item)) for item, cs in zip(test, raw, strict=True) for c in cs]
        classifier.weights = replace(classifier.weights, calibration=calibrate(labelled))
        found = [list(classifier.scored(item.doc)) for item in test]
        results = report(test, found, (0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6))
        args.output.mkdir(parents=True, exist_ok=True)
        (args.output / "figures.json").write_text(json.dumps({"options": vars(options), "holdout": results}, indent=1))
        np.save(file, classifier.weights.calibration)
    classifier.to_disk(args.output)
    size = (args.output / "weights.npz").stat().st_size
    print(f"{args.output}/weights.npz: {size / 1e6:.1f} MB; {time.time() - start:.0f} s")


def apply_rules(items: list[Example]) -> None:
    """Run the resolver and the ruler on the gold mentions."""
    nlp = spacy.blank("en")
    steps = [make_resolver(nlp, "resolver"), make_ruler(nlp, "ruler", [])]
    for item in items:
        for step in steps:
            step(item.doc)


if __name__ == "__main__":
    main()
