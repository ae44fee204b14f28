"""Finish the shipped pipeline: the relation layer behind the recogniser, and vectors only of words that can be met.

    python scripts/ship.py RECOGNISER RELATIONS OUTPUT [--rich en_core_web_md] [--max-mb 40] [--taught no]

RECOGNISER is what assemble.py wrote, RELATIONS the folder with the relation classifier's weights. The tokenizer splits
words at inner hyphens, so that the vectors' keys of hyphenated words ("foreign-made") are never looked up: they go.
"""

import argparse
import json
import re
import shutil
from pathlib import Path

import spacy
import srsly
from assemble import size
from sources import find_pipeline
from spacy.language import Language
from spacy.strings import StringStore

import entityrel

HYPHENATED = re.compile(r"[^\W\d_]-[^\W\d_]")
SENTENCE = "Iran has supplied kamikaze drones to Russia, John Kirby said."
EXPECTED = "(Iran, transfers, kamikaze drones → Russia)"


def drop_unreachable(nlp: Language, rich: Path) -> int:
    """Drop the vectors' keys of words that are never one token; return how many."""
    words = StringStore(srsly.read_json(rich / "vocab" / "strings.json"))
    key2row = nlp.vocab.vectors.key2row
    unreachable = [key for key in key2row if key in words and HYPHENATED.search(words[key])]
    for key in unreachable:
        del key2row[key]
    return len(unreachable)


def quicken(nlp: Language) -> None:
    """Let the stock components do the same faster: numpy's matrix products, the attribute ruler with a memory."""
    nlp.config["nlp"]["after_pipeline_creation"] = {"@callbacks": "entityrel.numpy_blas.v1"}
    patterns = nlp.get_pipe("attribute_ruler").patterns
    nlp.replace_pipe("attribute_ruler", "entityrel_attribute_ruler").add_patterns(patterns)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recogniser", type=Path)
    parser.add_argument("relations", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--rich", default="en_core_web_md")
    parser.add_argument("--max-mb", type=float, default=40.0)
    parser.add_argument(
        "--taught", choices=("yes", "no"), default="yes", help="no: do not ask that it finds a relation"
    )
    args = parser.parse_args()
    nlp = spacy.load(args.recogniser)
    dropped = drop_unreachable(nlp, find_pipeline(args.rich))
    quicken(nlp)
    entityrel.add_pipes(nlp, weights=args.relations)
    notices = (args.recogniser / "LICENSES_SOURCES").read_text(encoding="utf-8")
    shutil.rmtree(args.output, ignore_errors=True)
    nlp.meta["requirements"] = ["entityrel[transformers]" if nlp.has_pipe("transformer") else "entityrel"]
    nlp.to_disk(args.output)
    (args.output / "LICENSES_SOURCES").write_text(notices, encoding="utf-8")
    shipped = spacy.load(args.output)
    readings = [str(relation) for relation in shipped(SENTENCE)._.relations]
    if EXPECTED not in readings and args.taught == "yes":
        raise SystemExit(f"{args.output}: reads {SENTENCE!r} as {readings}")
    mb = size(args.output)
    if mb > args.max_mb:
        raise SystemExit(f"{args.output}: {mb:.1f} MB, more than {args.max_mb:.0f}")
    print(json.dumps({"output": str(args.output), "mb": round(mb, 1), "dropped keys": dropped}))


if __name__ == "__main__":
    main()
