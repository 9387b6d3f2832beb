#!/usr/bin/env python3
"""Checks that the sources keep their structure: layers, homes, sizes, exported names.

usage: check_structure.py [--root FOLDER] [--library LIBRISKPOOL.so] [--archive LIBRISKPOOL.a] | --self-test

Prints one line for each violation, `file:line: rule: what`, and exits 1 when there is any."""

import argparse
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

# The layers from the ground up, each as rows of nouns. `noun.c`, `noun.h` and `noun_*.c` are one module; a file includes
# headers of its own module and of rows below its own.
LAYERS = [
    (0, "riskpool"),
    (0, "vmath"),
    (0, "status arena sum slice leg depot"),
    (0, "outcome"),
    (0, "sample"),
    (0, "results"),
    (1, "rng corr interval lanes curve"),
    (1, "kernel student order"),
    (2, "text number nearest instant"),
    (2, "place"),
    (2, "report node"),
    (2, "yaml field csv"),
    (2, "prices"),
    (3, "stress book returns covariance"),
    (4, "model rule close journal fit impact carry dynamic"),
    (4, "orders"),
    (5, "market surface calibrate"),
    (5, "score"),
    (5, "bridge procedure"),
    (6, "scenario estimate night"),
    (6, "reference tally pair statement"),
    (6, "stats engine"),
    (7, "worker store summary compare"),
    (7, "spool"),
    (7, "run"),
    (7, "reverse replay"),
    (7, "advise"),
    (8, "log progress"),
    (8, "cli"),
    (8, "main"),
]
ROW = {noun: row for row, (_, nouns) in enumerate(LAYERS) for noun in nouns.split()}
MARKET_SIDE = {"stress", "model", "market", "score"}
ACCOUNT_SIDE = {"book", "rule", "close", "journal", "impact", "carry", "dynamic", "orders", "surface", "bridge", "procedure"}
PROGRAM = {"log", "progress", "cli", "main"}
PARALLEL = ["run.c", "run_team.c", "run_attribution.c", "run_likelihood.c", "stats.c", "store_chunk.c"]  # the paths; the modes; the compression of what is kept of every path

OPENMP_LOCK = ".gomp_critical_user_"  # what the compiler makes of `omp critical (name)`
FILE_LINES, FILE_MEDIAN = 400, 200
FUNCTION_LINES, FUNCTION_MEDIAN = 60, 12


def noun_of(path):
    """The noun in the table that names the file: the longest that is its stem or a prefix before an underscore."""
    stem = path.stem
    while stem not in ROW and "_" in stem:
        stem = stem.rsplit("_", 1)[0]
    return stem if stem in ROW else None


def blank(text):
    """The text without comments, strings and character constants; every line keeps its number."""
    token = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
    keep = lambda m: ('""' if m.group()[0] in "\"'" else " ") + "\n" * m.group().count("\n")
    return token.sub(keep, text)


def functions(text):
    """(first line, number of lines) of every function defined in blanked text."""
    code = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda m: "\n" * m.group().count("\n"), text, flags=re.M)
    found, depth, begin, body = [], 0, 0, None
    for at, char in enumerate(code):
        if char == "{":
            if depth == 0 and code[:at].rstrip().endswith(")"):
                body = begin + len(code[begin:at]) - len(code[begin:at].lstrip())
            depth += 1
        elif char == "}":
            depth -= 1
            if depth == 0 and body is not None:
                found.append((code.count("\n", 0, body) + 1, code.count("\n", body, at) + 1))
                body = None
        if depth == 0 and char in ";}":
            begin = at + 1
    return found


