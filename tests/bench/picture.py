"""The benchmark as a picture: measured times as bars, the slowest on top, with the sum of the components below them and
what the busiest port of the processor alone would take."""
import os
import sys
from types import SimpleNamespace

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "scripts"))

from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from pictures import style

PEER, OWN, PART, BOUND = style.PALETTE[1], style.PALETTE[0], style.PALETTE[2], style.PALETTE[4]


def bars(found):
    """(label, ns, colour), the slowest first in each kind."""
    rows = sorted(found["peers"], key=lambda row: -row["ns"])
    named = [(f"riskpool, {row['level']}", row["ns"], OWN) if row["level"] else (row["name"], row["ns"], PEER)
             for row in rows]
    for level in reversed(list(found["components"])):
        answer = found["components"][level]["filtered"]
        named += [(f"its kernel, {level}", answer["kernel"], OWN), (f"sum of components, {level}", answer["sum"], PART),
                  (f"port bound, {level}", max(answer["product_bound"], answer["root_bound"]), BOUND)]
    return named


def draw(found):
    named = bars(found)
    identity = SimpleNamespace(title=f"{found['machine']}, one thread", path="bench.md", complete=True,
                               attributes={"source": found["version"], "seed": 1}, n_paths=found["paths"])
    kinds = [(PEER, "peer"), (OWN, "riskpool"), (PART, "sum of its measured components"), (BOUND, "what its busiest port takes")]
    explanation = ("Nanoseconds per asset, step and path on one core for the same work: eight correlated assets, 256 steps, "
                   "isolated and cross margin checked at every step. Medians of whole processes that ran in turn; the "
                   "kernel and what is below it without start and statistics.")
    figure = style.sheet(identity, "Time of an asset-step", explanation, 0.27 * len(named) + 0.5,
                         [Patch(color=colour, label=words) for colour, words in kinds])
    axes = figure.add_subplot()
    fastest = min(ns for label, ns, colour in named if label.startswith("riskpool"))
    axes.barh(range(len(named)), [ns for _, ns, _ in named], color=[colour for _, _, colour in named], height=0.72)
    for at, (_, ns, colour) in enumerate(named):
        words = f" {ns:.2f}" + (f"   {ns / fastest:.1f} ×" if colour == PEER else "")
        axes.text(ns, at, words, va="center", size=style.TEXT - 0.5, color=style.INK)
    axes.set_xscale("log")
    axes.set_xlim(0.5 * min(ns for _, ns, _ in named), 2 * max(ns for _, ns, _ in named))
    axes.set_ylim(len(named) - 0.4, -0.6)
    style.row_labels(axes, [label for label, _, _ in named])
    axes.xaxis.set_major_locator(LogLocator(base=10, subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xlabel("ns per asset-step and core (log scale)")
    return figure


def write(found, path):
    style.save(draw(found), path)
