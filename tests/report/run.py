#!/usr/bin/python3
"""usage: run.py RISKPOOL: makes reports and reads them in a real browser, wide and narrow, light and dark: no script
error, nothing fetched, nothing wider than the window, every picture there; and the verdict says what the numbers say."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

FOLDER = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.normpath(os.path.join(FOLDER, "..", ".."))
sys.path[:0] = [os.path.join(FOLDER, ".."), os.path.join(FOLDER, "..", "pictures"), os.path.join(ROOT, "scripts")]
sys.dont_write_bytecode = True
import h5py
import invented
from riskpool_test import Checks

from pictures import results, verdict

# What the first screen must say of a scenario; the verdict is words, so words are looked for.
STORIES = {
    "three-longs-crisis": ["It is a trade", "isolated loses 4,020 USDT", "less than cross, beyond doubt", "in cross only on 4",
                           "no path loses more than 5,729 in isolated", "The largest part of the tail is sol in cross (5", "On average none is better"],
    "pairs-trade": ["It is a trade", "isolated loses 1,9", "in cross only on 1.", "less certain in isolated",
                    "depends on market.correlation.BTC.ETH: above 0.", "cross has the smaller tail, below it isolated", "On average none is better"],
    "single-long": [],
    "core-satellite": ["less than", "two-books"],
}
MORE = {"three-longs-crisis": ["-P", "output.correlation_risk=true"], "pairs-trade": ["-P", "output.correlation_risk=true", "-P", "sweep=[{parameter: market.correlation.BTC.ETH, values: [0.5, 0.8, 0.85, 0.9, 0.95]}]"]}
PROBE = """<script>window.addEventListener('load',()=>{const b=getComputedStyle(document.body);
document.title=['PROBE',document.documentElement.scrollWidth-innerWidth,innerWidth,b.backgroundColor,
document.querySelectorAll('figure svg').length,performance.getEntriesByType('resource').length].join('|')})</script>"""
BROWSER = next((found for found in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if found), None)


def browse(page, width, dark, folder):
    """The probe's numbers and what the browser complained of."""
    probed = os.path.join(folder, "probed.html")
    with open(page, encoding="utf-8") as file, open(probed, "w", encoding="utf-8") as copy:
        copy.write(file.read() + PROBE)
    done = subprocess.run([BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--dump-dom",
                           f"--user-data-dir={folder}/profile", f"--window-size={width},1000", "--enable-logging=stderr",
                           f"--blink-settings=preferredColorScheme={0 if dark else 1}", "file://" + probed],
                          capture_output=True, text=True, check=False, timeout=300)
    probe = re.search(r"PROBE\|(-?\d+)\|(\d+)\|([^|]*)\|(\d+)\|(\d+)", done.stdout)
    return probe.groups() if probe else None, re.findall(r"CONSOLE.*", done.stderr)


def look(checks, name, page, pictures, folder):
    for width, dark in ((1280, False), (1280, True), (390, False), (390, True)):
        what = f"{name}, {width} pixels, {'dark' if dark else 'light'}"
        probe, complaints = browse(page, width, dark, folder)
        if not checks.true(f"{what}: it loads", probe is not None):
            continue
        over, inner, ground, found, fetched = probe
        # A headless window has a least width; the page must not be wider than what it got.
        checks.true(f"{what}: no overflow ({over} beyond {inner})", int(over) <= 0)
        checks.same(f"{what}: every picture", int(found), pictures)
        checks.same(f"{what}: nothing fetched", int(fetched), 0)
        checks.true(f"{what}: no complaint of the browser {complaints[:1]}", not complaints)
        light = sum(map(int, re.findall(r"\d+", ground)[:3])) > 380
        checks.true(f"{what}: ground {ground}", light != dark)


def report(checks, riskpool, name, folder):
    file, page = os.path.join(folder, name + ".h5"), os.path.join(folder, name + ".html")
    subprocess.run([riskpool, "run", "-q", "-n", "6000", *MORE.get(name, []), "-o", file, os.path.join(ROOT, "scenarios", name + ".yaml")],
                   check=False)
    done = subprocess.run([sys.executable, os.path.join(ROOT, "scripts", "report.py"), file, "-o", page, "--program", riskpool],
                          capture_output=True, text=True, check=False)
    checks.true(f"{name}: made {done.stderr.strip()[-200:]}", done.returncode == 0)
    with open(page, encoding="utf-8") as made:
        text = made.read()
    checks.true(f"{name}: self-contained", not re.search(r'(src|href)="(?!#|data:)', text) and "<script" not in text)
    run = results.read(file)
    said = " ".join([verdict.headline(run)] + verdict.sentences(run))
    for words in STORIES[name]:
        checks.true(f"{name}: says '{words}'", words in said)
    at, _ = verdict.level_of(run)
    best = min(run.modes, key=lambda mode: float(mode.expected_shortfall[at]))
    checks.true(f"{name}: names the mode with the smallest tail", best.name in verdict.headline(run))
    return page, text.count("<figure")


def correlation_risk(checks, riskpool, folder):
    """The report of invented results with sensitivities and contributions, printed too."""
    file, page = os.path.join(folder, "risk.h5"), os.path.join(folder, "risk.html")
    invented.write(file, modes=("isolated", "cross", "hybrid"))
    done = subprocess.run([sys.executable, os.path.join(ROOT, "scripts", "report.py"), file, "-o", page, "--pdf", "--program", riskpool],
                          capture_output=True, text=True, check=False)
    checks.true(f"correlation risk: made {done.stderr.strip()[-200:]}", done.returncode == 0)
    checks.true("what cannot be drawn is named with its reason", "left out: Sweep: every mode over the swept parameter, Sweep: the "
                "modes against the first (nothing was swept)" in done.stderr)
    with open(os.path.join(folder, "risk.pdf"), "rb") as printed:
        pages = len(re.findall(rb"/Type\s*/Page\b", printed.read()))
    checks.true(f"correlation risk: printed on {pages} pages", pages >= 4)
    said = " ".join(verdict.sentences(results.read(file)))
    for words in ("The correlation to fear is that of A0 and A1 in cross: 0.01 more of it adds 39.20 ± 7.68 USDT to its tail.",
                  "The largest part of the tail is btc in isolated (75.0 %), btc in cross (75.0 %) and btc in hybrid (75.0 %)."):
        checks.true(f"correlation risk: says '{words}'", words in said)
    hedged = os.path.join(folder, "hedged.h5")
    shutil.copy(file, hedged)
    with h5py.File(hedged, "a") as changed:
        changed["correlation_risk/d_expected_shortfall"][...] *= -1
    checks.true("correlation risk: a book that lives on its correlation fears for it", "of A0 and A1 in cross: 0.01 less of it adds 39.20 ± "
                "7.68 USDT to its tail." in " ".join(verdict.sentences(results.read(hedged))))
    with open(page, encoding="utf-8") as made:
        text = made.read()
    checks.true("correlation risk: its pictures are there", all(f'aria-label="{caption}' in text for caption in (
        "Where the tail comes from", "What correlation does", "What volatility does", "Contagion", "Liquidations given one")))
    return page, text.count("<figure")


def main(riskpool):
    if not BROWSER:
        print("report: no chromium", file=sys.stderr)
        return 77
    checks = Checks("report", verbose=False)
    with tempfile.TemporaryDirectory() as folder:
        for name in STORIES:
            page, pictures = report(checks, riskpool, name, folder)
            if name in ("three-longs-crisis", "pairs-trade"):
                look(checks, name, page, pictures, folder)
        look(checks, "correlation risk", *correlation_risk(checks, riskpool, folder), folder)
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1])))
