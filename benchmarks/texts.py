"""Articles to measure with: paragraphs of our gold and examples, put together anew, no two articles the same."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

from entityrel import markup
from entityrel.corpus.examples import example_articles

GOLD = Path(__file__).parents[1] / "models" / "gold" / "train"


def texts(number: int, words: int, seed: int = 1) -> Iterator[dict[str, str]]:
    """``number`` records of about ``words`` words; the same for the same arguments."""
    chance = random.Random(seed)
    sources = [markup.read(path).text for path in sorted(GOLD.glob("*.ann"))]
    sources += [article.text for article in example_articles()]
    paragraphs = [part for text in sources for part in text.split("\n\n") if len(part.split()) > 8]
    for row in range(number):
        chosen: list[str] = []
        length = 0
        while length < words:
            chosen.append(chance.choice(paragraphs))
            length += len(chosen[-1].split())
        date = f"{chance.randint(2001, 2025)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
        # The number, so that two articles differ even if they have the same paragraphs.
        yield {"id": f"{seed}-{row}", "date": date, "text": "\n\n".join([*chosen, f"Report {seed}-{row}."])}


def write(path: Path, number: int, words: int, seed: int = 1) -> None:
    """The records as JSON Lines."""
    with path.open("w", encoding="utf-8") as file:
        for row in texts(number, words, seed):
            file.write(json.dumps(row) + "\n")
