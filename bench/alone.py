"""One bench in a process of its own, where Django is set up: ``python -m bench.alone NAME [--quick]``.

The last line of standard output is the list of its rows as JSON.
"""

import importlib
import json
import os
import sys

import django


def main() -> None:
    """Run the bench that the command line names."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    name = sys.argv[1]
    rows = importlib.import_module(f"bench.{name}").run("--quick" in sys.argv)
    print(json.dumps(rows))


if __name__ == "__main__":
    main()
