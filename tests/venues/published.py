"""Numbers that venues, or the tests of other programs, published: accounts and what was said of them. Numbers are text, as
published: a check allows one unit of the last digit, since some are cut and not rounded; without a point they are exact.

One row is (what, source, account, what is said of it): the account is keyword arguments of `account` in run.py, what is
said is {"position or pool": {field of `inspect`: number}}. Rows with `safe` say whether the account is in breach."""

FREQTRADE = "github.com/freqtrade/freqtrade c9ae5e1e "
DYDX = "github.com/dydxprotocol/"

# Binance USD-M in 2021, gists of crackcomm (e29582030...) and highfestiva (b71e76f5...); the last tiers above are not needed.
BINANCE_2021 = {
    "BTC": [(0, 0.004, 0), (50e3, 0.005, 50), (250e3, 0.01, 1300), (1e6, 0.025, 16300), (10e6, 0.05, 266300),
            (20e6, 0.1, 1266300)],
    "ETH": [(0, 0.005, 0), (10e3, 0.0065, 15), (100e3, 0.01, 365), (500e3, 0.02, 5365), (1e6, 0.05, 35365),
            (2e6, 0.1, 135365)],
}
BINANCE_HELP = FREQTRADE + "tests/exchange/test_binance.py; binance.com/en/support/faq/b3c689c1f50a44cabb3a84e663b81d93"
BTC = ("BTC", 109.488, 32481.98, 31967.27)
ETH = ("ETH", 3683.979, 1456.84, 1335.18)


def binance(*positions):
    return {"positions": positions, "balance": 1535443.01, "tiers": BINANCE_2021}


TWO_POSITIONS = [
    ("two positions, cross", BINANCE_HELP, binance(ETH, BTC), {
        "ETH": {"maintenance_margin": "356512.508", "unrealised_profit": "-448192.89", "liquidation_price": "1153.26"},
        "BTC": {"maintenance_margin": "71200.81144", "unrealised_profit": "-56354.57", "liquidation_price": "26316.89"}}),
    ("ETH by itself", BINANCE_HELP, binance(ETH), {"ETH": {"liquidation_price": "1114.78"}}),
    ("BTC by itself", BINANCE_HELP, binance(BTC), {"BTC": {"liquidation_price": "18778.73"}}),
]

# (side, leverage, price, amount, liquidation price): MMR 1 %, maintenance amount 0.01 where the venue has one.
ONE_PERCENT = [(0, 0.0, 0), (1, 0.01, 0.01)]
PARAMETERS = {
    "Binance": [("short", 5, 10, 1, "11.89108910891089"), ("short", 3, 10, 1, "13.211221122079207"),
                ("short", 5, 8, 1, "9.514851485148514"), ("short", 5, 10, 0.6, "11.897689768976898"),
                ("long", 5, 10, 1, "8.070707070707071"), ("long", 5, 8, 1, "6.454545454545454"),
                ("long", 3, 10, 1, "6.723905723905723"), ("long", 5, 10, 0.6, "8.063973063973064")],
    "Gate and OKX": [("short", 5, 10, 1, "11.87413417771621"), ("short", 5, 10, 2, "11.87413417771621"),
                     ("short", 3, 10, 1, "13.193482419684678"), ("short", 5, 8, 1, "9.499307342172967"),
                     ("long", 5, 10, 1, "8.085708510208207"), ("long", 3, 10, 1, "6.738090425173506")],
    "Bybit": [("long", 1, 10, 1, "0.1"), ("long", 3, 10, 1, "6.7666666"), ("long", 5, 10, 1, "8.1"),
              ("long", 10, 10, 1, "9.1"), ("short", 1, 10, 1, "19.9"), ("short", 3, 10, 1, "13.233333"),
              ("short", 5, 10, 1, "11.9"), ("short", 10, 10, 1, "10.9")],
    "Binance, backtest": [("long", 5, 0.1, 15000, "0.0808074074"), ("short", 5, 0.1, 15000, "0.11881254125")],
}
RULES = {
    "Binance": {"tiers": {"A": ONE_PERCENT}},
    "Gate and OKX": {"liquidation": {"maintenance": 0.01, "fee": 0.0006, "fee_in_maintenance": True}},
    "Bybit": {"liquidation": {"maintenance": 0.01, "maintenance_base": "entry"}},
    "Binance, backtest": {"tiers": {"A": ONE_PERCENT}},
}


