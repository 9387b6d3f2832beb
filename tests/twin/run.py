#!/usr/bin/python3
"""The program against the second engine, path by path, over fixed scenarios and random ones of every feature.

    run.py BINARY EXPORTER [--paths N] [--rounds N] [--seed N] [--only FEATURE+FEATURE...] [--all]

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


def accepted(program, made):
    try:
        program.call("validate", program.write(made))
    except RuntimeError as error:
        return str(error)
    return None


def known_features(program, checks, every):
    """The features that the program has; the others are reported, and are failures when all are asked for."""
    known = []
    for feature in generate.FEATURES:
        refusal = accepted(program, generate.draft([feature], 1, 2))
        if refusal is None:
            known.append(feature)
        elif every:
            checks.true(f"{feature}: {refusal}", False)
        else:
            print(f"not yet in the program: {feature}")
    return known


def sets_of_features(known, rounds, seed):
    """Each alone, then pairs, then more of them together."""
    draw = random.Random(seed)
    yield from ([feature] for feature in known)
    pairs = [[a, b] for i, a in enumerate(known) for b in known[:i] if b != "plain" and generate.compatible([a, b])]
    yield from draw.sample(pairs, min(len(pairs), rounds))
    yield from generate.combinations(known, seed, rounds)


def main():
    parser = argparse.ArgumentParser(description="a second engine, path by path")
    parser.add_argument("binary")
    parser.add_argument("exporter")
    parser.add_argument("--paths", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=25, help="pairs, and sets of more features")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", help="these features together, joined by +, in that many rounds")
    parser.add_argument("--all", action="store_true", help="a feature that the program lacks is a failure")
    options = parser.parse_args()
    program, checks = Program(options.binary), Checks("twin")
    comparison = Comparison(program, options.exporter, checks)
    if options.only:
        chosen = [options.only.split("+")] * options.rounds
    else:
        for name, made in scenarios(3 * options.paths):
            comparison.compare(name, made)
        chosen = sets_of_features(known_features(program, checks, options.all), options.rounds, options.seed)
    for number, features in enumerate(chosen):
        seed = 1000 * options.seed + number
        comparison.compare(f"{'+'.join(features)} ({seed})", generate.draft(features, seed, options.paths))
    checks.true(f"{comparison.doubtful} of {comparison.followed} paths hang on rounding",
                comparison.doubtful <= max(2, MOST_DOUBTFUL * comparison.followed))
    if comparison.lacking:
        checks.true(f"columns that the program lacks: {', '.join(sorted(comparison.lacking))}", not options.all)
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
