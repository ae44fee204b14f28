"""Score a pipeline's mentions against gold: exact span and label, written and real texts apart.

The figures are those of the task's scorer: micro-averaged over articles; MISSION is PERSON, COUNTRY
and WEAPON together, the headline. Also measures tokens a second.
"""

import argparse
import collections
import json
import time
from pathlib import Path

import training  # noqa: F401  registers what a pipeline in training needs
from convert import is_written
from sources import find_pipeline, load_parts
from spacy.language import Language

import entityrel

MISSION = ("PERSON", "COUNTRY", "WEAPON")
LABELS = (*MISSION, "ORG", "LOC")
Key = tuple[int, int, str]


def prf(hits: int, gold: int, predicted: int) -> dict[str, float]:
    """Return precision, recall and F1 in percent, with the counts they come from."""
    p, r = hits / predicted if predicted else 0.0, hits / gold if gold else 0.0
    f = 2 * p * r / (p + r) if p + r else 0.0
    return {
        "p": round(100 * p, 2),
        "r": round(100 * r, 2),
        "f": round(100 * f, 2),
        "gold": gold,
        "predicted": predicted,
    }


def score(pairs: list[tuple[set[Key], set[Key]]]) -> dict[str, dict[str, float]]:
    """Return the figures by label, for MISSION and for ALL five, of (gold, predicted) pairs."""
    groups = {"MISSION": MISSION, **{label: (label,) for label in LABELS}, "ALL": LABELS}
    out = {}
    for group, labels in groups.items():
        count = [0, 0, 0]
        for gold, predicted in pairs:
            g, p = ({k for k in keys if k[2] in labels} for keys in (gold, predicted))
            count = [a + b for a, b in zip(count, (len(g & p), len(g), len(p)), strict=True)]
        out[group] = prf(*count)
    return out


def gold_keys(record: dict) -> set[Key]:
    """Return a gold record's mentions."""
    return {(e["start"], e["end"], e["label"]) for e in record["entities"]}


def by_part(records: list[dict], found: dict[str, set[Key]]) -> dict[str, dict]:
    """Return the figures for written and real records apart."""
    parts = collections.defaultdict(list)
    for record in records:
        parts["written" if is_written(record["id"]) else "real"].append((gold_keys(record), found[record["id"]]))
    return {part: score(pairs) for part, pairs in sorted(parts.items(), reverse=True)}


def errors(record: dict, gold: set[Key], predicted: set[Key]) -> list[str]:
    """Describe each missing (-) and spurious (+) mention in its place."""
    text, lines = record["text"], []
    for sign, keys in (("-", gold - predicted), ("+", predicted - gold)):
        for start, end, label in sorted(keys):
            around = f"{text[max(0, start - 40) : start]}[{text[start:end]}]{text[end : end + 40]}".replace("\n", " ")
            lines.append(f"{sign} {label:8}{record['id']:8} {around}")
    return lines


def load_whole(name: str) -> Language:
    """Load a pipeline as a user does."""
    return entityrel.load(name)


def load_recogniser(path: Path) -> Language:
    """Load the recogniser alone, with what it reads: the shared tower and the gazetteer's marks."""
    nlp = load_parts(path, "tok2vec", "transformer", "entityrel_gazetteer", "ner")
    if not nlp.has_pipe("entityrel_gazetteer"):
        nlp.add_pipe("entityrel_gazetteer", before="ner")
    return nlp


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pipeline")
    parser.add_argument("gold", type=Path, help="gold records, JSON Lines")
    parser.add_argument("--output", type=Path, help="write the figures as JSON")
    parser.add_argument("--errors", type=Path, help="write the errors, one a line")
    parser.add_argument("--whole", action="store_true", help="with all of entityrel's components")
    args = parser.parse_args()
    if not args.gold.is_file():
        print(f"{args.gold}: absent, nothing is measured")
        return
    nlp = load_whole(args.pipeline) if args.whole else load_recogniser(find_pipeline(args.pipeline))
    records = [json.loads(line) for line in args.gold.open(encoding="utf-8")]
    start = time.perf_counter()
    docs = list(nlp.pipe(r["text"] for r in records))
    seconds = time.perf_counter() - start
    found = {
        r["id"]: {(e.start_char, e.end_char, e.label_) for e in doc.ents if e.label_ in LABELS}
        for r, doc in zip(records, docs, strict=True)
    }
    result = by_part(records, found)
    result["tokens_per_second"] = round(sum(map(len, docs)) / seconds)
    for part, figures in result.items():
        if isinstance(figures, dict):
            print(f"{part:8}", *(f"{g} {v['f']:.1f}" for g, v in figures.items()), sep="  ")
    print("tokens/s", result["tokens_per_second"], nlp.pipe_names)
    if args.output:
        args.output.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    if args.errors:
        log = [line for r in records for line in errors(r, gold_keys(r), found[r["id"]])]
        args.errors.write_text("\n".join(sorted(log, key=lambda line: line[:10])) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
