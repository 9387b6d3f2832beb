#!/usr/bin/python3
"""usage: run.py RISKPOOL [--update]: every shipped scenario with few paths, reduced to a short text that a person can
review in a diff. A change of these numbers is either a mistake or must be explained; --update writes the new ones."""
import difflib
import os
import subprocess
import sys
import tempfile

FOLDER = os.path.dirname(os.path.abspath(__file__))
SCENARIOS = os.path.normpath(os.path.join(FOLDER, "..", "..", "scenarios"))
PATHS = "5000"
# Enough digits to see any change of the model, too few to see the last bit of a sum.
DIGITS = 8
# Left out: curves, and what follows from the rest.
CURVES = ("equity_quantile", "margin_level_quantile", "survival", "loss_frequency", "excess_loss_quantile")


def digest(riskpool, name, folder):
    """The text of one scenario: `riskpool show --csv` of a short run, rounded."""
    results = os.path.join(folder, name + ".h5")
    scenario = os.path.join(SCENARIOS, name + ".yaml")
    run = subprocess.run([riskpool, "run", "-q", "-n", PATHS, "-o", results, scenario], check=False)
    if run.returncode not in (0, 1):
        raise SystemExit(f"golden: {name}: riskpool run ended with {run.returncode}")
    table = subprocess.run([riskpool, "show", "--csv", results], check=True, capture_output=True, text=True).stdout
    lines = []
    for line in table.splitlines():
        head, _, last = line.rpartition(",")
        statistic = (head.split(",") + [""])[1]
        if statistic.startswith(CURVES) or statistic.endswith(("_low", "_high")):
            continue
        if not last and statistic.startswith("mean_margin_"):  # margin is not dynamic
            continue
        try:
            last = f"{float(last):.{DIGITS}g}"
        except ValueError:
            pass
        lines.append(f"{head},{last}\n")
    return lines


def main(arguments):
    update = "--update" in arguments
    riskpool = next(a for a in arguments if not a.startswith("--"))
    failed = passed = 0
    with tempfile.TemporaryDirectory() as folder:
        for file in sorted(os.listdir(SCENARIOS)):
            name, ending = os.path.splitext(file)
            if ending != ".yaml":
                continue
            golden = os.path.join(FOLDER, name + ".csv")
            now = digest(riskpool, name, folder)
            if update:
                with open(golden, "w", encoding="utf-8") as out:
                    out.writelines(now)
            with open(golden, encoding="utf-8") as stored:
                before = stored.readlines()
            difference = list(difflib.unified_diff(before, now, "expected", "found"))
            print("ok  " if not difference else "FAIL", name)
            sys.stdout.writelines(difference[:40])
            failed += bool(difference)
            passed += not difference
    print(f"golden: {passed} passed, {failed} failed, 0 skipped")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
