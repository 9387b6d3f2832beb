"""A figure as a reader would look at it: its texts, and which of them lie on another or are cut off."""
import itertools

from matplotlib.text import Text

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


def faults(figure):
    """What a reader would complain about in a figure."""
    figure.canvas.draw()
    width, height = figure.canvas.get_width_height()
    found = list(texts(figure))
    for words, box in found:
        if box.x0 < -1 or box.y0 < -1 or box.x1 > width + 1 or box.y1 > height + 1:
            yield f"cut off: {words!r}"
    for (words, box), (others, other) in itertools.combinations(found, 2):
        if overlaps(box, other):
            yield f"{words!r} lies on {others!r}"