def parameter_rows():
    for venue, cases in PARAMETERS.items():
        for side, leverage, price, amount, published in cases:
            quantity = amount if side == "long" else -amount
            yield (f"{venue} {side} {leverage}x at {price}, {amount}", FREQTRADE + "tests/exchange/test_exchange.py",
                   {"positions": [("A", quantity, price, price)], "balance": amount * price / leverage, **RULES[venue]},
                   {"A": {"liquidation_price": published}})


def flat(rate, base="mark", **more):
    return {"liquidation": {"maintenance": rate, "maintenance_base": base, **more}}


def by_asset(**rates):
    return {"liquidation": {"maintenance": rates}}


VIBE = "github.com/HKUDS/Vibe-Trading 67e562a2 agent/tests/test_perpetual_risk.py"
VIBE_TIERS = {"tiers": {"BTC": [(0, 0.004, 0), (50e3, 0.005, 50)], "ETH": [(0, 0.004, 0), (50e3, 0.005, 50)]}}
VIBE_BTC, VIBE_ETH = ("BTC", 1, 60000, 59500), ("ETH", -1, 3000, 3010)

LINEAR = [
    ("dYdX, a short by itself", DYDX + "v4-documentation 3e475b73 liquidations.mdx",
     {"positions": [("ETH", -3, 3000, 3000)], "balance": 1000, **flat(0.05)},
     {"ETH": {"liquidation_price": "3174.60"}}),
    ("dYdX, cross", DYDX + "v4-documentation 3e475b73 liquidations.mdx",
     {"positions": [("ETH", -1.5, 3000, 3000), ("STRK", 1000, 1.75, 1.75)], "balance": 1000, **by_asset(ETH=0.05, STRK=0.1)},
     {"ETH": {"liquidation_price": "3380.95"}, "STRK": {"maintenance_margin": "175"}}),
    ("dYdX, a short by itself, where it is liquidated", DYDX + "v4-documentation 3e475b73 liquidations.mdx",
     {"positions": [("ETH", -3, 3000, 3174.603175)], "balance": 1000, **flat(0.05)}, {"wallet": {"equity": "476.19"}}),
    ("dYdX, cross, where it is liquidated", DYDX + "v4-documentation 3e475b73 liquidations.mdx",
     {"positions": [("ETH", -1.5, 3000, 3380.952381), ("STRK", 1000, 1.75, 1.75)], "balance": 1000,
      **by_asset(ETH=0.05, STRK=0.1)}, {"wallet": {"equity": "428.571", "maintenance_margin": "428.571"}}),
    ("dYdX, the short of a deleveraging", DYDX + "v4-documentation 3e475b73 contract-loss-mechanism.mdx",
     {"positions": [("A", -500, 1, 1)], "balance": 100, **flat(0.03)}, {"A": {"bankruptcy_price": "1.2"}}),
    ("dYdX, insurance fund, before", DYDX + "v4-documentation 3e475b73 contract-loss-mechanism.mdx",
     {"positions": [("A", 500, 1, 1)], "balance": 100, **flat(0.03)}, {"A": {"maintenance_margin": "15"}}),
    ("dYdX, insurance fund, after", DYDX + "v4-documentation 3e475b73 contract-loss-mechanism.mdx",
     {"positions": [("A", 500, 1, 0.801)], "balance": 100, **flat(0.03)}, {"wallet": {"equity": "0.50"}}),
    ("BitMEX, cross", "testnet.bitmex.com/app/liquidationExamples",
     {"positions": [("ETH", 20, 1000, 1000)], "balance": 10000, **flat(0.01, "entry")},
     {"ETH": {"liquidation_price": "510", "bankruptcy_price": "500", "maintenance_margin": "200"}}),
    ("BitMEX, isolated", "bitmex.com/app/isolatedMarginExamples",
     {"positions": [("A", 1, 100, 100)], "balance": 4, **flat(0.01, "entry")},
     {"A": {"liquidation_price": "97", "bankruptcy_price": "96"}}),
    ("BitMEX, 100x", "bitmex.com/app/liquidation",
     {"positions": [("A", 1, 100, 100)], "balance": 1, **flat(0.005, "entry")},
     {"A": {"liquidation_price": "99.50", "bankruptcy_price": "99.00"}}),
    ("Bybit, 50x", "a copy of the help pages on bybitx.global",
     {"positions": [("BTC", 1, 10000, 10000)], "balance": 200, **flat(0.005)}, {"BTC": {"bankruptcy_price": "9800"}}),
    ("Phemex", "phemex.com/help-center/liq-price-for-USDTM",
     {"positions": [("A", 500, 0.4, 0.4)], "balance": 40.096, **flat(0.01, fee=0.0006, fee_in_maintenance=True)},
     {"A": {"liquidation_price": "0.3232"}}),
    ("Gate, a trade", "github.com/freqtrade/freqtrade/issues/7294",
     {"positions": [("ETH", 0.5423, 1680.05, 1680.05)], "balance": 182.81, **flat(0.005)},
     {"ETH": {"liquidation_price": "1349.70"}}),
    ("3x, 2.1 %, long", "a unit test of a calculator, repository not named",
     {"positions": [("A", 1, 2279, 2279)], "balance": 2279 / 3, **flat(0.021)}, {"A": {"liquidation_price": "1551.92"}}),
    ("3x, 2.1 %, short", "a unit test of a calculator, repository not named",
     {"positions": [("A", -1, 2279, 2279)], "balance": 2279 / 3, **flat(0.021)}, {"A": {"liquidation_price": "2976.17"}}),
    ("1x, long, is never liquidated", "a unit test of a calculator, repository not named",
     {"positions": [("A", 1, 2279, 2279)], "balance": 2279, **flat(0.021)}, {"A": {"liquidation_price": None}}),
    # margin less maintenance is 500 for one coin; the rates themselves are not published
    ("a position", "cryptoarmy.io/faq",
     {"positions": [("BTC", 1, 10000, 10000)], "balance": 1000, **flat(0.05, "entry")},
     {"BTC": {"liquidation_price": "9500"}}),
    ("the same with 1,000 more margin", "cryptoarmy.io/faq",
     {"positions": [("BTC", 1, 10000, 10000)], "balance": 2000, **flat(0.05, "entry")},
     {"BTC": {"liquidation_price": "8500"}}),
    ("the same with another coin", "cryptoarmy.io/faq",
     {"positions": [("BTC", 2, 10000, 10000)], "balance": 3000, **flat(0.05, "entry")},
     {"BTC": {"liquidation_price": "9000"}}),
    ("another position with a requirement of 4", "github.com/TorchTrade/torchtrade/issues/344",
     {"positions": [("A", 1, 100, 100), ("B", 10, 100, 100)], "balance": 5, **flat(0.004)},
     {"A": {"liquidation_price": "99.40"}, "B": {"maintenance_margin": "4"}}),
    ("at the bound of a tier", VIBE,
     {"positions": [("BTC", 1, 50000, 50000)], "balance": 5000, "tiers": {"BTC": [(0, 0.004, 0), (50e3, 0.005, 50)]}},
     {"BTC": {"maintenance_margin": "200"}}),
    ("above the bound of a tier", VIBE,
     {"positions": [("BTC", 1, 50001, 50001)], "balance": 5000, "tiers": {"BTC": [(0, 0.004, 0), (50e3, 0.005, 50)]}},
     {"BTC": {"maintenance_margin": "200.005"}}),
    ("two positions after a fall and a rise", VIBE, {"positions": [VIBE_BTC, VIBE_ETH], "balance": 1100, **VIBE_TIERS},
     {"wallet": {"maintenance_margin": "259.54"}}),
    ("the one of them that is left", VIBE, {"positions": [VIBE_ETH], "balance": 500, **VIBE_TIERS}, {"wallet": {"equity": "490"}}),
    ("the slices of 3,500, each at its rate", "bybit-global.com help pages (tier illustration; computed from its inputs)",
     {"positions": [("A", 100, 35, 35)], "balance": 1000,
      "tiers": {"A": [(0, 0.02, 0), (1000, 0.025, 5), (2000, 0.03, 15), (3000, 0.035, 30)]}}, {"A": {"maintenance_margin": "92.5"}}),
    ("nautilus_trader, leveraged margin", "github.com/nautechsystems/nautilus_trader a95c8042 docs/concepts/accounting.md",
     {"positions": [("EURUSD", 100000, 1.10, 1.10)], "balance": 5000, **flat(0.03 / 50)},
     {"EURUSD": {"maintenance_margin": "66"}}),
    ("nautilus_trader, standard margin", "github.com/nautechsystems/nautilus_trader a95c8042 docs/concepts/accounting.md",
     {"positions": [("EURUSD", 100000, 1.10, 1.10)], "balance": 5000, **flat(0.03)},
     {"EURUSD": {"maintenance_margin": "3300"}}),
    ("Lean, BTCUSDT", "github.com/QuantConnect/Lean 24863901 CryptoFutureMarginModelTests.cs",
     {"positions": [("BTC", 10, 16000, 16000)], "balance": 6400, "leverage": 25, **flat(0.005)},
     {"wallet": {"initial_margin": "6400"}}),
    ("Lean, ETHUSDT", "github.com/QuantConnect/Lean 24863901 CryptoFutureMarginModelTests.cs",
     {"positions": [("ETH", 10, 1600, 1600)], "balance": 6400, "leverage": 25, **flat(0.005)},
     {"wallet": {"initial_margin": "640"}}),
]


