"""`spacy train` with what our config names: any setting may be overridden (`--training.max_steps 20`)."""

import argparse
from pathlib import Path

import training  # noqa: F401  registers the stream and the start of the tower
from sources import find_trunk
from spacy.cli._util import parse_config_overrides
from spacy.cli.train import train


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("config", type=Path)
    parser.add_argument("output", type=Path)
    args, rest = parser.parse_known_args()
    overrides = parse_config_overrides(rest)
    if "paths.trunk" in overrides:
        overrides["paths.trunk"] = str(find_trunk(overrides["paths.trunk"]))
    train(args.config, args.output, overrides=overrides)


if __name__ == "__main__":
    main()
