#!/usr/bin/python3
"""The program against the second engine, path by path, over fixed scenarios and random ones of every feature.

    run.py BINARY EXPORTER [--paths N] [--rounds N] [--seed N] [--only FEATURE+FEATURE...]

Prices come from the exporter (tests/export_paths.c); money agrees to 1e-9 of the balance. A path on which a decision hangs
on the last bits of a number is counted, not compared; there must be next to none.
"""
import argparse
import os
import random
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from riskpool_test import Checks, Program  # noqa: E402

from twin import generate  # noqa: E402
from twin.compare import Comparison  # noqa: E402
from twin.fixed import scenarios  # noqa: E402

MOST_DOUBTFUL = 3e-3  # share of paths
# Features and seeds on which the two once disagreed, with 20 paths.
ONCE_WRONG = (
    ("takeover+inverse", 11101),
    ("tier-steps+debt", 13113),
    ("funding+fraction+stops", 21150),
    ("funding+fraction+stops", 31152),
    ("rate+takeover+restore+debt+top-up+outage", 701),
    ("heavy tails+maintenance at entry+largest maintenance+slippage by the square root+restore+holdings+funding by file+stops+"
     "borrowing+dynamic+takeover+rate+debt+reduce+backstop+trailing stops+fee on maintenance+inverse", 11107),
)


def sets_of_features(features, rounds, seed):
    """Each alone, then pairs, then more of them together."""
    draw = random.Random(seed)
    yield from ([feature] for feature in features)
    pairs = [[a, b] for i, a in enumerate(features) for b in features[:i] if b != "plain" and generate.compatible([a, b])]
    yield from draw.sample(pairs, min(len(pairs), rounds))
    yield from generate.combinations(features, seed, rounds)


def main():
    parser = argparse.ArgumentParser(description="a second engine, path by path")
    parser.add_argument("binary")
    parser.add_argument("exporter")
    parser.add_argument("--paths", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=25, help="pairs, and sets of more features")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", help="these features together, joined by +, in that many rounds")
    options = parser.parse_args()
    program, checks = Program(options.binary), Checks("twin")
    comparison = Comparison(program, options.exporter, checks)
    if options.only:
        chosen = [options.only.split("+")] * options.rounds
    else:
        for name, made in scenarios(3 * options.paths):
            comparison.compare(name, made)
        for features, seed in ONCE_WRONG:
            comparison.compare(f"{features} ({seed})", generate.draft(features.split("+"), seed, 20))
        chosen = sets_of_features(list(generate.FEATURES), options.rounds, options.seed)
    for number, features in enumerate(chosen):
        seed = 1000 * options.seed + number
        comparison.compare(f"{'+'.join(features)} ({seed})", generate.draft(features, seed, options.paths))
    checks.true(f"{comparison.doubtful} of {comparison.followed} paths hang on rounding",
                comparison.doubtful <= max(2, MOST_DOUBTFUL * comparison.followed))
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
