"""Accounts at venues on paths that are dictated, followed by hand: what is closed, what it costs, and who gets the rest.

One row is (venue, what, account, prices at the ends of the hours, money): the account is (quantity, entry, balance), all of
the balance is the margin of the one position in BTC. `kept` is what the venue keeps, as a fee or as a remainder: of a
position that is taken over whole nothing tells the two apart for the trader."""

OKX_TIERS = [{"from": start, "rate": rate} for start, rate in
             ((0, 0.004), (500e3, 0.005), (1e6, 0.01), (1.5e6, 0.015), (2e6, 0.02))]
DYDX = "github.com/dydxprotocol/v4-documentation 3e475b73 contract-loss-mechanism.mdx"
GAP = "github.com/TorchTrade/torchtrade/issues/314"

LEDGERS = [
    # requirement 0.5 % of 50,000 at entry: 250
    ("bitmex", "one unit above the requirement", (1, 50000, 5000), [45251], {"loss": 4749, "rounds": 0}),
    ("bitmex", "taken over with what is left", (1, 50000, 5000), [45200],
     {"loss": 5000, "forfeited": 200, "fees": 0, "shortfall": 0, "closed_notional": 45200, "rounds": 1}),
    ("bitmex", "through the bankruptcy price", (1, 50000, 5000), [44000],
     {"loss": 5000, "forfeited": 0, "shortfall": 1000, "rounds": 1}),
    # requirement 1 % of 45,300: 453; equity 300
    ("kraken", "what is better than bankruptcy is the trader's", (1, 50000, 5000), [45300],
     {"loss": 4700, "forfeited": 0, "fees": 0, "closed_notional": 45300, "rounds": 1}),
    ("kraken", "through the bankruptcy price", (1, 50000, 5000), [44000], {"loss": 5000, "shortfall": 1000}),
    # a fee of 0.5 % above the rate of 0.4 %: closed entirely; equity 150, fee 225.75 as far as that goes
    ("binance", "a small position", (1, 50000, 5000), [45150],
     {"loss": 5000, "fees": 150, "shortfall": 0, "closed_notional": 45150, "rounds": 1}),
    # notional 4,533,000, requirement 1 % less 12,000: 33,330, equity 33,000; x closed: 33,000 - 0.005 x = 1.01 (33,330 - 0.01 x)
    ("binance", "a large position", (100, 50000, 500000), [45330],
     {"loss": 467000 + 0.005 * 663.3 / 0.0051, "fees": 0.005 * 663.3 / 0.0051, "closed_notional": 663.3 / 0.0051,
      "rounds": 1}),
    ("binance", "equity above the requirement", (100, 50000, 500000), [45350], {"loss": 465000, "rounds": 0}),
    # 0.63 % and the fee of 0.055 % less 3,020: 15,570.90, equity 14,000; down to 2.6 million: 13,937.30 against 14,790; down to
    # 2 million: 13,607.30 against 11,100
    ("bybit", "two tiers down", (40, 75000, 300000), [67850],
     {"loss": 286392.7, "fees": 392.7, "forfeited": 0, "closed_notional": 714000, "rounds": 2}),
    ("bybit", "equity above the requirement", (40, 75000, 300000), [67900], {"loss": 284000, "rounds": 0}),
    # 0.555 % of 45,200: 250.86
    ("bybit", "the lowest tier", (1, 50000, 5000), [45200], {"loss": 5000, "kept": 200, "shortfall": 0, "rounds": 1}),
    # 2.05 % of 2,180,000 less 23,000: 21,690, equity 20,000; two tiers down, to 1.5 million: 19,660 against 10,250
    ("okx", "two tiers at once", (40, 60000, 240000), [54500],
     {"loss": 220340, "fees": 340, "closed_notional": 680000, "rounds": 1}),
    # 0.55 % of 542,000 less 500: 2,481
    ("okx", "the second tier", (10, 60000, 60000), [54200], {"loss": 60000, "kept": 2000, "shortfall": 0, "rounds": 1}),
    # 1.25 % of 546,000: 6,825, equity 6,000; a fifth: 5,460. Then 1.25 % of 436,000: 5,450, equity 5,200
    ("hyperliquid", "a fifth", (10, 60000, 60000), [54600],
     {"loss": 54000, "fees": 0, "forfeited": 0, "closed_notional": 109200, "rounds": 1}),
    ("hyperliquid", "a fifth, then the rest", (10, 60000, 60000), [54600, 54500],
     {"loss": 54800, "fees": 0, "forfeited": 0, "closed_notional": 545200, "rounds": 2}),
    # two thirds of 6,800 are 4,533, equity 4,000
    ("hyperliquid", "below two thirds", (10, 60000, 60000), [54400],
     {"loss": 60000, "fees": 0, "forfeited": 4000, "closed_notional": 544000, "rounds": 1}),
    ("hyperliquid", "small, all at once", (1, 60000, 6000), [54600],
     {"loss": 5400, "forfeited": 0, "closed_notional": 54600, "rounds": 1}),
    # 3 % of 463,000: 13,890, equity 13,000; 13,000 - 0.015 x = 1.01 (13,890 - 0.03 x)
    ("dydx", "a bite", (10, 50000, 50000), [46300],
     {"loss": 37000 + 0.015 * 1028.9 / 0.0153, "fees": 0.015 * 1028.9 / 0.0153, "closed_notional": 1028.9 / 0.0153}),
    ("dydx", "the insurance fund pays 15 [" + DYDX + "]", (500, 1, 100), [0.77], {"loss": 100, "shortfall": 15}),
    # 1 % of 45,400: 454, equity 400; 400 - 0.0075 x = 1.01 (454 - 0.01 x)
    ("deribit", "a step", (1, 50000, 5000), [45400],
     {"loss": 4600 + 0.0075 * 58.54 / 0.0026, "fees": 0.0075 * 58.54 / 0.0026, "closed_notional": 58.54 / 0.0026}),
    ("generic", "a gap through 20x costs no more than the margin [" + GAP + "]", (1, 100, 5), [90],
     {"loss": 5, "shortfall": 5}),
]