def dydx_account(quantity, quote):
    """A position in BTC at 50,000 and so much in dollars; our balance is above zero, and the entry makes up for it."""
    balance = 1000.0
    return {"positions": [("BTC", quantity, (balance - quote) / quantity, 50000)], "balance": balance,
            **flat(0.1, strict=True)}


DYDX_TEST = DYDX + "v4-chain 84d4664b protocol/x/clob/keeper/liquidations_test.go"
# What closing 0.1 BTC at the bankruptcy price brings (a short pays it): quantity, dollars, published.
BANKRUPTCY = [(0.1, -4501, "4501"), (0.1, -5000, "5000"), (0.1, -5100, "5100"), (-0.1, 5499, "5499"), (-0.1, 4900, "4900")]


def bankruptcy_rows():
    for quantity, quote, published in BANKRUPTCY:
        yield (f"dYdX, {quantity} BTC and {quote}", DYDX_TEST, dydx_account(quantity, quote),
               {"BTC": {"bankruptcy_price": str(10 * int(published))}})


LFEST = "github.com/MathisWellmann/lfest-rs 5f777caa src/tests/liquidate.rs"


def lfest_account(leverage, price, strict=True):
    return {"positions": [("A", -1, 100, price)], "balance": 100 / leverage,
            **flat(0.5 / leverage, "entry", strict=strict)}


