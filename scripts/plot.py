#!/usr/bin/python3
"""Draws the pictures of a results file: PNG files and one HTML page that holds them all.

It knows the command line; what is drawn, and how, is in the folder pictures/ beside it.
"""
import argparse
import json
import os
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True

PACKAGES = "python3-numpy python3-h5py python3-matplotlib python3-yaml"
try:
    import pictures
    from pictures import page, replay, results, style
except ImportError as missing:
    sys.exit(f"plot.py: {missing} ({sys.executable}); on Debian: apt-get install {PACKAGES}, "
             "then run this script with /usr/bin/python3")

EXIT_INVALID, EXIT_MISSING, EXIT_NOT_CREATED = 65, 66, 73


def fail(code, text):
    print(f"plot.py: {text}", file=sys.stderr)
    sys.exit(code)


def arguments():
    parser = argparse.ArgumentParser(
        description="Draw the pictures of a results file of riskpool: PNG files and index.html, a page that holds them all.")
    parser.add_argument("results", metavar="RESULTS.h5", help="a file that `riskpool run` wrote")
    parser.add_argument("-o", "--output", metavar="FOLDER",
                        help="where the pictures go (default: RESULTS.pictures/ beside the file)")
    parser.add_argument("--path", metavar="N", help="only one path, replayed: its number, or the name of a mode for its worst")
    parser.add_argument("--program", metavar="RISKPOOL", default=program(), help="what replays it (default: %(default)s)")
    return parser.parse_args()


def program():
    """The program built beside this script, else the one installed."""
    built = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "build", "release", "riskpool")
    return os.path.normpath(built) if os.path.exists(built) else shutil.which("riskpool") or "riskpool"


def draw_path(chosen, run, folder):
    """Replays the path and draws it; returns the picture's name."""
    which = ["--path", chosen.path] if chosen.path.isdigit() else ["--worst", chosen.path]
    done = subprocess.run([chosen.program, "replay", chosen.results, "--json", "--every-step"] + which,
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        fail(done.returncode, done.stderr.strip())
    path = json.loads(done.stdout)
    file = os.path.join(folder, f"path_{path['path']}.png")
    style.save(replay.draw(run, path), file)
    return file


def main():
    chosen = arguments()
    folder = chosen.output or os.path.splitext(chosen.results)[0] + ".pictures"
    if not os.path.isfile(chosen.results):
        fail(EXIT_MISSING, f"{chosen.results}: no such file")
    try:
        run = results.read(chosen.results)
    except (OSError, results.NotResults) as reason:
        fail(EXIT_INVALID, f"{chosen.results}: {reason}")
    try:
        os.makedirs(folder, exist_ok=True)
        if chosen.path is not None:
            print(draw_path(chosen, run, folder))
            return
        drawn, left_out = pictures.draw_all(run, folder)
        page.write(run, drawn, left_out, os.path.join(folder, "index.html"))
    except OSError as reason:
        fail(EXIT_NOT_CREATED, reason)
    for picture, reason in left_out:
        print(f"plot.py: {picture.name} left out: {reason}", file=sys.stderr)
    print(os.path.join(folder, "index.html"))


if __name__ == "__main__":
    main()
