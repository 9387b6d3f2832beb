"""The benchmark as a Markdown page. It knows names and numbers, not how they were measured."""


def table(heads, rows):
    lines = ["| " + " | ".join(heads) + " |", "|---" + "|---:" * (len(heads) - 1) + "|"]
    return "\n".join(lines + ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]) + "\n"


def level_of(row):
    return f"{row['name']} {row['level']}" if row["level"] else row["name"]


def seconds(row):
    return f"{row['seconds']:.3f} ({row['least']:.3f} to {row['most']:.3f})"


def peers(found):
    rows, levels = found["peers"], found["levels"]
    ours = {row["level"]: row["seconds"] for row in rows if row["name"] == "riskpool"}
    answers = {answer["name"]: f"{answer['z']:+.1f} ({answer['what']})" for answer in found["answers"]}
    cells = [[level_of(row), f"{row['ns']:.2f}", seconds(row),
              *(f"{row['seconds'] / ours[level]:.1f} ×" for level in levels),
              answers.get(row["name"], "")] for row in rows]
    heads = ["one thread", "ns", "seconds", *(f"over riskpool {level}" for level in levels), "largest z of a frequency"]
    return table(heads, cells)


def threads(found):
    first = {level_of(row): row["seconds"] for row in found["threads"] if row["threads"] == 1}
    return table(["", "threads", "ns and core", "seconds", "speed over one thread"],
                 [[level_of(row), row["threads"], f"{row['ns']:.2f}", seconds(row),
                   f"{first[level_of(row)] / row['seconds']:.2f} ×"] for row in found["threads"]])


def components(found):
    """One column of ns for each instruction set."""
    answers = found["components"]
    if not answers:
        return "Not measured.\n"
    levels = list(answers)
    first = answers[levels[0]]["pieces"]
    rows = [[piece["name"], *(f"{answers[level]['pieces'][at]['ns']:.3f} per {piece['unit']}" for level in levels),
             *(f"{answers[level]['pieces'][at]['ns_per_asset_step']:.3f}" for level in levels)]
            for at, piece in enumerate(first)]
    for way in ("filtered", "exact"):
        for key, words in (("sum", "sum of components"), ("product_bound", "bound by the ports that multiply"),
                           ("root_bound", "bound by the unit for quotients and roots")):
            rows.append([f"{way}: {words}", *[""] * len(levels), *(f"{answers[level][way][key]:.3f}" for level in levels)])
        rows.append([f"**{way}: kernel over sum**", *[""] * len(levels),
                     *(f"**{answers[level][way]['kernel_over_sum']:.2f} ×**" for level in levels)])
    return table(["", *(f"ns, {level}" for level in levels), *(f"ns an asset-step, {level}" for level in levels)], rows)


def sweep(rows, levels, what, against):
    """Points of a sweep down, instruction sets across; ratios to the point named `against`."""
    at = {(row["name"], row["level"]): row for row in rows}
    names = list(dict.fromkeys(row["name"] for row in rows))
    cells = []
    for name in names:
        cell = [name]
        for level in levels:
            row = at[name, level]
            cell += [f"{row['ns']:.2f}", f"{row['ns'] / at[against, level]['ns']:.2f} ×"]
        cells.append(cell)
    return table([what, *(head for level in levels for head in (f"ns {level}", f"over {against}"))], cells)


def memory(row, floor):
    """A process is charged at least what the one that started it had."""
    return f"{row['memory'] / 1e6:.0f}" if row["memory"] > floor else f"under {floor / 1e6:.0f}"


def paths(rows, floor):
    return table(["paths", "threads", "ns and core", "seconds", "memory, MB"],
                 [[row["name"], row["threads"], f"{row['ns']:.2f}", seconds(row), memory(row, floor)] for row in rows])


def summary(found):
    """What README shows: the fastest instruction set against the peers, and how far the limit is."""
    level, threads_of = found["levels"][0], {}
    for row in found["threads"]:
        if row["name"] == "riskpool" and row["level"] == level:
            threads_of[row["threads"]] = row["seconds"]
    ours = next(row for row in found["peers"] if row["level"] == level)
    cells = [[f"riskpool ({level})", f"{ours['ns']:.2f}", ""]]
    cells += [[level_of(row), f"{row['ns']:.2f}", f"{row['seconds'] / ours['seconds']:.1f} ×"]
              for row in found["peers"] if row is not ours]
    text = table(["one thread", "ns an asset-step", "over riskpool"], cells)
    text += (f"\n{found['machine']}, load {found['load']:.1f}, {found['paths']:,} paths; whole processes, medians. Two threads are "
             f"{threads_of[1] / threads_of[2]:.2f} times as fast as one")
    answer = found["components"].get(level, {}).get("filtered")
    if answer:
        bound = max(answer["product_bound"], answer["root_bound"])
        text += (f"; the kernel takes {answer['kernel']:.2f} ns, {answer['kernel_over_sum']:.2f} times the sum of its "
                 f"components measured one by one ({answer['sum']:.2f}), and the busiest port of the processor alone {bound:.2f}")
    return text + ".\n"


def publish(found, path):
    """Puts the summary where a page has it, between two marks."""
    begin, end = "<!-- speed: begin -->\n", "<!-- speed: end -->\n"
    with open(path, encoding="utf-8") as file:
        before, rest = file.read().split(begin)
    with open(path, "w", encoding="utf-8") as file:
        file.write(before + begin + summary(found) + end + rest.split(end)[1])


def write(found, path):
    sweeps, levels = found["sweeps"], found["levels"]
    start = sweeps["start"][0]
    text = "\n".join([
        f"# Benchmark of {found['version']}\n",
        f"{found['machine']}, {found['cores']} cores, load {found['load']:.1f}. Reference workload: 8 assets, "
        f"full correlation, 256 steps, {found['paths']:,} paths, isolated and cross margin checked at every step. Whole "
        "processes; medians; ratios within one run. ns: wall time × threads over paths × steps × assets. z: difference "
        "from riskpool in standard errors.\n",
        "## Peers\n", peers(found), "## Threads\n", threads(found), "## Components\n", components(found),
        "## What is watched\n", sweep(sweeps["watching"], levels, "reference workload", "as it is"),
        "## What the holder does\n", sweep(sweeps["holder"], levels, "reference workload", "none of it"),
        "## Modes\n", sweep(sweeps["modes"], levels, "modes", "both"),
        "## Models\n", sweep(sweeps["models"], levels, "models", "gbm"),
        "## Assets\n", sweep(sweeps["assets"], levels, "assets", "8"),
        "## Steps\n", sweep(sweeps["steps"], levels, "steps", "256"),
        "## Paths\n", paths(sweeps["paths"], found["memory_floor"]),
        f"Start: {start['name']} take {1e3 * start['seconds']:.1f} ms "
        f"({1e3 * start['least']:.1f} to {1e3 * start['most']:.1f})."])
    with open(path, "w", encoding="utf-8") as file:
        file.write(text + "\n")
    return text
