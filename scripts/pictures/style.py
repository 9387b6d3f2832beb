"""What all pictures share: palette, typography, the sheet with its header and footer, axes in money, time and percent,
and labels that keep out of each other's way. It knows nothing of what a picture shows."""
import os

import matplotlib

matplotlib.use("Agg")

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from . import numbers

# Okabe and Ito (2008), the darker colours first; the last two are Tol's (2021).
PALETTE = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#882255"]
INK, GREY, LIGHT = "#222222", "#666666", "#dddddd"
# Letters on a ground that stays as it is when the page around it turns dark.
ON_LIGHT, ON_DARK = "#1a1a1a", "#fafafa"
WIDTH = 10.0
DPI = 130
MARGIN = 0.25
HEADER, FOOTER = 0.95, 0.38
TEXT = 9
NORMAL_95 = 1.959963984540054  # half width of a 95 % interval in standard errors

STYLE = {
    "font.family": "DejaVu Sans", "font.size": TEXT, "text.color": INK, "text.parse_math": False,
    "axes.edgecolor": GREY, "axes.linewidth": 0.7, "axes.labelcolor": INK, "axes.labelsize": TEXT,
    "axes.spines.top": False, "axes.spines.right": False, "axes.titlesize": 10, "axes.titlelocation": "left",
    "axes.grid": True, "axes.grid.axis": "both", "axes.axisbelow": True, "grid.color": "#e8e8e8", "grid.linewidth": 0.7,
    "xtick.color": GREY, "ytick.color": GREY, "xtick.labelcolor": INK, "ytick.labelcolor": INK,
    "xtick.labelsize": TEXT - 0.5, "ytick.labelsize": TEXT - 0.5, "legend.frameon": False, "legend.fontsize": TEXT - 0.5,
    "axes.unicode_minus": True, "svg.hashsalt": "riskpool", "figure.dpi": DPI, "savefig.dpi": DPI,
}
matplotlib.rcParams.update(STYLE)


class NothingToDraw(Exception):
    """The results hold nothing for this picture; the text says why."""


def colour_of(results, mode):
    return PALETTE[results.modes.index(mode) % len(PALETTE)]


def short(name, length=22):
    return name if len(name) <= length else name[:length - 1].rstrip() + "…"


def text_width(figure, words, size, weight="normal"):
    """Width in inches."""
    font = FontProperties(family=STYLE["font.family"], size=size, weight=weight)
    return figure.canvas.get_renderer().get_text_width_height_descent(words, font, False)[0] / figure.dpi


def wrap(figure, words, size, width, lines):
    """Breaks words into at most `lines` lines of `width` inches; what does not fit ends in an ellipsis."""
    done, line, rest = [], "", words.split()
    while rest:
        longer = (line + " " + rest[0]).strip()
        if text_width(figure, longer, size) <= width:
            line = longer
            rest.pop(0)
        elif not line:
            rest[0] = fit(figure, rest[0], size, width)
        else:
            done.append(line)
            line = ""
        if len(done) == lines:
            done[-1] = fit(figure, done[-1] + " " + " ".join(rest), size, width)
            return "\n".join(done)
    return "\n".join(done + [line])


def fit(figure, words, size, width):
    if text_width(figure, words, size) <= width:
        return words
    while words and text_width(figure, words + "…", size) > width:
        words = words[:-1]
    return words.rstrip() + "…"


def sheet(results, heading, explanation, height, legend=(), width=WIDTH):
    """An empty figure `height` inches high below its header: heading, the run's title, a sentence that says how to read
    it, a key. The footer says which run it is."""
    figure = Figure()
    FigureCanvasAgg(figure)
    room = width - 2 * MARGIN
    sentence = wrap(figure, explanation, TEXT, room, 4)
    header = HEADER + 0.165 * sentence.count("\n") + (0.3 if legend else 0)
    total = height + header + FOOTER
    figure.set_size_inches(width, total)
    figure.set_layout_engine("constrained", rect=(MARGIN / width, FOOTER / total, room / width, height / total),
                             h_pad=0.04, w_pad=0.02, hspace=0.02, wspace=0.02)

    def place(x, from_top, words, **look):
        figure.text(x / width, 1 - from_top / total, words, va="top", **look).set_in_layout(False)

    head = text_width(figure, heading, 14, "bold")
    place(MARGIN, 0.18, heading, size=14, weight="bold")
    title = fit(figure, results.title, 10, room - head - 0.3)
    place(width - MARGIN, 0.235, title, size=10, color=GREY, ha="right")
    place(MARGIN, 0.52, sentence, size=TEXT, color=GREY, linespacing=1.25)
    if legend:
        figure.legend(handles=list(legend), loc="upper left", ncol=len(legend), borderaxespad=0, borderpad=0,
                      handlelength=1.6, columnspacing=1.6,
                      bbox_to_anchor=(MARGIN / width, 1 - (header - 0.33) / total)).set_in_layout(False)
    place(MARGIN, total - 0.21, identity(results), size=7.5, color=GREY)
    name = fit(figure, os.path.basename(results.path), 7.5, 3.0)
    place(width - MARGIN, total - 0.21, name, size=7.5, color=GREY, ha="right")
    return figure


def identity(results):
    marks = [str(results.attributes.get("source", "riskpool")), f"seed {results.attributes.get('seed')}",
             f"{results.n_paths:,} paths"]
    return " · ".join(marks + ([] if results.complete else ["INCOMPLETE: batches are missing"]))


def save(figure, path):
    """Nothing in the file depends on when or by which version it was drawn."""
    figure.savefig(path, metadata={"Software": None})