class Tree:
    """The sources below a root, and the violations found in them."""

    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.files = sorted(p for d in ("src", "include") for p in (self.root / d).glob("*.[ch]"))
        self.text = {p: p.read_text() for p in self.files}
        self.code = {p: blank(t) for p, t in self.text.items()}
        self.by_name = {p.name: p for p in self.files}
        self.includes = {p: self._includes(p) for p in self.files}
        self.violations = []

    def _includes(self, path):
        lines = enumerate(self.text[path].splitlines(), 1)
        found = ((n, re.match(r'\s*#\s*include\s*["<]([^">]+)[">]', line)) for n, line in lines)
        return [(n, m.group(1)) for n, m in found if m]

    def say(self, path, line, rule, what):
        name = path.relative_to(self.root) if isinstance(path, pathlib.Path) and path.is_absolute() else path
        self.violations.append(f"{name}:{line}: {rule}: {what}")

    def own_includes(self, path):
        return [(n, self.by_name[name]) for n, name in self.includes[path] if name in self.by_name]

    def check_layers(self):
        for path in self.files:
            noun = noun_of(path)
            if noun is None:
                self.say(path, 1, "layer", f"{path.name} is not in the table of scripts/check_structure.py")
                continue
            for line, target in self.own_includes(path):
                other = noun_of(target)
                if other is not None and other != noun and ROW[other] >= ROW[noun]:
                    layer = lambda name: f"{name} (layer {LAYERS[ROW[name]][0]})"
                    self.say(path, line, "layer", f"{layer(noun)} includes {layer(other)}, which is not below it")

    def check_sides(self):
        for side, other in ((MARKET_SIDE, ACCOUNT_SIDE), (ACCOUNT_SIDE, MARKET_SIDE)):
            for path in (p for p in self.files if noun_of(p) in side):
                for line, target in self.own_includes(path):
                    crossed = {noun_of(p) for p in self.reachable(target)} & other
                    for noun in sorted(crossed):
                        self.say(path, line, "sides", f"{target.name} brings in {noun} from the other side")

    def reachable(self, path):
        seen, stack = set(), [path]
        while stack:
            here = stack.pop()
            if here not in seen:
                seen.add(here)
                stack += [target for _, target in self.own_includes(here)]
        return seen

    def check_cycles(self):
        for path in self.files:
            for line, target in self.own_includes(path):
                if path in self.reachable(target):
                    self.say(path, line, "cycle", f"{target.name} includes {path.name} again")

    def check_homes(self):
        home = [
            (r"(hdf5\w*|H5\w+)\.h", lambda p: re.fullmatch(r"(store\w*|spool)\.[ch]", p.name), "HDF5 in store*.c"),
            (r"zlib\.h", lambda p: p.name == "store_chunk.c", "zlib in store_chunk.c"),
            (r"yaml\.h", lambda p: p.name == "yaml.c", "libyaml in yaml.c"),
        ]
        for path in self.files:
            for line, name in self.includes[path]:
                for pattern, allowed, where in home:
                    if re.fullmatch(pattern, name) and name not in self.own_names(path, line) and not allowed(path):
                        self.say(path, line, "home", f"<{name}>: {where} only")
            for line, code in enumerate(self.code[path].splitlines(), 1):
                if re.match(r"\s*#\s*pragma\s+omp\b.*\bparallel\b", code) and path.name not in PARALLEL:
                    self.say(path, line, "home", f"omp parallel: {', '.join(PARALLEL)} only")

    def own_names(self, path, line):
        """Names that an include with quotes takes from src/ itself (our yaml.h is not libyaml's)."""
        text = self.text[path].splitlines()[line - 1]
        return set(self.by_name) if '"' in text else set()

    def check_library_is_silent(self):
        loud = re.compile(r"(?<!format\()\b(v?printf|puts|putchar|perror|stdout|stderr|exit|_exit|abort)\b")
        for path in (p for p in self.files if noun_of(p) not in PROGRAM):
            for line, code in enumerate(self.code[path].splitlines(), 1):
                for found in loud.finditer(code):
                    self.say(path, line, "silent", f"{found.group()}: the library never prints and never exits")

    def check_sizes(self):
        lengths = {p: self.text[p].count("\n") for p in self.files}
        for path, n in lengths.items():
            if n > FILE_LINES:
                self.say(path, n, "file size", f"{n} lines, at most {FILE_LINES}")
        if lengths and statistics.median(lengths.values()) > FILE_MEDIAN:
            self.say("src", 1, "file size", f"median {statistics.median(lengths.values()):g}, at most {FILE_MEDIAN}")
        sizes = []
        for path in self.files:
            for line, n in functions(self.code[path]):
                sizes.append(n)
                if n > FUNCTION_LINES:
                    self.say(path, line, "function size", f"{n} lines, at most {FUNCTION_LINES}")
        if sizes and statistics.median(sizes) > FUNCTION_MEDIAN:
            self.say("src", 1, "function size", f"median {statistics.median(sizes):g}, at most {FUNCTION_MEDIAN}")
        return lengths, sizes

    def check_build_list(self):
        listed = (self.root / "CMakeLists.txt").read_text()
        for path in self.files:
            if path.suffix == ".c" and not re.search(rf"(?<![\w-]){re.escape(path.name)}\b", listed):
                self.say(path, 1, "build list", f"{path.name} is not in CMakeLists.txt")

    def check_sources(self):
        self.check_layers()
        self.check_sides()
        self.check_cycles()
        self.check_homes()
        self.check_library_is_silent()
        self.check_build_list()
        return self.check_sizes()

    def check_exports(self, library):
        listing = subprocess.run(["nm", "-D", "--defined-only", library], capture_output=True, text=True, check=True)
        names = [line.split()[-1] for line in listing.stdout.splitlines() if OPENMP_LOCK not in line]
        if not any(name.startswith("riskpool_") for name in names):
            self.say(library, 0, "export", "nothing is exported")
        for name in names:
            if not name.startswith("riskpool_"):
                self.say(library, 0, "export", f"{name}: exported names start with riskpool_")

    def check_globals(self, archive):
        """Nothing in the library is writable for longer than a call."""
        listing = subprocess.run(["objdump", "-t", archive], capture_output=True, text=True, check=True)
        for line in listing.stdout.splitlines():
            found = re.match(r"\S+ .{7} (\.t?data|\.t?bss|\*COM\*)\s+(\S+)\s+(\S.*)", line)
            if found and int(found.group(2), 16) > 0 and OPENMP_LOCK not in line:
                self.say(archive, 0, "global", f"{found.group(3)} can be changed")


