"""Write the figures of metrics/*.json into the tables of a card, between its `<!-- name -->` marks."""

import argparse
import json
import re
from pathlib import Path

GROUPS = ("MISSION", "PERSON", "COUNTRY", "WEAPON", "ORG", "LOC")
HEAD = (
    "| | written: P+C+W | PERSON | COUNTRY | WEAPON | ORG | LOC | real: P+C+W | PERSON | COUNTRY | WEAPON | ORG | LOC |"
)


def row(name: str, figures: dict) -> str:
    """Return one line of a table: F1 by label, written and real apart."""
    cells = [
        f"{figures[part][group]['f']:.1f}" if part in figures else ""
        for part in ("written", "real")
        for group in GROUPS
    ]
    return f"| {name} | " + " | ".join(cells) + " |"


def table(rows: dict[str, str], folder: Path) -> str:
    """Return a table of those rows (name: file) whose figures are there."""
    lines = [HEAD, "|---" * (1 + 2 * len(GROUPS)) + "|"]
    for name, file in rows.items():
        path = folder / file
        if path.is_file():
            lines.append(row(name, json.loads(path.read_text(encoding="utf-8"))))
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("card", type=Path)
    parser.add_argument("metrics", type=Path, help="folder with tables.json: {mark: {row: file}}")
    args = parser.parse_args()
    text = args.card.read_text(encoding="utf-8")
    for mark, rows in json.loads((args.metrics / "tables.json").read_text(encoding="utf-8")).items():
        block = f"<!-- {mark} -->\n{table(rows, args.metrics)}\n<!-- end -->"
        text = re.sub(rf"<!-- {mark} -->.*?<!-- end -->", lambda _, b=block: b, text, flags=re.DOTALL)
    args.card.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