def money_axis(axis, results, what, largest):
    """Formats `axis` in the currency; large amounts in thousands of millions and so on, said in its label."""
    factor, name = numbers.money_scale(largest)
    axis.set_major_locator(MaxNLocator(nbins=7, steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(FuncFormatter(lambda value, _: numbers.tick(value / factor, axis.get_majorticklocs() / factor)))
    axis.set_label_text(f"{what} ({name}{results.currency})")


def plain_axis(axis, what):
    """Signed numbers with thousands separators."""
    axis.set_major_locator(MaxNLocator(nbins=7, steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(FuncFormatter(lambda value, _: numbers.tick(value, axis.get_majorticklocs())))
    axis.set_label_text(what)


def percent_axis(axis, what, bins=6):
    axis.set_major_locator(MaxNLocator(nbins=bins, steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(FuncFormatter(lambda value, _: numbers.tick(value * 100, axis.get_majorticklocs() * 100) + " %"))
    axis.set_label_text(what)


def log_percent_axis(axis, what):
    axis.set_major_locator(LogLocator(base=10, numticks=12))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value * 100:.10f}".rstrip("0").rstrip(".") + " %"))
    axis.set_minor_formatter(NullFormatter())
    axis.set_label_text(what)


def time_axis(axes, hours):
    """The horizon in hours, days or years, whichever reads best; returns hours per unit."""
    last = float(np.max(hours)) if np.size(hours) else 1.0
    name, unit = ("hours", 1) if last <= 72 else ("days", 24) if last <= 24 * 1000 else ("years", 24 * 365)
    steps = [1, 2, 2.5, 5, 10] if name != "hours" else [1, 1.2, 2, 2.4, 3, 6, 10]
    axes.xaxis.set_major_locator(MaxNLocator(nbins=8, steps=steps))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: numbers.tick(value, axes.get_xticks())))
    axes.set_xlabel(f"time ({name})")
    axes.set_xlim(0, last / unit if last > 0 else 1)
    return unit


def spread(wanted, gap):
    """Moves heights apart by at least `gap`, in order, as little as possible, inside [0, 1] where that can be."""
    order = np.argsort(wanted, kind="stable")
    # With the minimal gaps taken out, "apart" becomes "not decreasing": pool the neighbours that violate it.
    pools = []
    for rank, at in enumerate(order):
        pools.append([wanted[at] - rank * gap, 1])
        while len(pools) > 1 and pools[-1][0] < pools[-2][0]:
            mean, count = pools.pop()
            pools[-1] = [(pools[-1][0] * pools[-1][1] + mean * count) / (pools[-1][1] + count), pools[-1][1] + count]
    flat = np.repeat([mean for mean, _ in pools], [count for _, count in pools])
    flat = np.clip(flat, 0.0, max(0.0, 1.0 - gap * (len(wanted) - 1)))
    moved = np.empty(len(wanted))
    moved[order] = flat + gap * np.arange(len(wanted))
    return moved


def label_ends(axes, labels, size=TEXT):
    """Writes [(height, words, colour)] to the right of the axes beside their heights, with a thin leader."""
    labels = [label for label in labels if np.isfinite(label[0])]
    if not labels:
        return
    axes.figure.draw_without_rendering()
    inches = axes.get_window_extent().height / axes.figure.dpi
    heights = axes.transAxes.inverted().transform(axes.transData.transform([(0, label[0]) for label in labels]))[:, 1]
    heights = np.clip(heights, 0, 1)
    for height, free, (_, words, colour) in zip(heights, spread(heights, size * 1.3 / 72 / inches), labels):
        axes.plot([1.0, 1.012, 1.02], [height, free, free], transform=axes.transAxes, color=colour, linewidth=0.7,
                  clip_on=False)
        axes.text(1.026, free, words, transform=axes.transAxes, color=colour, va="center", size=size)


def dots(axes, rows, marker="o", filled=True, lift=0.0):
    """Dot and whisker per row, rows = [(colour, value, low, high)], the first on top. A missing bound leaves its whisker out."""
    for at, (colour, value, low, high) in enumerate(rows):
        for bound in (low, high):
            if np.isfinite(bound) and np.isfinite(value):
                axes.plot([value, bound], [at + lift, at + lift], color=colour, linewidth=1.4, solid_capstyle="butt")
                axes.plot([bound], [at + lift], color=colour, marker="|", markersize=5)
        if np.isfinite(value):
            axes.plot([value], [at + lift], color=colour, marker=marker, markersize=5 if marker == "o" else 5.5,
                      markerfacecolor=colour if filled else "white", clip_on=False, zorder=3)
    axes.set_ylim(len(rows) - 0.4, -0.6)


def row_labels(axes, labels, colours=None, size=TEXT - 0.5):
    axes.set_yticks(range(len(labels)), labels, size=size)
    axes.tick_params(axis="y", length=0)
    axes.grid(False, axis="y")
    for label, colour in zip(axes.get_yticklabels(), colours or []):
        label.set_color(colour)


def column(axes, x, words, head="", size=TEXT - 1):
    """A column of words right of the axes, one per row, x inches from its edge to the words' right edge."""
    from matplotlib.transforms import ScaledTranslation
    for at, word in enumerate([head] + list(words)):
        if word:
            shift = ScaledTranslation(x, 0, axes.figure.dpi_scale_trans)
            base = axes.get_yaxis_transform() if at else axes.transAxes
            axes.text(1.0, at - 1 if at else 1.0, word, transform=base + shift, ha="right", size=size,
                      va="center" if at else "bottom", color=INK if at else GREY)