# --- Self-test: every rule meets one small tree that breaks it --------------------------------------------------------

GOOD = {
    "include/riskpool.h": "int riskpool_version(void);\n",
    "src/slice.h": "struct slice { int n; };\n",
    "src/book.h": '#include "riskpool.h"\n',
    "src/book.c": '#include "book.h"\n\nstatic int one(void)\n{\n    return 1; /* } printf */\n}\n',
    "src/market.h": '#include "slice.h"\n',
    "src/market.c": '#include "market.h"\n',
    "src/store.c": "#include <hdf5.h>\n",
    "src/yaml.h": "int yaml_read(void);\n",
    "src/yaml.c": '#include "yaml.h"\n#include <yaml.h>\n',
    "src/run.c": "#pragma omp parallel for\n",
    "CMakeLists.txt": "book.c market.c store.c yaml.c run.c\n",
}
BROKEN = [
    ("layer", {"src/book.h": '#include "market.h"\n'}),
    ("layer", {"src/thing.c": "\n", "CMakeLists.txt": GOOD["CMakeLists.txt"] + "thing.c"}),
    ("sides", {"src/market.h": '#include "book.h"\n'}),
    ("cycle", {"src/book.h": '#include "book_a.h"\n', "src/book_a.h": '#include "book.h"\n'}),
    ("home", {"src/market.c": "#include <hdf5.h>\n"}),
    ("home", {"src/market.c": "#include <yaml.h>\n"}),
    ("home", {"src/market.c": "int x;\n#pragma omp parallel for\n"}),
    ("silent", {"src/market.c": 'static void f(void)\n{\n    printf("x");\n}\n'}),
    ("file size", {"src/market.c": "\n" * (FILE_LINES + 1)}),
    ("file size", {name: "\n" * (FILE_MEDIAN + 1) for name in GOOD if name.startswith("src/")}),
    ("function size", {"src/market.c": "static void f(void)\n{" + "\n" * FUNCTION_LINES + "}\n"}),
    ("function size", {"src/market.c": ("static void f(int a,\n    int b)\n{" + "\n" * FUNCTION_MEDIAN + "}\n") * 2}),
    ("build list", {"CMakeLists.txt": "book.c store.c yaml.c run.c\n"}),
]
BROKEN_BINARY = [
    ("export", "int stray(void);\nint stray(void) { return 1; }\n", "-shared"),
    ("global", "int riskpool_count;\nint riskpool_next(void);\nint riskpool_next(void) { return ++riskpool_count; }\n",
     "-c"),
]


def violations_of(files):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = pathlib.Path(folder, name)
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        tree = Tree(folder)
        tree.check_sources()
        return tree.violations


def binary_violations(source, kind):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "x.c")
        path.write_text(source)
        binary = str(path.with_suffix(".o"))
        subprocess.run(["cc", "-fPIC", kind, "-o", binary, str(path)], check=True)
        tree = Tree(folder)
        tree.check_exports(binary) if kind == "-shared" else tree.check_globals(binary)
        return tree.violations


def self_test():
    wrong = [f"clean tree: {v}" for v in violations_of(GOOD)]
    for rule, change in BROKEN:
        found = violations_of({**GOOD, **change})
        if not any(f": {rule}: " in v for v in found):
            wrong.append(f"{rule}: not found in {change}")
    for rule, source, kind in BROKEN_BINARY:
        if not any(f": {rule}: " in v for v in binary_violations(source, kind)):
            wrong.append(f"{rule}: not found in {source!r}")
    print("\n".join(wrong) if wrong else f"self-test: {len(BROKEN) + len(BROKEN_BINARY)} broken trees, all found")
    return 1 if wrong else 0


def main():
    here = pathlib.Path(__file__).resolve().parent.parent
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", default=here)
    parser.add_argument("--library", help="shared library whose exported names are checked")
    parser.add_argument("--archive", help="static library that must hold no writable global")
    parser.add_argument("--self-test", action="store_true")
    options = parser.parse_args()
    if options.self_test:
        return self_test()
    tree = Tree(pathlib.Path(options.root).resolve())
    lengths, sizes = tree.check_sources()
    if options.library:
        tree.check_exports(options.library)
    if options.archive:
        tree.check_globals(options.archive)
    for violation in tree.violations:
        print(violation)
    median = lambda values: f"{statistics.median(values):g}" if values else "-"
    print(f"{len(lengths)} files, median {median(lengths.values())} lines, longest {max(lengths.values(), default=0)}; "
          f"{len(sizes)} functions, median {median(sizes)} lines, longest {max(sizes, default=0)}; "
          f"{len(tree.violations)} violations", file=sys.stderr)
    return 1 if tree.violations else 0


if __name__ == "__main__":
    sys.exit(main())
