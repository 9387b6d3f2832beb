#!/usr/bin/python3
"""Does the suite notice mistakes? Injects one after the other into a copy of the sources, builds it, and runs the part
of the analytic suite, or the suite of correlation risk, that must fail. The copy without a mistake must pass.

    run.py SOURCE_FOLDER [--only NAME,...] [--jobs N] [--folder PATH]
"""
import argparse
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ONE = "one_position"
RISK = "correlation_risk"  # a suite of its own
AT_END = "int account_liquidate_at_end(struct account *account, const struct slice *slice, size_t path) {\n"

# name: (groups of the analytic suite or RISK, [(file, what stands there once, what stands there instead), ...])
MUTANTS = {
    "log drift without the half variance": (ONE, [
        ("model_gbm.c", "(asset->drift - 0.5 * asset->volatility * asset->volatility) * setting->dt",
         "asset->drift * setting->dt")]),
    "a year of 252 days": (ONE, [
        ("market_steps.c", ".dt = market->dt,", ".dt = market->dt * 365.0 / 252.0,")]),
    "maintenance of the entry instead of the mark": (ONE, [
        ("surface.c", "if (rule->base == BASE_ENTRY) {", "if (1) {")]),
    "maintenance ignored": (ONE, [("surface.c", "leg->n_tiers = tiers->n;", "leg->n_tiers = 0;")]),
    "one monitoring date missing": (ONE, [
        ("engine_liquidate.c", AT_END, AT_END + "    if (slice->step == 29) return 0;\n")]),
    "checked at the horizon only": (ONE, [
        ("engine_liquidate.c", AT_END, AT_END + "    if (slice->step % 30 != 29) return 0;\n")]),
    "continuous monitoring where steps are asked for": (ONE, [
        ("scenario_market.c", "market->bridge = keys->monitoring == 0;", "market->bridge = 1;")]),
    "volatility one percent too large": (ONE, [
        ("model_gbm.c", "asset->volatility * sqrt(setting->dt)", "1.01 * asset->volatility * sqrt(setting->dt)")]),
    "normals of variance 0.99": (ONE, [
        ("vmath.h", "double radius = sqrt(", "double radius = 0.99498743710662 * sqrt(")]),
    "assets exchanged": ("uneven_pools", [
        ("model_gbm.c", "&setting->asset[i]", "&setting->asset[setting->n_assets - 1 - i]")]),
    "factor transposed": ("uneven_pools", [
        ("market.c", "block->deviation[i] * block->root[i * n + k]", "block->deviation[i] * block->root[k * n + i]")]),
    "a score without what the mean adds": (RISK, [
        ("score.c", "is_log ? block->deviation[i] : 0.0", "0.0 * is_log")]),
    "differences over half their width": (RISK, [
        ("run_difference.c", "bump->width = bump->high - bump->low;", "bump->width = 0.5 * (bump->high - bump->low);")]),
    "funding in no position": (RISK, [
        ("engine_carry.c", "        constant[p] -= paid;\n        account_gain(account, leg->position, p, -paid);", "        constant[p] -= paid;")]),
    "slippage in no position": (RISK, [
        ("engine_gain.c", "cut->profit - cut->slippage - fee", "cut->profit - fee")]),
    "losses given a liquidation over all paths": (RISK, [
        ("stats_risk.c", "total(tally, mode, i, TALLY_L) / count;", "total(tally, mode, i, TALLY_L) / (double)tally->n_paths;")]),
}


def read_sources(folder):
    sources = {}
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            sources[name] = file.read()
    return sources


def inject(sources, folder, edits):
    """Writes the sources with the edits; only files that change are touched, so that little is built."""
    changed = dict(sources)
    for name, old, new in edits:
        if changed[name].count(old) != 1:
            raise LookupError(f"{name}: {changed[name].count(old)} places read: {old}")
        changed[name] = changed[name].replace(old, new)
    for name, text in changed.items():
        with open(os.path.join(folder, name), "r+", encoding="utf-8") as file:
            if file.read() != text:
                file.seek(0)
                file.truncate()
                file.write(text)


def build(copy, jobs):
    folder = os.path.join(copy, "build")
    if not os.path.exists(os.path.join(folder, "CMakeCache.txt")):
        subprocess.run(["cmake", "-S", copy, "-B", folder, "-DCMAKE_BUILD_TYPE=Release", "-DBUILD_TESTING=OFF"],
                       check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["cmake", "--build", folder, "--parallel", str(jobs), "--target", "riskpool_program"], check=True,
                   stdout=subprocess.DEVNULL)
    return os.path.join(folder, "riskpool")


def suite_fails(binary, groups):
    """Whether a check of the suite fails; a suite that cannot run is no catch."""
    suite, only = (RISK, []) if groups == RISK else ("analytic", ["--only", groups])
    done = subprocess.run([sys.executable, os.path.join(HERE, "..", suite, "run.py"), binary, *only], capture_output=True,
                          text=True, check=False)
    last = (done.stdout.strip().splitlines() or [""])[-1]
    if done.returncode not in (0, 1) or not last.startswith(f"{suite}:"):
        raise RuntimeError(f"the suite did not run\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.returncode == 1, last


def main():
    parser = argparse.ArgumentParser(description="mistakes that the suite must catch")
    parser.add_argument("source")
    parser.add_argument("--only")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--folder", help="keep the copy and its build here")
    options = parser.parse_args()
    chosen = {name: m for name, m in MUTANTS.items() if not options.only or name in options.only.split(",")}
    passed = failed = 0
    with tempfile.TemporaryDirectory(prefix="riskpool-mutants-") as scratch:
        copy = os.path.join(options.folder or scratch, "copy")
        for name in ("src", "include"):
            shutil.copytree(os.path.join(options.source, name), os.path.join(copy, name), dirs_exist_ok=True)
        shutil.copy(os.path.join(options.source, "CMakeLists.txt"), copy)
        sources = read_sources(os.path.join(copy, "src"))
        analytic = ",".join(sorted({groups for groups, _ in chosen.values()} - {RISK}))
        control = {f"no mistake, {groups}": (groups, []) for groups in (analytic, RISK) if groups}
        for name, (groups, edits) in {**control, **chosen}.items():
            try:
                inject(sources, os.path.join(copy, "src"), edits)
                caught, last = suite_fails(build(copy, options.jobs), groups)
            except LookupError as error:  # the code that the mistake is made in reads otherwise now
                caught, last = not edits, error
            ok = caught == bool(edits)
            passed, failed = passed + ok, failed + (not ok)
            print(f"{'ok  ' if ok else 'FAIL'} {name}: {'caught' if caught else 'not caught'} ({last})", flush=True)
    print(f"mutants: {passed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