def breach_rows():
    """(what, source, account, whether it is safe)."""
    for quote, safe in ((-4000, True), (-4500, True), (-4501, False)):
        yield f"dYdX, 0.1 BTC and {quote}", DYDX_TEST, dydx_account(0.1, quote), safe
    for leverage, first in ((2, 126), (3, 117), (5, 111)):
        for price in (first - 1, first):
            yield f"lfest, short {leverage}x at {price}", LFEST, lfest_account(leverage, price), price < first
    for what, positions, balance, safe in (("BTC down", [VIBE_BTC], 600, False), ("ETH up", [VIBE_ETH], 500, True),
                                           ("equality, isolated", [VIBE_BTC], 747.5, False),
                                           ("equality, cross", [VIBE_BTC, ("ETH", -1, 3000, 3000)], 759.5, False)):
        yield what, VIBE, {"positions": positions, "balance": balance, **VIBE_TIERS}, safe
    yield "short 2x at 125 where equality is a breach", "of its own", lfest_account(2, 125, strict=False), False


INSPECTED = TWO_POSITIONS + list(parameter_rows()) + LINEAR + list(bankruptcy_rows())

# Inverse contracts: (what, source, quantity in dollars, entry, margin in coins, rate, what is said of the position). Other venues
# have a requirement in coins that is fixed at entry and holds the fee of the bankruptcy price.
INVERSE = [
    ("Kraken", "support.kraken.com/articles/360022835671-Equity-Protection-Process", 1000, 8000, 0.01, 0.01,
     {"liquidation_price": "7481.", "bankruptcy_price": "7407."}),
    ("Bybit, 50x, on a tick of 0.5", "help.bybit.com/hc/en-us/articles/900000031623", 10000, 7890.08, 10000 / 7890.08 / 50,
     0.005, {"bankruptcy_price": "7735."}),
]
