"""``python -m entityrel.cli``."""

from entityrel.cli import main

if __name__ == "__main__":
    main()
