"""Random scenarios by feature: a plain book, and what each feature of the model adds to it. Every feature is an entry of
FEATURES; features of one group exclude each other."""
import csv
import os
import random
import tempfile

ASSETS = [{"name": "BTC", "price": 60000.0, "volatility": 0.9, "drift": 0.1},
          {"name": "ETH", "price": 3000.0, "volatility": 1.1, "drift": 0.0},
          {"name": "SOL", "price": 150.0, "volatility": 1.6, "drift": -0.8}]
CORRELATION = [[1.0, 0.8, 0.5], [0.8, 1.0, -0.1], [0.5, -0.1, 1.0]]
TIERS = [{"from": 0, "rate": 0.004}, {"from": 9000, "rate": 0.008}, {"from": 18000, "rate": 0.012},
         {"from": 22000, "rate": 0.03}]
FOLDER = tempfile.TemporaryDirectory(prefix="riskpool-twin-")  # of files that scenarios read
HAIRCUT = [{"from": 0, "rate": 0.02}, {"from": 1000, "rate": 0.1}, {"from": 1500, "rate": 0.3}]


class Draft:
    """A scenario in the making."""

    def __init__(self, seed, paths):
        draw = self.draw = random.Random(seed)
        self.step = draw.choice([1, 2, 4])
        self.days = 2 if self.step == 1 else 4 if self.step == 2 else 6
        positions = [self.position(name) for name in ("BTC", "ETH", "SOL")]
        if draw.random() < 0.5:
            positions.append({**self.position("BTC"), "name": "more", "entry": 60000.0 * draw.uniform(0.98, 1.02)})
        sizes = sum(p["notional"] / p["leverage"] for p in positions)
        names = [p["name"] for p in positions]
        self.made = {
            "name": "drawn", "horizon": f"{self.days} d", "step": f"{self.step} h", "paths": paths, "seed": seed,
            "monitoring": draw.choice(["step", "continuous"]),
            "market": {"model": "gbm", "assets": [dict(asset) for asset in ASSETS],
                       "correlation": [list(row) for row in CORRELATION]},
            "account": {"currency": "USD", "balance": round(sizes * draw.uniform(1.01, 1.4))},
            "positions": positions,
            "modes": ["isolated", "cross", {"name": "core", "isolated": [names[2]]},
                      {"name": "books", "isolated": [names[1]], "pools": [{"name": "pair", "positions": names[::2]}]}],
            "liquidation": {"tiers": TIERS, "fee": draw.choice([0.0, 0.002])},
            "stress": [{"at": f"{self.hour()} h", "return": {"BTC": draw.uniform(-0.12, 0.06),
                                                             "SOL": draw.uniform(-0.2, 0.12)}}],
            "alerts": {"margin_level": [0.7, 0.35], "utilisation": [0.15, 0.6]},
            "output": {"paths": "all", "trajectories": True}}

    def position(self, asset):
        return {"name": asset.lower(), "asset": asset, "side": self.draw.choice(["long", "long", "short"]),
                "notional": 20000.0 * self.draw.uniform(0.6, 1.3), "leverage": self.draw.choice([8, 10, 14])}

    def hour(self):
        """A step end, not the last."""
        return self.step * self.draw.randrange(1, 24 * self.days // self.step - 1)

    def add(self, feature):
        FEATURES[feature][1](self, self.made, self.draw)

    # --- What some features share ---

    def price(self, position):
        return next(a["price"] for a in self.made["market"]["assets"] if a["name"] == position["asset"])

    def hold(self, asset, quantity, haircut):
        """Adds to the holding of an asset."""
        holdings = self.made["account"].setdefault("holdings", [])
        mine = next((h for h in holdings if h["asset"] == asset), None)
        if mine is None:
            holdings.append({"asset": asset, "quantity": quantity, **({} if haircut is None else {"haircut": haircut})})
        else:
            mine["quantity"] += quantity

    def stretch(self, **event):
        self.made["stress"].append({"at": f"{self.hour()} h", "over": f"{2 * self.step} h", **event})

    def another(self, correlation, asset):
        """One more asset, as correlated with all others."""
        market = self.made["market"]
        rows = [row + [correlation] for row in market["correlation"]]
        market["correlation"] = rows + [[correlation] * len(rows) + [1.0]]
        market["assets"].append(asset)

    def contracts(self, kind):
        """Turns some positions into another contract."""
        for position in self.draw.sample(self.made["positions"], 2):
            if position.get("contract", "linear") == "linear" and not (kind == "inverse" and position["asset"] == "SOL"):
                position["contract"] = kind
                if kind == "inverse":
                    coins = position["notional"] / self.price(position) / position["leverage"]
                    self.hold(position["asset"], 1.05 * coins, self.draw.choice([0.0, 0.05]))


def tier_steps(_, made, draw):
    made["liquidation"].update({"amount": "tier-steps", "tier_steps": draw.choice([1, 1, 2])})


def fraction(draft, made, draw):
    made["liquidation"].update({"amount": "fraction", "fraction": draw.choice([0.2, 0.5]),
                                "cooldown": f"{draw.choice([0, 1, 2]) * draft.step} h",
                                "full_below": draw.choice([0.0, 15000.0])})


def slippage(shape):
    def add(draft, made, draw):
        made["slippage"] = {"depth": draw.choice([2e5, {"BTC": 1e6, "SOL": 5e4, "default": 2e5}, {"ETH": 1e5, "default": 1e7}]),
                            "shape": shape, "half_life": draw.choice(["2 min", f"{draft.step} h", "1 d"])}
        if draw.random() < 0.3:
            draft.stretch(depth=draw.choice([0.3, 2.0]))
    return add


def funding(_, made, draw):
    made.setdefault("carry", {}).update({"funding": draw.choice([0.002, {"BTC": 0.001, "ETH": -0.003, "default": 0.0}]),
                                         "funding_interval": "8 h"})


def funding_file(_, made, draw):
    path = os.path.join(FOLDER.name, f"{made['seed']}.csv")
    with open(path, "w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["ETH", "SOL", "BTC", "UST"])
        rows.writerows([[draw.uniform(-0.004, 0.004) for _ in range(3)] + [0.0] for _ in range(18)])
    made.setdefault("carry", {}).update({"funding": {"file": path}, "funding_interval": "8 h"})


def model(name, monitoring=None, **terms):
    """Another law of prices."""
    def add(_, made, draw):
        made["market"].update({"model": name, **terms})
        made["monitoring"] = monitoring or made["monitoring"]
    return add


def stops(_, made, draw):
    for position in made["positions"]:
        if draw.random() < 0.7:
            away = draw.uniform(0.03, 0.09)
            price = next(a["price"] for a in made["market"]["assets"] if a["name"] == position["asset"])
            position["stop_loss"] = price * (1.0 + away if position["side"] == "short" else 1.0 - away)


def trailing(_, made, draw):
    for position in made["positions"]:
        if draw.random() < 0.7:
            position["trailing_stop"] = draw.uniform(0.03, 0.1)


def top_up(draft, made, draw):
    made["account"]["balance"] *= 1.3
    made["account"]["top_up"] = {"below": 3.0, "to": draw.choice([4.0, 8.0]),
                                 "delay": f"{draw.choice([0, 0, 1, 2]) * draft.step} h"}
    if draw.random() < 0.5:
        made["account"]["top_up"]["cap"] = 700.0


def reduce(_, made, draw):
    made["account"]["reduce"] = draw.choice([
        [{"margin_level": 0.6, "share": 0.5}],
        [{"utilisation": 0.3, "share": 0.25}, {"margin_level": 0.3, "share": 0.6}]])


def holdings(haircut):
    def add(draft, _, draw):
        for asset, value in (("ETH", 1500.0), ("BTC", 1000.0)):
            price = next(a["price"] for a in ASSETS if a["name"] == asset)
            draft.hold(asset, draw.uniform(0.5, 1.5) * value / price, haircut)
    return add


def debt(draft, made, draw):
    made["account"]["balance"] += 1000.0
    draft.hold("SOL", -draw.uniform(2.0, 6.0), None)


def rate(draft, made, draw):
    """A yield and a bond on it, in the wallet pool of every mode but isolated."""
    draft.another(-0.2, {"name": "UST", "price": 0.04, "volatility": 0.9})
    made["positions"].append({"name": "bond", "asset": "UST", "side": draw.choice(["long", "short"]), "contract": "rate",
                              "quantity": 80000.0, "margin": 1500.0, "dollar_duration": 8.0, "convexity": 80.0})
    made["account"]["balance"] += 1700.0


def future(draft, made, draw):
    """A dated one on BTC, against the coin or with it."""
    price = 60000.0 * draw.uniform(0.99, 1.03)
    draft.another(0.1, {"name": "DEC", "price": price, "of": "BTC", "volatility": draw.choice([0.05, 0.3]),
                        "basis_reversion": draw.choice([0.0, 12.0, 400.0]), "basis_mean": draw.choice([0.0, 0.02])})
    made["positions"].append({**draft.position("BTC"), "name": "dated", "asset": "DEC"})
    made["account"]["balance"] += made["positions"][-1]["notional"] / made["positions"][-1]["leverage"]


def dynamic(draft, made, draw):
    made["liquidation"]["dynamic"] = {"half_life": draw.choice(["6 h", "2 d"]), "floor": draw.choice([1.0, 0.8]),
                                      "cap": 3.0, "rate_limit": draw.choice([0.5, 5.0]),
                                      "notice": f"{draw.choice([0, 1, 3]) * draft.step} h"}


def rule(**terms):
    """Keys of the section `liquidation`."""
    return lambda draft, made, draw: made["liquidation"].update(terms)


JUMPS = {"intensity": 300, "mean": -0.01, "deviation": 0.03, "branching": 0.5, "half_life": "20 h"}
# An arithmetic price has no logarithm, which these need.
LOGARITHMIC = {"slippage", "slippage by the square root", "dynamic", "rate", "inverse"}
# name: (group, what it adds)
FEATURES = {
    "plain": (None, lambda draft, made, draw: None),
    "one-by-one": ("amount", rule(amount="one-by-one")),
    "tier-steps": ("amount", tier_steps),
    "fraction": ("amount", fraction),
    "restore": ("amount", rule(amount="restore", restore_to=1.3)),
    "largest maintenance": ("order", rule(order="largest-maintenance")),
    "largest notional": ("order", rule(order="largest-notional")),
    "takeover": ("price", rule(price="bankruptcy")),
    "limit": ("price", rule(limit="bankruptcy")),
    "forfeited": (None, rule(remainder="forfeited")),
    "strict": (None, rule(strict=True)),
    "fee on maintenance": ("fee", rule(fee=0.1, fee_base="maintenance")),
    "fee in maintenance": ("fee", rule(fee=0.003, fee_in_maintenance=True)),
    "maintenance at entry": (None, rule(maintenance_base="entry")),
    "backstop": (None, rule(backstop=2.0 / 3.0)),
    "slippage": ("slippage", slippage("linear")),
    "slippage by the square root": ("slippage", slippage("square-root")),
    "funding": ("funding", funding),
    "funding by file": ("funding", funding_file),
    "borrowing": (None, lambda draft, made, draw: made.setdefault("carry", {}).update(borrow=0.5)),
    "stops": (None, stops),
    "trailing stops": (None, trailing),
    "top-up": (None, top_up),
    "reduce": (None, reduce),
    "outage": (None, lambda draft, made, draw: draft.stretch(outage=True)),
    "holdings": ("holdings", holdings(0.05)),
    "tiered haircut": ("holdings", holdings(HAIRCUT)),
    "debt": (None, debt),
    "inverse": (None, lambda draft, made, draw: draft.contracts("inverse")),
    "spot": (None, lambda draft, made, draw: draft.contracts("spot")),
    "rate": (None, rate),
    "dynamic": (None, dynamic),
    "dated future": ("model", future),
    "arithmetic prices": ("model", model("bachelier")),
    "heavy tails": ("model", model("student-t", "step", degrees_of_freedom=2.5)),
    "jumps": ("model", model("hawkes", jumps=JUMPS)),
}


def draft(features, seed, paths):
    """A scenario with these features."""
    made = Draft(seed, paths)
    for feature in features:
        made.add(feature)
    return made.made


def compatible(features):
    groups = [FEATURES[feature][0] for feature in features if FEATURES[feature][0]]
    if "arithmetic prices" in features and LOGARITHMIC & set(features):
        return False
    return len(groups) == len(set(groups)) and len(features) == len(set(features))


def combinations(features, seed, how_many):
    """Random sets of three to all of the features."""
    draw = random.Random(seed)
    features = [feature for feature in features if feature != "plain"]
    for _ in range(how_many):
        chosen = []
        for feature in draw.sample(features, draw.randrange(3, len(features) + 1)):
            if compatible(chosen + [feature]):
                chosen.append(feature)
        yield chosen
