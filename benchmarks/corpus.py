"""What the batch runner costs: articles a second and memory, against a plain ``nlp.pipe``, in one run.

    python benchmarks/corpus.py [--articles 20000] [--workers 2] [--input FILE.jsonl] > corpus.json

Each measurement is a process of its own, so that their memory does not mix. The articles are those of ``--input``
(the examples without it), repeated with a number in the text, so that no two are the same.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

from entityrel.corpus.annotate import annotate_many, load_pipeline
from entityrel.corpus.examples import example_articles
from entityrel.corpus.items import Input
from entityrel.corpus.readers import read
from entityrel.schema import Article

MODES = ("pipe", "runner", "workers", "stock")


def articles(number: int, path: str | None) -> Iterator[Article]:
    """``number`` different articles."""
    base = [item.article for item in read([path]) if isinstance(item, Input)] if path else example_articles()
    for count, article in enumerate(islice(cycle(base), number)):
        yield article.model_copy(update={"id": str(count), "text": f"{article.text}\n\nNo. {count}"})


def measure(mode: str, number: int, workers: int, path: str | None) -> dict[str, float | str]:
    """Run one mode in this process: seconds, articles a second, and memory at a tenth and at the end, in MB."""
    corpus = articles(number, path)
    at_tenth = 0.0
    if mode == "stock":
        import spacy  # noqa: PLC0415

        nlp = spacy.load("en_core_web_sm")
        results: Iterator[object] = iter(nlp.pipe(article.text for article in corpus))
    elif mode == "pipe":
        results = iter(load_pipeline(None).pipe(article.text for article in corpus))
    else:
        count = workers if mode == "workers" else 1
        results = (len(record.to_json()) for record in annotate_many(corpus, workers=count))
    next(results)  # loading is not part of the rate
    started, cpu = time.perf_counter(), time.process_time()
    for done, _ in enumerate(results, start=2):
        if done == number // 10:
            at_tenth = _memory()
    seconds = time.perf_counter() - started
    return {
        "mode": mode, "articles": number, "seconds": round(seconds, 1),
        "cpu_seconds": round(time.process_time() - cpu, 1), "per_second": round((number - 1) / seconds, 2),
        "mb_at_a_tenth": round(at_tenth), "mb_at_the_end": round(_memory()),
    }  # fmt: skip


def _memory() -> float:
    """The peak of this process, or of the largest of its workers, in MB."""
    return max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024


def main() -> None:
    """Measure all modes, each in a process, and print JSON Lines."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--input")
    parser.add_argument("--mode", choices=MODES, action="append", help="only these")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    for mode in given.mode or MODES:
        if given.here:
            print(json.dumps(measure(mode, given.articles, given.workers, given.input)))
            continue
        command = [sys.executable, str(Path(__file__)), "--here", "--mode", mode, "--articles", str(given.articles)]
        command += ["--workers", str(given.workers), *(["--input", given.input] if given.input else [])]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        print(
            done.stdout.strip() or json.dumps({"mode": mode, "error": done.stderr.strip().splitlines()[-1]}), flush=True
        )


if __name__ == "__main__":
    main()
