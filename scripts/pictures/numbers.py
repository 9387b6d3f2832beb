"""How numbers are written: signs, thousands separators, decimals. It knows nothing of drawing."""
import math

SCALES = [(1e12, "trillion "), (1e9, "billion "), (1e6, "million ")]


def signed(words):
    return words.replace("-", "−")


def money_scale(largest):
    """Factor and its name for an axis whose largest amount is `largest`; plain below ten million."""
    for factor, name in SCALES:
        if largest >= 10 * factor:
            return factor, name
    return 1.0, ""


def money(value):
    """An amount to about four digits, whole above a hundred."""
    if not math.isfinite(value):
        return "–"
    size = abs(value)
    if size == 0:
        return "0"
    if size >= 1e15:
        return signed(f"{value:.3e}")
    for factor, name in ((1e12, "tn"), (1e9, "bn"), (1e6, "m")):
        if size >= factor:
            return signed(f"{value / factor:.4g}{name}")
    decimals = 0 if size >= 100 else 2 if size >= 1 else min(12, 2 - math.floor(math.log10(size)))
    words = f"{value:,.{decimals}f}"
    return "0" if float(words.replace(",", "")) == 0 else signed(words)


def error(half, value):
    """The half width of an interval about a value; what is only rounding reads 0."""
    return money(0.0 if half <= 1e-9 * abs(value) else half)


def tick(value, ticks):
    """A tick label with as many decimals as the distance between ticks needs."""
    gaps = [b - a for a, b in zip(ticks[:-1], ticks[1:]) if b > a]
    step = min(gaps) if gaps else abs(value) or 1.0
    decimals = next((n for n in range(13) if abs(round(step, n) - step) <= 1e-6 * step), 12)
    words = f"{value:,.{decimals}f}"
    return signed(words) if float(words.replace(",", "")) != 0 else words.lstrip("-")


def percent(share):
    """A share as percent; shares near 0 and 1 keep their digits, and only exact ones read 0 % and 100 %."""
    if not math.isfinite(share):
        return "–"
    if share in (0, 1):
        return f"{share * 100:.0f} %"
    edge = min(abs(share), abs(1 - share)) * 100
    decimals = 1 if edge >= 10 else 2 if edge >= 0.1 else min(10, 1 - math.floor(math.log10(max(edge, 1e-12))))
    return signed(f"{share * 100:.{decimals}f} %")


def level(share):
    """A chosen level, such as a confidence, as short as it was written: 95 %, 99.9 %."""
    return f"{round(share * 100, 10):.12g} %"


def percent_range(low, high):
    return f"{percent(low)} to {percent(high)}"


def ratio(value):
    """A factor in few characters: ×0.4, ×3.2, ×120, ×30k."""
    if not math.isfinite(value):
        return "–"
    if value >= 999.5:
        return f"×{value / 1000:.0f}k" if value < 999.5e3 else "×1M+"
    return f"×{value:.0f}" if value >= 9.95 or value == 0 else f"×{value:.2f}" if value < 0.995 else f"×{value:.1f}"
