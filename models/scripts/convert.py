"""Convert annotated articles to spaCy's DocBin: FIT, HOLDOUT and all, with sentence starts.

FIT trains and HOLDOUT chooses; the shipped pipeline is trained on all. Sentence starts come from the
stock parser: they only serve to cut training pieces. Gold records for evaluate.py are written beside.
"""

import argparse
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language
from spacy.tokens import Doc, DocBin

from entityrel.markup import read
from entityrel.schema import AnnotatedArticle

HOLDOUT_PREFIXES = {"tr", "un", "ux", "ul", "gum"}
HOLDOUT_THIRDS = {"ext", "sta", "ewt"}


def in_holdout(name: str) -> bool:
    """Say whether an article, by the name of its file, is held out of training while we choose."""
    prefix, _, number = name.partition("-")
    return prefix in HOLDOUT_PREFIXES or (prefix in HOLDOUT_THIRDS and int(re.sub(r"\D", "", number)) % 3 == 0)


def is_written(name: str) -> bool:
    """Say whether an article was written for this project (else it is a real text)."""
    return re.match(r"[tud][a-z]-", name) is not None


def some(names: Sequence[Any], limit: int) -> Sequence[Any]:
    """Return so many of a list, spread evenly over it (0: all)."""
    return names[:: max(1, len(names) // limit)][:limit] if limit else names


def holdout(names: Iterable[str]) -> list[bool]:
    """Say of each article whether it is held out; of a smoke test's few, the last one is if no other."""
    held = [in_holdout(name) for name in names]
    return held if any(held) else [*held[:-1], True]


def articles(folders: Iterable[Path]) -> Iterator[AnnotatedArticle]:
    """Read the .ann files of all folders, each name once; a folder that is absent is left out with a message."""
    seen: set[str] = set()
    for folder in folders:
        if not folder.is_dir():
            print(f"{folder}: absent, left out; the pipeline will be a little worse on real texts")
            continue
        for path in sorted(folder.glob("*.ann")):
            if path.stem not in seen:
                seen.add(path.stem)
                yield read(path)


def to_doc(parsed: Doc, article: AnnotatedArticle) -> tuple[Doc, int]:
    """Return a Doc with an article's mentions, and the number of mentions that no tokens fit."""
    out = Doc(
        parsed.vocab,
        [t.text for t in parsed],
        [bool(t.whitespace_) for t in parsed],
        sent_starts=[bool(t.is_sent_start) for t in parsed],
    )
    spans = [out.char_span(m.start, m.end, label=m.label) for m in article.entities]
    out.set_ents([s for s in spans if s is not None], default="outside")
    out.user_data["name"] = article.id
    return out, sum(s is None for s in spans)


def write(docs: Iterable[Doc], path: Path) -> None:
    """Save Docs, mentions, sentence starts and names to one DocBin."""
    DocBin(["ENT_IOB", "ENT_TYPE", "SENT_START", "SPACY"], store_user_data=True, docs=docs).to_disk(path)


def write_records(gold: Iterable[AnnotatedArticle], path: Path) -> None:
    """Save articles as JSON Lines, one record a line."""
    with path.open("w", encoding="utf-8") as handle:
        handle.writelines(json.dumps(record(a), ensure_ascii=False) + "\n" for a in gold)


def record(article: AnnotatedArticle) -> dict[str, object]:
    """Return what evaluate.py needs of an article."""
    return {
        "id": article.id,
        "text": article.text,
        "entities": [{"start": m.start, "end": m.end, "label": m.label} for m in article.entities],
    }


def convert(nlp: Language, gold: Sequence[AnnotatedArticle]) -> tuple[list[Doc], int]:
    """Return the articles as Docs, and the number of mentions that no tokens fit."""
    done = [to_doc(parsed, a) for a, parsed in zip(gold, nlp.pipe(a.text for a in gold), strict=True)]
    return [doc for doc, _ in done], sum(lost for _, lost in done)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("base", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--gold", type=Path, nargs="+", required=True, help="folders of .ann files")
    parser.add_argument("--dev", type=Path, help="folder of .ann files for measuring only, written as dev.jsonl")
    parser.add_argument("--limit", type=int, default=0, help="convert only so many articles (smoke test)")
    args = parser.parse_args()
    nlp = spacy.load(args.base, exclude=["lemmatizer", "attribute_ruler", "tagger"])
    gold = some(list(articles(args.gold)), args.limit)
    docs, lost = convert(nlp, gold)
    held = holdout(a.id for a in gold)
    parts = {
        "all": docs,
        "fit": [d for d, h in zip(docs, held, strict=True) if not h],
        "holdout": [d for d, h in zip(docs, held, strict=True) if h],
    }
    args.output.mkdir(parents=True, exist_ok=True)
    for part, chosen in parts.items():
        write(chosen, args.output / f"{part}.spacy")
        real = sum(not is_written(d.user_data["name"]) for d in chosen)
        print(f"{part}: {len(chosen)} articles, {sum(map(len, chosen))} tokens, {real} of them real")
    write_records((a for a, h in zip(gold, held, strict=True) if h), args.output / "holdout.jsonl")
    if args.dev and args.dev.is_dir():
        write_records(articles([args.dev]), args.output / "dev.jsonl")
    print(f"{lost} mentions fit no tokens")


if __name__ == "__main__":
    main()
