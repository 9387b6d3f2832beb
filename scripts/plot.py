#!/usr/bin/python3
"""Draws the pictures of a results file: PNG files and one HTML page that holds them all.

It knows the command line; what is drawn, and how, is in the folder pictures/ beside it.
"""
import argparse
import os
import sys

sys.dont_write_bytecode = True

PACKAGES = "python3-numpy python3-h5py python3-matplotlib python3-yaml"
try:
    import pictures
    from pictures import command, page, replay, style
except ImportError as missing:
    sys.exit(f"plot.py: {missing} ({sys.executable}); on Debian: apt-get install {PACKAGES}, "
             "then run this script with /usr/bin/python3")

def arguments():
    parser = argparse.ArgumentParser(
        description="Draw the pictures of a results file of riskpool: PNG files and index.html, a page that holds them all.")
    parser.add_argument("results", metavar="RESULTS.h5", help="a file that `riskpool run` wrote")
    parser.add_argument("-o", "--output", metavar="FOLDER",
                        help="where the pictures go (default: RESULTS.pictures/ beside the file)")
    parser.add_argument("--path", metavar="N", help="only one path, replayed: its number, or the name of a mode for its worst")
    parser.add_argument("--program", metavar="RISKPOOL", default=command.program(), help="what replays it (default: %(default)s)")
    return parser.parse_args()


def draw_path(chosen, run, folder):
    """Replays the path and draws it; returns the picture's name."""
    path, complaint = command.replayed(chosen.program, chosen.results,
                                       ["--path" if chosen.path.isdigit() else "--worst", chosen.path])
    if path is None:
        command.fail(command.EXIT_INVALID, complaint)
    file = os.path.join(folder, f"path_{path['path']}.png")
    style.save(replay.draw(run, path), file)
    return file


def main():
    chosen = arguments()
    folder = chosen.output or os.path.splitext(chosen.results)[0] + ".pictures"
    run = command.read(chosen.results)
    try:
        os.makedirs(folder, exist_ok=True)
        if chosen.path is not None:
            print(draw_path(chosen, run, folder))
            return
        drawn, left_out = pictures.draw_all(run, folder)
        left_out = pictures.by_reason(left_out)
        page.write(run, drawn, left_out, os.path.join(folder, "index.html"))
    except OSError as reason:
        command.fail(command.EXIT_NOT_CREATED, reason)
    for words in left_out:
        print(f"plot.py: left out: {words}", file=sys.stderr)
    print(os.path.join(folder, "index.html"))


if __name__ == "__main__":
    main()
