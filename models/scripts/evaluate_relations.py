"""Measure relations end to end on gold articles: rules alone, model alone, merged; with our own and with gold mentions.

    python models/scripts/evaluate_relations.py ../shared/gold/dev [--output metrics/relations-dev.json] [--pipeline sm]

GOLD_DIR holds .ann files. Written articles (da-*, t*, u*) and real ones are reported apart. A relation is reversed
where gold has it with subject and object, or subject and recipient, the other way round.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc, Span

import entityrel
from entityrel import AnnotatedArticle, markup
from entityrel.evaluate import evaluate
from entityrel.pipeline.state import relations, span_mention, state
from entityrel.schema import Article

EXTRACTORS = {"rules": {"ruler"}, "model": {"classifier"}, "merged": {"ruler", "classifier"}}
BEFORE_PROPOSALS = "entityrel_canonicalizer"
DECIDING = ("entityrel_merger", "entityrel_qualifier")


def is_written(ident: str) -> bool:
    return ident.startswith(("da-", "t", "u")) and not ident.startswith("ukg-")


def with_gold_mentions(doc: Doc, gold: AnnotatedArticle) -> Doc:
    spans = []
    for mention in gold.entities:
        span = doc.char_span(mention.start, mention.end, alignment_mode="expand")
        if span is not None and not any(span.start < other.end and other.start < span.end for other in spans):
            spans.append(Span(doc, span.start, span.end, mention.label, kb_id=mention.id))
    doc.set_ents(spans)
    return doc


def propose(nlp: Language, gold: AnnotatedArticle, *, gold_mentions: bool) -> Doc:
    """Run the pipeline up to the proposals of all extractors."""
    doc = nlp.make_doc(gold.text)
    state(doc).update({"article_date": gold.date, "title": gold.title})
    for name, pipe in nlp.pipeline:
        if name in DECIDING:
            continue
        doc = pipe(doc)
        if name == BEFORE_PROPOSALS and gold_mentions:
            doc = with_gold_mentions(doc, gold)
    return doc


def decide(nlp: Language, doc: Doc, gold: Article, extractors: set[str]) -> AnnotatedArticle:
    """Merge and qualify the proposals of some extractors only; those of all are put back."""
    everything = state(doc)["proposals"]
    state(doc)["proposals"] = [item for item in everything if item["extractor"] in extractors]
    state(doc)["classified"] = "classifier" in extractors
    for name in DECIDING:
        doc = nlp.get_pipe(name)(doc)
    state(doc)["proposals"] = everything
    return AnnotatedArticle(
        id=gold.id,
        date=gold.date,
        text=gold.text,
        entities=tuple(map(span_mention, doc.ents)),
        relations=relations(doc),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--pipeline", default="sm")
    parser.add_argument("--output", type=Path)
    args = parser.parse_args()
    nlp = entityrel.load(args.pipeline)
    gold = [markup.read(path) for path in sorted(args.gold.glob("*.ann"))]
    report: dict[str, Any] = {}
    for mentions in ("own mentions", "gold mentions"):
        docs = [propose(nlp, article, gold_mentions=mentions == "gold mentions") for article in gold]
        for name, extractors in EXTRACTORS.items():
            predicted = [decide(nlp, doc, article, extractors) for doc, article in zip(docs, gold, strict=True)]
            for part, written in (("written", True), ("real", False)):
                chosen = [i for i, article in enumerate(gold) if is_written(article.id) == written]
                found = evaluate([gold[i] for i in chosen], [predicted[i] for i in chosen])
                report[f"{mentions}, {name}, {part}"] = found.to_dict()
                print(
                    f"{mentions:13} {name:6} {part:7}  core P {found.core.p:.1%} R {found.core.r:.1%} "
                    f"F {found.core.f:.1%}  strict F {found.strict.f:.1%}  "
                    f"attribution {found.attribution.accuracy:.1%}  reversed {found.reversed} of {found.core.predicted}"
                )
    if args.output:
        args.output.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
