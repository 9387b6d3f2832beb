"""What the tests of `riskpool calibrate` share: tables of prices to calibrate, and the market that comes back with the
errors from its comments.
"""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

from riskpool_test import Checks, Program  # noqa: E402

try:
    import yaml
except ImportError as error:
    print(f"{sys.argv[0]}: {error}; needs yaml", file=sys.stderr)
    sys.exit(77)  # skipped

NUMBER = r"(-?[\d.]+)"


def fraction(text):
    return float(text.rstrip("%")) / 100 if isinstance(text, str) else float(text)


class Calibration:
    """The printed section: `market` as YAML reads it, and what the comments say."""

    def __init__(self, text):
        self.text = text
        self.market = yaml.safe_load(text)["market"]
        self.names = [asset["name"] for asset in self.market["assets"]]
        self.used = int(re.search(r"(\d+) returns used", text).group(1))

    def volatilities(self):
        return [fraction(asset["volatility"]) for asset in self.market["assets"]]

    def volatility_errors(self):
        table = self.text[self.text.index("volatility %"):]
        return [float(re.search(rf"#   {re.escape(name)} +{NUMBER} ± {NUMBER}", table).group(2)) / 100
                for name in self.names]

    def correlation_errors(self):
        lines = self.text.split("standard errors of the correlation:\n")[1].splitlines()[:len(self.names)]
        return [[float(word) for word in line.lstrip("# ").split()] for line in lines]

    def glance(self, window="this window"):
        """n, mean, least and most correlation, share of the first eigenvalue, smallest eigenvalue, mean beta."""
        line = re.search(rf"^#   {window} +(\d.*)$", self.text, re.M).group(1)
        return [float(word) for word in line.split()]

    def shrinkage(self):
        return float(re.search(r"shrunk to .*? by ([\d.]+)", self.text).group(1))

    def dof(self, what):
        """Of "All together", "copula of the ranks" or an asset."""
        found = re.search(rf"{what}: (?:t with )?{NUMBER}", self.text)
        return float(found.group(1))

    def copula_likelihoods(self):
        """Of the t and of the normal copula."""
        return [float(word) for word in
                re.search(rf"copula of the ranks: [^(]*\({NUMBER}; normal {NUMBER}\)", self.text).groups()]


def calibrate(program, path, *options):
    return Calibration(program.call("calibrate", path, *options))
