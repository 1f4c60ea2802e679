"""`python -m servicelab` is the `servicelab` command; without a verb it opens the course."""

import sys

from servicelab.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["lab"]))
