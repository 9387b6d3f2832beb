#!/usr/bin/python3
"""Makes the report of a results file: one HTML page, verdict first, that works without a network; --pdf too.

It knows the command line; what the page says and shows is in the folder pictures/ beside it.
"""
import argparse
import os
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True

PACKAGES = "python3-numpy python3-h5py python3-matplotlib python3-yaml"
try:
    import pictures
    from pictures import command, replay, report
except ImportError as missing:
    sys.exit(f"report.py: {missing} ({sys.executable}); on Debian: apt-get install {PACKAGES}, "
             "then run this script with /usr/bin/python3")

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def arguments():
    parser = argparse.ArgumentParser(
        description="Make the report of a results file of riskpool: one HTML page that needs no network.")
    parser.add_argument("results", metavar="RESULTS.h5", help="a file that `riskpool run` wrote")
    parser.add_argument("-o", "--output", metavar="FILE", help="where it goes (default: RESULTS.report.html beside the file)")
    parser.add_argument("--pdf", action="store_true", help=f"also as PDF, printed by one of {', '.join(BROWSERS)}")
    parser.add_argument("--program", metavar="RISKPOOL", default=command.program(),
                        help="what replays the worst path (default: %(default)s)")
    return parser.parse_args()


def worst_path(chosen, run):
    """The picture of the worst path of the mode that loses most in the tail, or why there is none."""
    mode = max(run.modes, key=lambda each: float(each.expected_shortfall[-1]))
    caption = f"The worst path of {mode.name}, replayed"
    path, complaint = command.replayed(chosen.program, chosen.results, ["--worst", mode.name])
    return caption, replay.draw(run, path) if path else None, complaint


def figures_of(chosen, run):
    drawn, left_out = [], []
    for picture in pictures.PICTURES:
        try:
            drawn.append((picture.caption, picture.draw(run)))
        except pictures.NothingToDraw as reason:
            left_out.append((picture.caption, reason))
    caption, figure, reason = worst_path(chosen, run)
    if figure is None:
        left_out.append((caption, reason))
    else:
        drawn.append((caption, figure))
    return drawn, pictures.by_reason(left_out)


def print_pdf(page, path):
    browser = next((found for found in map(shutil.which, BROWSERS) if found), None)
    if not browser:
        command.fail(command.EXIT_NOT_CREATED, f"--pdf needs one of {', '.join(BROWSERS)}; on Debian: apt-get install chromium")
    with tempfile.TemporaryDirectory() as profile:
        done = subprocess.run([browser, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}",
                               "--no-pdf-header-footer", f"--print-to-pdf={path}", "file://" + os.path.abspath(page)],
                              capture_output=True, text=True, check=False)
    if done.returncode != 0 or not os.path.exists(path):
        command.fail(command.EXIT_NOT_CREATED, f"{browser}: {done.stderr.strip()[-300:]}")


def main():
    chosen = arguments()
    page = chosen.output or os.path.splitext(chosen.results)[0] + ".report.html"
    run = command.read(chosen.results)
    drawn, left_out = figures_of(chosen, run)
    try:
        report.write(run, drawn, left_out, page)
    except OSError as reason:
        command.fail(command.EXIT_NOT_CREATED, reason)
    for words in left_out:
        print(f"report.py: left out: {words}", file=sys.stderr)
    print(page)
    if chosen.pdf:
        print_pdf(page, os.path.splitext(page)[0] + ".pdf")
        print(os.path.splitext(page)[0] + ".pdf")


if __name__ == "__main__":
    main()
