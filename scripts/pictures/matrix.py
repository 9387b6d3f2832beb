"""Matrices side by side, one a mode: cells that speak by their colour and by the words in them. It knows nothing of what
they mean."""
import numpy as np
from matplotlib.colors import to_rgb

from . import style

SMALLEST = 4.5  # size of letters below which the cells speak by their colour alone
GROUND = "#f2f2f2"  # of cells without a value


def sheet(results, heading, explanation, modes, shape, largest=0.75):
    """An empty sheet with axes for each of the modes; returns it, the axes, and the side of a cell in inches.
    shape: rows and columns of a matrix; largest: side of a cell where there are few."""
    lines, count = shape
    columns = max(2, min(len(modes), 2 if count > 14 else 3))
    rows = -(-len(modes) // columns)
    cell = max(0.115, min(largest, (6.6 if count <= 4 else style.WIDTH - 2.4) / columns / count))
    width = max(style.WIDTH, columns * (cell * count + 0.25) + 2.4)
    figure = style.sheet(results, heading, explanation, rows * (cell * lines + 0.35) + 0.9, width=width)
    grid = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
    for at, axes in enumerate(grid.ravel()):
        axes.set_visible(at < len(modes))
        axes.tick_params(labelleft=at % columns == 0, labelbottom=len(modes) - columns <= at < len(modes))
    return figure, list(grid.ravel()[:len(modes)]), cell


def panel(axes, values, look, names, cell):
    """look: colours and their norm; names: of the rows and of the columns. Cells that are NaN stay grey."""
    axes.set_facecolor(GROUND)
    image = axes.imshow(values, cmap=look[0], norm=look[1], interpolation="nearest", aspect="equal")
    axes.grid(False)
    size = min(style.TEXT - 0.5, cell * 72 * 0.62)
    rows, columns = ([style.short(name, 14) for name in each] for each in names)
    axes.set_xticks(range(len(columns)), columns, size=size,
                    rotation=90 if len(columns) > 5 or max(map(len, columns)) > 7 else 0)
    axes.set_yticks(range(len(rows)), rows, size=size)
    axes.tick_params(length=0)
    for edge in axes.spines.values():
        edge.set_visible(False)
    return image


def write(axes, image, words, cell):
    """Words in every cell, in the largest letters that fit all; where cells are too small only their first lines, or none."""
    size = fitting_size(words, cell)
    if size < SMALLEST:
        words = [[each.split("\n")[0] for each in row] for row in words]
        size = fitting_size(words, cell)
    if size < SMALLEST:
        return
    values = np.ma.masked_invalid(image.get_array())
    for row, column in np.ndindex(values.shape):
        if words[row][column]:
            colour = style.GREY if np.ma.is_masked(values[row, column]) else letters(image.to_rgba(values[row, column]))
            axes.text(column, row, words[row][column], ha="center", va="center", size=size, linespacing=1.3, color=colour)


def fitting_size(words, cell):
    lines = [each.split("\n") for row in words for each in row if each] or [[" "]]
    longest, tallest = max(len(line) for each in lines for line in each), max(map(len, lines))
    return min(8.0, cell * 72 * 0.9 / (0.62 * longest), cell * 72 * 0.9 / (1.3 * tallest))


def letters(ground):
    """The colour of letters that can be read on a cell."""
    return style.ON_DARK if luminance(ground) < 0.18 else style.ON_LIGHT


def luminance(colour):
    """Relative luminance as of WCAG 2."""
    channels = np.asarray(to_rgb(colour))
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def head(axes, results, mode):
    axes.set_title(style.short(mode.name), color=style.colour_of(results, mode), weight="bold")


def bar(figure, image, axes, words):
    scale = figure.colorbar(image, ax=axes, fraction=0.03, pad=0.02, aspect=25, shrink=0.9)
    scale.outline.set_visible(False)
    scale.set_label(words)
    return scale
