"""Count false WEAPON and COUNTRY mentions in texts of peace: sport, food, business, gardens, arts, everyday letters.

    python models/scripts/restraint.py SHARED [--pipeline sm] [--texts DIR] [--judged FILE] [--output FILE]

SHARED is the folder of the third-party sets; none of the parts read here was ever a silver text. A mention that a
reader has judged stands in FILE (restraint/judged.csv): `false`, or `named` where the text does name a country or a
weapon. Mentions that nobody has judged are printed with what stands around them, as lines to add there, and counted
apart; a pipeline is measured when none is left.
"""

import argparse
import csv
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from silver import joined, paragraphs
from spacy.tokens import Span

import entityrel

LABELS = ("WEAPON", "COUNTRY")
RELATIONS = ("resolver", "ruler", "classifier", "merger", "qualifier")
FIELDS = ("source", "document", "start", "end", "label", "text", "verdict", "cause")
OWN = "our own: sport, food, business, gardens, arts"
#: Parts of treebanks whose genres tell of everyday life.
TREEBANKS = {
    "UD EWT dev: reviews, answers, e-mails": ("ud_ewt/en_ewt-dev.conllu", ("reviews", "answers", "email")),
    "UD EWT test: reviews, answers, e-mails": ("ud_ewt/en_ewt-test.conllu", ("reviews", "answers", "email")),
    "UD GUM dev: interviews, lives, textbooks, travel, vlogs": (
        "ud_gum/en_gum_free-dev.conllu", ("GUM_interview", "GUM_bio", "GUM_textbook", "GUM_voyage", "GUM_vlog"),
    ),
    "UD GUM test: interviews, lives, textbooks, travel, vlogs": (
        "ud_gum/en_gum_free-test.conllu", ("GUM_interview", "GUM_bio", "GUM_textbook", "GUM_voyage", "GUM_vlog"),
    ),
}  # fmt: skip
#: Posts in which the set itself marks no place (its label for countries).
POSTS = {
    "WNUT17 dev, posts without a place": "wnut17/dev.conll",
    "WNUT17 test, posts without a place": "wnut17/test.conll",
}
Text = tuple[str, str, str]
Key = tuple[str, str, str, str, str]


def own(folder: Path) -> Iterator[Text]:
    """Yield our own texts, without the line breaks inside a paragraph."""
    for path in sorted(folder.glob("*.txt")):
        yield OWN, path.stem, re.sub(r"(?<!\n)\n(?!\n)", " ", path.read_text(encoding="utf-8").strip())


def third_party(shared: Path) -> Iterator[Text]:
    """Yield the texts of the sets that are there."""
    for source, (file, genres) in TREEBANKS.items():
        documents: dict[str, list[str]] = defaultdict(list)
        for name, paragraph in paragraphs(shared / file) if (shared / file).is_file() else ():
            if name.startswith(genres):
                documents[name].append(paragraph)
        yield from ((source, name, "\n\n".join(parts)) for name, parts in documents.items())
    for source, file in POSTS.items():
        blocks = (shared / file).read_text(encoding="utf-8").split("\n\n") if (shared / file).is_file() else []
        for number, block in enumerate(blocks):
            rows = [line.split("\t") for line in block.splitlines() if line.strip()]
            if len(rows) > 3 and not any(row[-1].endswith("location") for row in rows):
                yield source, str(number), joined([row[0] for row in rows])


def read_judged(path: Path) -> dict[Key, str]:
    """Read the verdicts, by source, document, place and label."""
    with path.open(encoding="utf-8", newline="") as handle:
        return {tuple(row[f] for f in FIELDS[:5]): row["verdict"] for row in csv.DictReader(handle)}


def around(ent: Span) -> str:
    """Return what stands around a mention, on one line."""
    before, after = ent.doc[max(0, ent.start - 8) : ent.start], ent.doc[ent.end : ent.end + 5]
    return " ".join(f"{before} [{ent.text}] {after}".split())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", type=Path, help="folder of the third-party sets; absent ones are left out")
    parser.add_argument("--pipeline", default="sm")
    parser.add_argument("--texts", type=Path, default=Path("restraint/texts"))
    parser.add_argument("--judged", type=Path, default=Path("restraint/judged.csv"))
    parser.add_argument("--output", type=Path)
    args = parser.parse_args()
    verdicts = read_judged(args.judged) if args.judged.is_file() else {}
    nlp = entityrel.load(args.pipeline)
    nlp.select_pipes(disable=[f"entityrel_{name}" for name in RELATIONS])
    texts = [*own(args.texts), *third_party(args.shared)]
    words: Counter[str] = Counter()
    counts: Counter[tuple[str, str, str]] = Counter()
    rows = csv.writer(sys.stdout)
    for doc, (source, document, _) in zip(nlp.pipe(text for *_, text in texts), texts, strict=True):
        words[source] += sum(token.is_alpha for token in doc)
        for ent in doc.ents:
            if ent.label_ in LABELS:
                key = (source, document, str(ent.start_char), str(ent.end_char), ent.label_)
                verdict = verdicts.get(key, "unjudged")
                counts[source, ent.label_, verdict] += 1
                if verdict == "unjudged":
                    rows.writerow((*key, ent.text, "?", around(ent)))
    report = {
        source: {"words": n}
        | {
            label: {
                "named": counts[source, label, "named"],
                "false": counts[source, label, "false"],
                "false in 1,000 words": round(1000 * counts[source, label, "false"] / n, 2),
            }
            | ({"unjudged": u} if (u := counts[source, label, "unjudged"]) else {})
            for label in LABELS
        }
        for source, n in words.items()
    }
    if args.output:
        args.output.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    for source, figures in report.items():
        print(source, json.dumps(figures), file=sys.stderr)


if __name__ == "__main__":
    main()
