"""The HTML page: summary numbers as tables, the pictures inside it, the resolved scenario folded away. It needs no
other file and no network."""
import base64
import html

import numpy as np

from . import numbers, style

SHARES = [("any_liquidation_frequency", "At least one liquidation"), ("all_liquidation_frequency", "Every position liquidated"),
          ("wipeout_frequency", "Wipe-out (at least 99 % of the equity lost)"), ("shortfall_frequency", "Shortfall")]
MEANS = [("mean_fees", "Mean liquidation fees"), ("mean_slippage", "Mean slippage"),
         ("mean_funding", "Mean funding and interest"), ("mean_shortfall", "Mean shortfall"), ("mean_top_up", "Mean top-up")]

LOOK = """
body{font:15px/1.5 system-ui,"DejaVu Sans",sans-serif;color:#222;background:#fff;max-width:1060px;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem;margin:0}h2{font-size:1.1rem;margin:2.2rem 0 .5rem}
p.run,footer{color:#666;font-size:.85rem;margin:.2rem 0 1rem}p.warning{color:#A50026;font-weight:bold}
table{border-collapse:collapse;font-size:.85rem;font-variant-numeric:tabular-nums}
th,td{padding:.25rem .9rem .25rem 0;text-align:right;border-bottom:1px solid #e8e8e8;vertical-align:top}
th:first-child{text-align:left;font-weight:normal}thead th{font-weight:bold;border-bottom:1px solid #666}
td small{display:block;color:#666}div.wide{overflow-x:auto}
img{display:block;width:100%;height:auto;margin:1.5rem 0;border:1px solid #e8e8e8}
pre{background:#f6f6f6;padding:1rem;overflow-x:auto;font-size:.8rem}summary{cursor:pointer;margin:1rem 0}
"""


def write(results, drawn, left_out, path):
    body = [heading(results), "<h2>Summary</h2>", summary(results), comparison(results), positions(results)]
    body += [image(picture, file) for picture, file in drawn]
    if left_out:
        body.append("<p class=run>Left out: " + html.escape("; ".join(left_out)) + ".</p>")
    scenario = results.provenance.get("resolved_scenario")
    if scenario:
        body.append(f"<details><summary>Resolved scenario</summary><pre>{html.escape(scenario)}</pre></details>")
    body.append(f"<footer>{html.escape(style.identity(results))}</footer>")
    with open(path, "w", encoding="utf-8") as file:
        file.write('<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
                   '<meta name="viewport" content="width=device-width">'
                   f"<title>{html.escape(results.title)}</title><style>{LOOK}</style></head><body>\n")
        file.write("\n".join(part for part in body if part) + "\n</body></html>\n")


def heading(results):
    warning = "" if results.complete else "<p class=warning>Incomplete: batches are missing.</p>"
    marks = f"{style.identity(results)} · amounts in {results.currency} · scenario {results.attributes.get('scenario_sha256', '')[:12]}"
    return f"<h1>{html.escape(results.title)}</h1><p class=run>{html.escape(marks)}</p>{warning}"


def image(picture, file):
    with open(file, "rb") as content:
        code = base64.b64encode(content.read()).decode()
    return f'<img alt="{html.escape(picture.caption)}" src="data:image/png;base64,{code}">'


def table(heads, rows, corner=""):
    """rows: [(label, [(value, remark)])]"""
    lines = ["<div class=wide><table><thead><tr>" + "".join(f"<th scope=col>{html.escape(head)}</th>" for head in [corner] + heads)
             + "</tr></thead><tbody>"]
    for label, cells in rows:
        lines.append(f"<tr><th scope=row>{html.escape(label)}</th>" + "".join(
            f"<td>{html.escape(value)}" + (f"<small>{html.escape(remark)}</small>" if remark else "") + "</td>"
            for value, remark in cells) + "</tr>")
    return "\n".join(lines) + "</tbody></table></div>"


def amount(value, half=float("nan")):
    half = style.NORMAL_95 * float(half)
    return numbers.money(float(value)), f"± {numbers.error(half, float(value))}" if np.isfinite(half) else ""


def between(value, low, high):
    bounds = f"{numbers.money(float(low))} to {numbers.money(float(high))}"
    return numbers.money(float(value)), bounds if np.isfinite(low) or np.isfinite(high) else ""


def share(values, name, at=()):
    value, low, high = (float(np.asarray(values[name + end])[at]) for end in ("", "_low", "_high"))
    return numbers.percent(value), numbers.percent_range(low, high)


def summary(results):
    modes = results.modes
    rows = [("Mean loss", [amount(mode.mean_loss, mode.mean_loss_se) for mode in modes]),
            ("Standard deviation of the loss", [amount(mode.loss_std) for mode in modes])]
    for at, level in enumerate(results.first.confidence):
        name = numbers.level(float(level))
        rows.append((f"Value at risk {name}", [between(mode.value_at_risk[at], mode.value_at_risk_low[at],
                                                      mode.value_at_risk_high[at]) for mode in modes]))
        rows.append((f"Expected shortfall {name}", [amount(mode.expected_shortfall[at], mode.expected_shortfall_se[at])
                                                   for mode in modes]))
    rows += [(label, [share(mode.values, name) for mode in modes]) for name, label in SHARES]
    for at, alert in enumerate(results.first.values.get("alert", [])):
        rows.append((f"Alert: {alert}", [(numbers.percent(float(mode.alert_frequency[at])), "") for mode in modes]))
    rows += [(label, [amount(mode.values[name]) for mode in modes]) for name, label in MEANS
             if all(name in mode.values for mode in modes) and any(float(mode.values[name]) != 0 for mode in modes)]
    return table([mode.name for mode in modes], rows, f"Amounts in {results.currency}; small: 95 % interval")


def positions(results):
    rows = [(name, [share(mode.values, "liquidation_frequency", at) for mode in results.modes])
            for at, name in enumerate(results.first.position)]
    return ("<details><summary>Liquidation frequency of every position</summary>"
            + table([mode.name for mode in results.modes], rows) + "</details>")


def comparison(results):
    against = results.comparison
    if not against.get("pair"):
        return ""
    pairs = list(against["pair"])
    rows = [("Rescue", [share(against, "rescue_frequency", at) for at in range(len(pairs))]),
            ("Contagion", [share(against, "contagion_frequency", at) for at in range(len(pairs))]),
            ("Mean excess loss", [amount(value, error) for value, error in
                                  zip(against["mean_excess_loss"], against["mean_excess_loss_se"])])]
    for at, level in enumerate(against["quantile"]):
        rows.append((f"Excess loss, quantile {numbers.level(float(level))}",
                     [(numbers.money(float(row[at])), "") for row in against["excess_loss_quantile"]]))
    return "<h2>Against the first mode, path by path</h2>" + table(pairs, rows, "Small: 95 % interval")
