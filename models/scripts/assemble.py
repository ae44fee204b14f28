"""Assemble a shipped pipeline: the base's components, then our recogniser (and the trunk that it listens to).

Checks that the stock components give what they gave alone, and writes licences and meta data.
"""

import argparse
import hashlib
import json
import shutil
import warnings
from pathlib import Path

import spacy
import training  # noqa: F401  registers what the trained pipeline needs
from sources import READERS, find_pipeline, load_parts
from spacy.language import Language
from spacy.vectors import Vectors

TRUNK = {"name": "all-MiniLM-L6-v2", "author": "sentence-transformers", "license": "Apache-2.0"}
CHECK = (
    "Iran has supplied several hundred Shahed-136 drones to Russia, John Kirby said in Washington on Thursday.",
    "The minister, who arrived in Tehran from Moscow, denied that his country had sold missiles to anyone.",
)


def reading(nlp: Language) -> list[tuple[str, ...]]:
    """Return tag, head, relation and lemma of each word of the check sentences."""
    return [(t.tag_, str(t.head.i), t.dep_, t.lemma_) for doc in nlp.pipe(CHECK) for t in doc]


def size(folder: Path) -> float:
    """Return the size of a folder's files in MB (10^6 bytes)."""
    return sum(f.stat().st_size for f in folder.rglob("*") if f.is_file()) / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("base", type=Path)
    parser.add_argument("trained", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--name", default="entityrel_sm")
    parser.add_argument("--version", default="0.1.0")
    parser.add_argument("--config", type=Path, help="training config, whose hash goes into meta.json")
    parser.add_argument("--licenses", type=Path, help="file to ship as LICENSES_SOURCES")
    parser.add_argument("--stock", default="en_core_web_sm", help="to compare the parse with")
    parser.add_argument("--max-mb", type=float, default=40.0)
    args = parser.parse_args()

    warnings.filterwarnings("ignore", message=r"\[W113\]")
    nlp = spacy.load(args.base)
    trained = spacy.load(args.trained)
    if trained.has_pipe("transformer"):
        nlp.vocab.vectors = Vectors(strings=nlp.vocab.strings)  # the trunk takes their place
        nlp.add_pipe("transformer", source=trained)
    nlp.add_pipe("ner", source=trained)
    nlp.meta.update(
        {
            "name": args.name,
            "version": args.version,
            "author": "entityrel",
            "email": "",
            "url": "",
            "license": "MIT",
            "description": "Who does what to whom, with which weapon, according to whom, in news English",
            "sources": [
                {"name": "en_core_web_sm 3.8.0", "author": "Explosion", "license": "MIT"},
                {"name": "en_core_web_md 3.8.0", "author": "Explosion", "license": "MIT"},
                {"name": "entityrel gold", "author": "entityrel", "license": "MIT"},
            ]
            + [TRUNK] * trained.has_pipe("transformer"),
            "performance": {},
        }
    )
    if args.config:
        nlp.meta["entityrel_config_sha256"] = hashlib.sha256(args.config.read_bytes()).hexdigest()
    shutil.rmtree(args.output, ignore_errors=True)
    args.output.parent.mkdir(parents=True, exist_ok=True)
    nlp.to_disk(args.output)
    if args.licenses:
        shutil.copy(args.licenses, args.output / "LICENSES_SOURCES")

    shipped = spacy.load(args.output)
    stock = load_parts(find_pipeline(args.stock), *READERS)
    if reading(shipped) != reading(stock):
        raise SystemExit(f"{args.output}: the stock components read the check sentences differently than alone")
    mb = size(args.output)
    if mb > args.max_mb:
        raise SystemExit(f"{args.output}: {mb:.1f} MB, more than {args.max_mb:.0f}")
    print(json.dumps({"output": str(args.output), "mb": round(mb, 1), "pipeline": shipped.pipe_names}))


if __name__ == "__main__":
    main()
