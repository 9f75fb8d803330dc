"""Writes a national year as Parquet: `python -m bench.national FOLDER [--births N] [--years N]`."""

import argparse
import os
from pathlib import Path


def main() -> None:
    """Write it."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("folder", type=Path)
    words.add_argument("--births", type=int, default=170_000)
    words.add_argument("--regions", type=int, default=10)
    words.add_argument("--years", type=int, default=1)
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--workers", type=int)
    chosen = words.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ooievaar.settings")
    import django

    django.setup()
    from ooievaar.simulator.national import national_year

    national_year(
        chosen.folder,
        chosen.births,
        chosen.seed,
        regions=chosen.regions,
        years=chosen.years,
        workers=chosen.workers,
    )


if __name__ == "__main__":
    main()
