"""The report: one HTML page that needs no other file and no network. The verdict stands on the first screen, then a
table of the modes side by side, then the pictures, drawn in the colours of the reader's page, light or dark."""
import html
import io
import re
from collections import namedtuple

from . import numbers, page, style, verdict

Cell = namedtuple("Cell", "low high words remark")

# Colours of the pictures that follow the page.
FOLLOW = {style.INK: "var(--ink)", style.GREY: "var(--soft)", style.LIGHT: "var(--line)", "#e8e8e8": "var(--line)",
          "#ffffff": "var(--paper)", "#f2f2f2": "var(--line)"}

LOOK = """
:root{color-scheme:light dark;--paper:#fff;--ink:#222;--soft:#666;--line:#e4e4e4;--best:#0072B2;--warn:#A50026}
@media(prefers-color-scheme:dark){:root{--paper:#16181c;--ink:#e6e6e6;--soft:#a0a4ab;--line:#33373e;--best:#6cc0f5;--warn:#ff8d80}}
*{box-sizing:border-box}body{font:16px/1.5 system-ui,"DejaVu Sans",sans-serif;color:var(--ink);background:var(--paper);
max-width:1080px;margin:0 auto;padding:1.2rem 1rem 3rem;overflow-wrap:anywhere}
h1{font-size:1.05rem;font-weight:600;margin:0;color:var(--soft)}h2{font-size:1.15rem;margin:2.2rem 0 .4rem}
p.verdict{font-size:1.5rem;line-height:1.3;font-weight:650;margin:.5rem 0 .8rem}
ul.said{padding-left:1.1rem;margin:.4rem 0 1rem}ul.said li{margin:.25rem 0}
p.run,footer,p.caption{color:var(--soft);font-size:.85rem;margin:.2rem 0 1rem}p.warning{color:var(--warn);font-weight:bold}
table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums}
th,td{padding:.3rem .9rem .3rem 0;text-align:right;border-bottom:1px solid var(--line);vertical-align:top;white-space:nowrap}
th:first-child{text-align:left;font-weight:normal;white-space:normal;min-width:9rem}thead th{font-weight:bold}
td small{display:block;color:var(--soft)}td.best{color:var(--best);font-weight:650}
div.wide{overflow-x:auto}figure{margin:1.4rem 0;overflow-x:auto}figure svg{display:block;width:100%;min-width:620px;height:auto}
pre{background:var(--line);padding:1rem;overflow-x:auto;font-size:.8rem;white-space:pre}summary{cursor:pointer;margin:1rem 0}
@media(max-width:600px){p.verdict{font-size:1.2rem}body{font-size:15px}
th,td{padding-right:.6rem;white-space:normal;overflow-wrap:normal}th:first-child{min-width:6.5rem}}
@media print{figure{break-inside:avoid}figure svg{min-width:0}details{display:none}}
"""


def write(results, figures, left_out, path):
    """figures: [(caption, matplotlib figure)]; left_out: in words."""
    body = [top(results), side_by_side(results)]
    body += [f"<figure aria-label=\"{html.escape(caption)}\">{drawing(figure, at)}</figure>"
             for at, (caption, figure) in enumerate(figures)]
    if left_out:
        body.append("<p class=run>Left out: " + html.escape("; ".join(left_out)) + ".</p>")
    body += ["<details><summary>All numbers</summary>", page.summary(results), page.comparison(results), "</details>",
             page.positions(results)]
    scenario = results.provenance.get("resolved_scenario")
    if scenario:
        body.append(f"<details><summary>Resolved scenario</summary><pre>{html.escape(scenario)}</pre></details>")
    body.append(f"<footer>{html.escape(style.identity(results))}</footer>")
    with open(path, "w", encoding="utf-8") as file:
        file.write('<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
                   '<meta name="viewport" content="width=device-width,initial-scale=1">'
                   f"<title>{html.escape(results.title)}: report</title><style>{LOOK}</style></head><body>\n")
        file.write("\n".join(part for part in body if part) + "\n</body></html>\n")


def top(results):
    warning = "" if results.complete else "<p class=warning>Incomplete: batches are missing.</p>"
    said = "".join(f"<li>{prose(sentence)}</li>" for sentence in verdict.sentences(results))
    return (f"<h1>{html.escape(results.title)}</h1>{warning}<p class=verdict>{prose(verdict.headline(results))}.</p>"
            f"<ul class=said>{said}</ul>")


def prose(sentence):
    """No line ends between a number and its percent sign."""
    return re.sub(r"(?<=\d) %", "&nbsp;%", html.escape(sentence))


def side_by_side(results):
    """The few numbers that decide; where one mode's interval lies below all others it is marked."""
    at, level = verdict.level_of(results)
    rows = [(f"Expected shortfall {numbers.level(level)}",
             [amount(mode.expected_shortfall[at], mode.expected_shortfall_se[at]) for mode in results.modes]),
            ("Mean loss", [amount(mode.mean_loss, mode.mean_loss_se) for mode in results.modes])]
    rows += [(label, [share(mode.values, name) for mode in results.modes]) for name, label in page.SHARES]
    heads = "".join(f"<th scope=col>{html.escape(mode.name)}</th>" for mode in results.modes)
    lines = [f"<div class=wide><table><thead><tr><th>{html.escape(results.currency)}; small: 95 % interval</th>{heads}</tr></thead><tbody>"]
    for label, cells in rows:
        highest = sorted(cell.high for cell in cells)[0]
        best = [cell.high == highest and all(other is cell or other.low > cell.high for other in cells) for cell in cells]
        lines.append(f"<tr><th scope=row>{html.escape(label)}</th>" + "".join(
            f"<td{' class=best' if mark else ''}>{html.escape(cell.words)}<small>{html.escape(cell.remark)}</small></td>"
            for cell, mark in zip(cells, best)) + "</tr>")
    return "\n".join(lines) + "</tbody></table></div>"


def amount(value, error):
    half = style.NORMAL_95 * float(error)
    return Cell(float(value) - half, float(value) + half, *page.amount(value, error))


def share(values, name):
    return Cell(float(values[name + "_low"]), float(values[name + "_high"]), *page.share(values, name))


def drawing(figure, number):
    """The figure as SVG inside the page: its greys and its ground are the page's, its names its own."""
    out = io.StringIO()
    figure.patch.set_alpha(0)
    for axes in figure.axes:
        if axes.get_facecolor()[:3] == (1.0, 1.0, 1.0):
            axes.patch.set_alpha(0)
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    text = out.getvalue()
    text = text[text.index("<svg"):]
    text = re.sub(r'\swidth="[^"]*pt"', "", text, count=1)
    text = re.sub(r'\sheight="[^"]*pt"', "", text, count=1)
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.S)
    text = re.sub(r'(\bid="|"#|url\(#)', rf"\g<1>f{number}-", text)
    for colour, variable in FOLLOW.items():
        text = re.sub(re.escape(colour), variable, text, flags=re.I)
    return text.strip()
