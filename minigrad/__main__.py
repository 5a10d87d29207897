"""`python -m minigrad`: see cli.py."""

import sys

from minigrad.cli import main

if __name__ == "__main__":
    sys.exit(main())
