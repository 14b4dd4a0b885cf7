"""`python -m shopper.search.training`: photos in, the built-in encoder's weights and their figures out.

Knows nothing about how any step is done.
"""

from __future__ import annotations

import argparse
import logging
import os
from pathlib import Path

# Before torch: threads that spin while they wait make a shared machine ten times slower.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

from shopper.search.training.train import Plan, train


def main() -> None:
    """Parse the command line and train."""
    parser = argparse.ArgumentParser(prog="python -m shopper.search.training", description=__doc__)
    parser.add_argument(
        "photos", type=Path, help="folder with kagl_train.zip, kagl_train.csv, clothing_cc0.zip"
    )
    parser.add_argument("--out", type=Path, default=Path(__file__).parent.parent / "weights")
    parser.add_argument("--work", type=Path, help="keep what the fixed part saw here, and use it again")
    parser.add_argument("--fashion-mnist", type=Path, help="folder of t10k-*.gz, only ever to test on")
    parser.add_argument("--catalog", type=Path, help="folder of a shop's products.jsonl, to test on")
    parser.add_argument("--seed", type=int, default=Plan.seed)
    parser.add_argument("--threads", type=int, default=Plan.threads)
    parser.add_argument("--epochs", type=int, default=Plan.epochs, help="of the heads alone")
    parser.add_argument(
        "--fine-epochs", type=int, default=Plan.fine_epochs, help="of the last blocks; may be 0"
    )
    parser.add_argument(
        "--runs", type=int, default=Plan.runs, help="fine stages, for the spread and the mean"
    )
    parser.add_argument(
        "--only-report", action="store_true", help="measure the weights in --out, train nothing"
    )
    said = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(message)s")
    logging.getLogger("shopper").setLevel(logging.INFO)
    plan = Plan(
        seed=said.seed, threads=said.threads, epochs=said.epochs, fine_epochs=said.fine_epochs,
        runs=said.runs, only_report=said.only_report,
    )  # fmt: skip
    train(said.photos, said.out, plan, work=said.work, fashion_mnist=said.fashion_mnist, catalog=said.catalog)


if __name__ == "__main__":
    main()
