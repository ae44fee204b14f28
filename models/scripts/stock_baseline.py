"""What a user would write today: stock en_core_web_sm, its labels mapped to ours, codes from pycountry.

The figures stand beside ours in the cards; they are those of evaluate.py.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import pycountry
import spacy
from evaluate import Key, by_part
from sources import find_pipeline
from spacy.tokens import Doc, Span

PLAIN = {"PERSON": "PERSON", "ORG": "ORG", "LOC": "LOC", "FAC": "LOC", "PRODUCT": "WEAPON"}


def is_country(text: str) -> bool:
    """Say whether pycountry, which knows no adjectives and few short names, finds a country of this name."""
    try:
        pycountry.countries.lookup(text)
    except LookupError:
        return False
    return True


def mapped(ent: Span) -> str | None:
    """Return our label for a stock mention, or None."""
    if ent.label_ == "GPE":
        return "COUNTRY" if is_country(bare(ent).text) else "LOC"
    return "COUNTRY" if ent.label_ == "NORP" else PLAIN.get(ent.label_)


def bare(ent: Span) -> Span:
    """Return a stock mention without article and possessive, as our spans are."""
    start = ent.start + (len(ent) > 1 and ent[0].lower_ == "the")
    end = ent.end - (ent[-1].text in {"'s", "\u2019s"})
    return ent.doc[start:end] if end > start else ent


def mentions(doc: Doc) -> Iterator[Key]:
    """Yield the stock mentions that have one of our labels."""
    for ent in doc.ents:
        label = mapped(ent)
        if label:
            span = bare(ent)
            yield span.start_char, span.end_char, label


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pipeline", nargs="?", default="en_core_web_sm")
    parser.add_argument("gold", type=Path)
    parser.add_argument("--output", type=Path)
    args = parser.parse_args()
    if not args.gold.is_file():
        print(f"{args.gold}: absent, nothing is measured")
        return
    nlp = spacy.load(find_pipeline(args.pipeline), enable=["ner"])
    records = [json.loads(line) for line in args.gold.open(encoding="utf-8")]
    found = {r["id"]: set(mentions(doc)) for r, doc in zip(records, nlp.pipe(r["text"] for r in records), strict=True)}
    result = by_part(records, found)
    for part, figures in result.items():
        print(f"{part:8}", *(f"{g} {v['f']:.1f}" for g, v in figures.items()), sep="  ")
    if args.output:
        args.output.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
