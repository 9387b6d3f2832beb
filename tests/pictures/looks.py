"""A figure as a reader would look at it: its texts, and which of them lie on another, are cut off or cannot be read on
their ground, on a light page or a dark one."""
import itertools
import re

import numpy as np
from matplotlib.colors import to_hex
from matplotlib.text import Text

from pictures import report
from pictures.matrix import luminance

CONTRAST = 3.0  # of letters and their ground, as of WCAG 2
OVERLAP = 1.5  # pixels by which two boxes may touch: boxes hold the line's full height


def texts(figure):
    """(words, box) of every text that is drawn."""
    renderer = figure.canvas.get_renderer()
    hidden = undrawn(figure)
    for text in figure.findobj(Text):
        seen = text.axes is None or text.axes.get_visible()
        if text.get_text().strip() and text.get_visible() and seen and id(text) not in hidden:
            yield text.get_text(), text.get_window_extent(renderer)


def undrawn(figure):
    """Labels of ticks outside the limits of their axis, which exist without being drawn."""
    hidden = set()
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            edge = 1e-9 * (high - low)
            for tick in axis.get_major_ticks() + axis.get_minor_ticks():
                if not axis.get_visible() or not low - edge <= tick.get_loc() <= high + edge:
                    hidden |= {id(tick.label1), id(tick.label2)}
    return hidden


def overlaps(first, second):
    return (min(first.x1, second.x1) - max(first.x0, second.x0) > OVERLAP
            and min(first.y1, second.y1) - max(first.y0, second.y0) > OVERLAP)


def pages():
    """The colours of a light and a dark page: {name of a variable: colour}."""
    sets = [re.findall(r"--(\w+):(#\w+)", part) for part in re.findall(r":root\{([^}]*)\}", report.LOOK)]
    return [dict(sets[0]), {**dict(sets[0]), **dict(sets[1])}]


def on_page(colour, page):
    """A colour of the figure as the page shows it."""
    variable = report.FOLLOW.get(to_hex(colour))
    return page[variable[len("var(--"):-1]] if variable else to_hex(colour)


def unreadable(figure):
    """Words in cells whose letters do not stand out from the cell."""
    for axes in figure.axes:
        for image, text in itertools.product(axes.get_images(), axes.texts):
            column, row = (int(round(at)) for at in text.get_position())
            value = np.ma.masked_invalid(image.get_array())[row, column]
            cell = axes.get_facecolor() if np.ma.is_masked(value) else image.to_rgba(value)
            for page in pages():
                light, dark = sorted((luminance(on_page(colour, page)) for colour in (text.get_color(), cell)), reverse=True)
                if (light + 0.05) / (dark + 0.05) < CONTRAST:
                    yield f"cannot be read: {text.get_text()!r} on {on_page(cell, page)}"


def faults(figure):
    """What a reader would complain about in a figure."""
    figure.canvas.draw()
    yield from unreadable(figure)
    width, height = figure.canvas.get_width_height()
    found = list(texts(figure))
    for words, box in found:
        if box.x0 < -1 or box.y0 < -1 or box.x1 > width + 1 or box.y1 > height + 1:
            yield f"cut off: {words!r}"
    for (words, box), (others, other) in itertools.combinations(found, 2):
        if overlaps(box, other):
            yield f"{words!r} lies on {others!r}"
