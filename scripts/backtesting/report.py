"""The figures of a backtest as a table for reading, as CSV and as JSON. It knows nothing of how they came about."""
import csv
import io
import json
import math


def p_value(p):
    return "<0.0001" if p < 1e-4 else f"{p:.4f}"


def number(value, digits=2):
    return "-" if math.isnan(value) else f"{value:.{digits}f}"


def cells(model, row):
    ratio = number(row["loss_over_shortfall"])
    if not math.isnan(row["loss_over_shortfall_se"]):
        ratio += f" ± {row['loss_over_shortfall_se']:.2f}"
    return [model, str(row["exceedances"]), f"{100 * row['rate']:.2f} %", p_value(row["kupiec_p"]),
            p_value(row["independence_p"]), p_value(row["conditional_p"]), ratio, number(row["acerbi_szekely_z2"]),
            f"{100 * row['mean_value_at_risk']:.2f} %"]


HEADS = ["model", "exceedances", "rate", "Kupiec p", "independence p", "both p", "loss / ES", "Z2", "mean VaR"]


def aligned(rows, markdown):
    if markdown:
        lines = ["| " + " | ".join(row) + " |" for row in rows]
        return "\n".join([lines[0], "|---|" + "---:|" * (len(rows[0]) - 1)] + lines[1:])
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(widths[i]) if i == 0 else cell.rjust(widths[i]) for i, cell in enumerate(row))
                     for row in rows)


def text(backtest, markdown=False):
    parts = [backtest["title"]]
    for confidence in reversed(backtest["confidences"]):
        rows = {model: row for model, rows in backtest["models"].items() for row in rows if row["confidence"] == confidence}
        first = next(iter(rows.values()))
        expected = (f"value at risk {100 * confidence:g} %: {first['expected']:.1f} exceedances expected, "
                    f"{first['expected_low']} to {first['expected_high']} of a right forecast (95 %)")
        parts.append(expected + "\n" + ("\n" if markdown else "")
                     + aligned([HEADS] + [cells(model, row) for model, row in rows.items()], markdown))
    parts += [f"{model}: {len(faults)} blocks with faults, the first: {faults[0]}" for model, faults in backtest["faults"].items()
              if faults]
    return "\n\n".join(parts) + "\n"


def as_csv(backtest):
    out = io.StringIO()
    rows = [{"model": model, **row} for model, rows in backtest["models"].items() for row in rows]
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def finite(value):
    """NaN, which JSON does not have, as null."""
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [finite(item) for item in value]
    return None if isinstance(value, float) and math.isnan(value) else value


def as_json(backtest):
    return json.dumps(finite(backtest), indent=2, allow_nan=False) + "\n"
