"""`spacy train` with what our config names: any setting may be overridden (`--training.max_steps 20`)."""

import argparse
from pathlib import Path

import training  # noqa: F401  registers the stream and the start of the tower
from spacy.cli._util import parse_config_overrides
from spacy.cli.train import train


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("config", type=Path)
    parser.add_argument("output", type=Path)
    args, rest = parser.parse_known_args()
    train(args.config, args.output, overrides=parse_config_overrides(rest))


if __name__ == "__main__":
    main()
