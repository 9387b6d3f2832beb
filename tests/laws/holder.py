"""Laws of what happens to an account over time: carry, stops, top-ups, reductions, outages, margin that follows
volatility. Where nothing moves by chance, everything is known in closed form."""
import copy
import math
import os

import numpy as np

from base import BALANCE, BOTH, COLUMNS, MONEY, account, assets, held, three
from riskpool_test import normal_cdf

MIXED = three(("long", "short", "long"))
STILL = assets((0, 0, 0), (0, 0, 0))
TIMES = 21  # of funding, every 8 hours in a week
PAID = COLUMNS + ("funding", "top_up", "fees")


def still(positions, **more):
    return account(positions, assets=STILL, paths=300, **more)


def everything(**more):
    """Positions with all that a holder can order, a wallet, carry, an outage and dynamic margin."""
    book = copy.deepcopy(MIXED)
    book[0]["stop_loss"] = 52000.0
    book[1]["trailing_stop"] = 0.09
    orders = {"top_up": {"below": 3.0, "to": 4.0, "cap": 800.0, "delay": "4 h"},
              "reduce": [{"margin_level": 0.5, "share": 0.4}]}
    made = account(book, carry={"funding": {"BTC": 0.0005, "default": -0.0002}, "borrow": 0.5},
                   stress=[{"at": "30 h", "over": "10 h", "outage": True}, {"at": "90 h", "return": {"SOL": -0.08}}],
                   liquidation={"fee": 0.001, "dynamic": {"half_life": "2 d", "notice": "6 h"}}, **more)
    made["account"].update(orders)
    return made


def funding_in_closed_form(laws):
    for monitoring in BOTH:
        plain = laws.program.run(still(MIXED, monitoring=monitoring))
        made = still(MIXED, monitoring=monitoring, carry={"funding": {"BTC": 0.0001, "ETH": 0.0003}})
        results = laws.program.run(made)
        path = laws.program.path(".csv")
        with open(path, "w", encoding="utf-8") as file:
            file.write("time,SOL,BTC,ETH\n" + "".join(f"{t},0,{(t % 3) * 1e-4!r},-0.02%\n" for t in range(TIMES + 2)))
        series = laws.program.run(still(MIXED, monitoring=monitoring, carry={"funding": {"file": os.path.basename(path)}}))
        for mode in ("isolated", "cross"):
            what = f"funding, {monitoring}, {mode}:"
            expected = TIMES * 20000.0 * (0.0001 - 0.0003)
            laws.checks.close(f"{what} what is paid", results[mode]["funding"], expected, 1e-9)
            laws.checks.close(f"{what} what is lost", results[mode]["loss"], expected, 1e-9)
            laws.checks.same(f"{what} without carry nothing", plain[mode]["loss"], 0.0)
            expected = 20000.0 * (sum(t % 3 for t in range(TIMES)) * 1e-4 + TIMES * 0.0002)
            laws.checks.close(f"{what} from a file", series[mode]["loss"], expected, 1e-9)


def funding_is_conserved(laws):
    """Where nobody is liquidated, what is lost more is what is paid more."""
    calm = three(("long", "short", "long"))
    for p in calm:
        p["notional"], p["margin"] = 1500.0, 1500.0
    for monitoring in BOTH:
        plain = laws.run(calm, monitoring=monitoring)
        paying = laws.run(calm, monitoring=monitoring, carry={"funding": 0.003})
        for mode in ("isolated", "cross"):
            alive = np.isnan(plain[mode]["liquidation_time"]).all(axis=1) & np.isnan(
                paying[mode]["liquidation_time"]).all(axis=1)
            more = (paying[mode]["loss"] - plain[mode]["loss"])[alive]
            laws.checks.close(f"funding of survivors, {monitoring}, {mode}", more, paying[mode]["funding"][alive], 1e-8)
            laws.checks.true("most survive, and pay different amounts", alive.mean() > 0.9 and more.std() > 0.1)


def interest_in_closed_form(laws):
    """A stop after a gap leaves the pool in debt; the profit of the other position backs it."""
    book = [held("btc", "BTC", 4000.0, 20000.0), {**held("eth", "ETH", 4000.0, 20000.0), "entry": 1500.0}]
    book[0]["stop_loss"] = 59000.0
    for monitoring in BOTH:
        made = still(book, modes=["cross"], monitoring=monitoring, carry={"borrow": 0.3},
                     stress=[{"at": "48 h", "return": {"BTC": -0.7}}])
        results = laws.program.run(made)["cross"]
        owed, hours = 20000.0 * 0.7 - BALANCE, 168.0 - 46.0  # charged from the end of the step of the gap on
        paid = owed * math.expm1(0.3 * (hours - 2.0) / 8760.0)
        laws.checks.close(f"interest, {monitoring}", results["funding"], paid, 1e-9)
        laws.checks.close(f"interest is lost, {monitoring}", results["loss"], 14000.0 + paid, 1e-8)


def a_stop_bounds_the_loss(laws):
    for side, stop in (("long", 56000.0), ("short", 64000.0)):
        book = [{**held("btc", "BTC", 2000.0, 20000.0, side), "stop_loss": stop}]
        for model in ("gbm", "bachelier"):
            for monitoring in BOTH:
                results = laws.run(book, monitoring=monitoring, model=model, maintenance=0.005)
                for mode in ("isolated", "cross"):
                    what = f"stop of a {side}, {model}, {monitoring}, {mode}:"
                    loss, bound = results[mode]["loss"], 20000.0 / 60000.0 * 4000.0
                    closed = np.abs(loss - bound) <= 1e-9 * bound
                    laws.checks.true(f"{what} nobody loses more", bool(np.all(loss <= bound * (1.0 + 1e-12))))
                    laws.checks.true(f"{what} {closed.mean():.3f} lose just that", bool(0.1 < closed.mean() < 0.9))
                    laws.checks.true(f"{what} nobody is liquidated", float(results[mode]["any_liquidation_frequency"]) == 0.0)
            results = laws.program.run(still(book, model=model, stress=[
                {"at": "20 h", "return": {"BTC": -0.09 if side == "long" else 0.09}}]))
            for mode in ("isolated", "cross"):
                laws.checks.close(f"stop of a {side}, {model}, {mode}: a gap closes at the price after it",
                                  results[mode]["loss"], 1800.0, 1e-8)


def a_stop_beyond_liquidation_is_idle(laws):
    """A nearer liquidation comes first; a nearer stop spares it."""
    for monitoring in ("continuous",):
        plain = laws.run(MIXED, monitoring=monitoring)
        far, close = copy.deepcopy(MIXED), copy.deepcopy(MIXED)
        for p, price, sign in zip(far, (60000.0, 3000.0, 150.0), (-1, 1, -1)):
            p["stop_loss"] = price * (1.0 + 0.11 * sign)
        for p, price, sign in zip(close, (60000.0, 3000.0, 150.0), (-1, 1, -1)):
            p["stop_loss"] = price * (1.0 + 0.08 * sign)
        idle, spared = (laws.run(book, monitoring=monitoring, modes=["isolated"])["isolated"] for book in (far, close))
        for column in ("loss", "shortfall", "liquidation_time"):
            laws.checks.same(f"stops beyond liquidation, {monitoring}: {column}", idle[column], plain["isolated"][column])
        laws.checks.true(f"stops before liquidation, {monitoring}", float(spared["any_liquidation_frequency"]) == 0.0
                         and float(plain["isolated"]["any_liquidation_frequency"]) > 0.5)


def stops_by_reflection(laws):
    """The first passage of a level in continuous time (Harrison 1985): exact at any step."""
    volatility, drift, years, n = 0.8, 0.3, 7.0 / 365.0, 40000
    for side, stop in (("long", 55000.0), ("short", 66000.0)):
        x, nu = math.log(stop / 60000.0), drift - 0.5 * volatility * volatility
        s = volatility * math.sqrt(years)
        sign = 1.0 if x < 0 else -1.0
        expected = normal_cdf(sign * (x - nu * years) / s) + math.exp(2.0 * nu * x / volatility ** 2) * normal_cdf(
            sign * (x + nu * years) / s)
        for step in ("2 h", "24 h"):
            book = [{**held("btc", "BTC", 8000.0, 20000.0, side), "stop_loss": stop}]
            loss = laws.run(book, monitoring="continuous", modes=["cross"], paths=n, step=step, assets=assets(
                (0.8, 1.0, 1.5), (drift, 0.0, 0.0)))["cross"]["loss"]
            hit = np.abs(loss - 20000.0 / 60000.0 * abs(60000.0 - stop)) < 1e-6
            laws.checks.frequency(f"stop of a {side}, step {step}", hit.mean(), expected, n)


def trailing_stop_follows(laws):
    """Up by 10 % over twenty hours, then down by 8 %: 5 % below the best price, which is at a step end."""
    for side, first, then in (("long", 0.10, -0.08), ("short", -0.10, 0.08)):
        book = [{**held("btc", "BTC", 4000.0, 20000.0, side), "trailing_stop": 0.05}]
        for monitoring in BOTH:
            results = laws.program.run(still(book, monitoring=monitoring, stress=[
                {"at": "10 h", "over": "20 h", "return": {"BTC": first}},
                {"at": "40 h", "over": "20 h", "return": {"BTC": then}}]))
            sign = 1.0 if side == "long" else -1.0
            price = 60000.0 * (1.0 + first) * (1.0 - sign * 0.05)
            for mode in ("isolated", "cross"):
                laws.checks.close(f"trailing stop of a {side}, {monitoring}, {mode}", results[mode]["loss"],
                                  sign * 20000.0 / 60000.0 * (60000.0 - price), 1e-8)


def more_top_up_never_earlier(laws):
    """Of one pool, which has the wallet to itself."""
    for monitoring in BOTH:
        times = []
        for cap in (1.0, 500.0, 4000.0, 9000.0):
            made = account([held("btc", "BTC", 2000.0, 30000.0)], monitoring=monitoring, balance=7000.0,
                           modes=["isolated"])
            made["account"]["top_up"] = {"below": 4.0, "to": 6.0, "cap": cap}
            mode = laws.program.run(made)["isolated"]
            times.append(mode["liquidation_time"])
            most = min(cap, 5000.0)
            laws.checks.true(f"top-ups end at the cap and the wallet, {monitoring}, {cap}",
                             bool(np.all(mode["top_up"] <= most * (1.0 + 1e-12)) and np.any(mode["top_up"] >= 0.99 * most)))
        for i in range(2):
            laws.never_earlier(f"more top-up, {monitoring}, {i}", times[i + 1], times[i], 2.0)
        laws.checks.true("the wallet is the end of it", bool(np.mean(np.isfinite(times[3])) > 0.0))


def a_top_up_in_closed_form(laws):
    """Equity 1000 after a fall of 5 %, requirement 95 at 0.5 % of 19000: below 12 times, to 20 times it."""
    for delay, at in (("0 h", 0.0), ("6 h", 6.0)):
        for monitoring in BOTH:
            made = still([held("btc", "BTC", 2000.0, 20000.0)], modes=["isolated"], monitoring=monitoring,
                         stress=[{"at": "20 h", "return": {"BTC": -0.05}}])
            made["account"]["top_up"] = {"below": 12.0, "to": 20.0, "delay": delay}
            mode = laws.program.run(made)["isolated"]
            laws.checks.close(f"top-up after {at} h, {monitoring}", mode["top_up"], 20.0 * 95.0 - 1000.0, 1e-9)
            laws.checks.close(f"a top-up costs nothing, {monitoring}", mode["loss"], 1000.0, 1e-9)
            made["stress"].append({"at": "24 h", "return": {"BTC": -0.06}})
            mode = laws.program.run(made)["isolated"]
            laws.checks.true(f"cash after {at} h, {monitoring}: too late if it takes longer than the next gap",
                             bool(np.all(np.isfinite(mode["liquidation_time"]) == (at > 4.0))))


def reductions_in_closed_form(laws):
    """The level falls from 100 % to 50 % of the margin: half is closed, and the next fall costs half."""
    for entry in ({"margin_level": 0.6}, {"utilisation": 0.09}):
        for monitoring in BOTH:
            made = still([held("btc", "BTC", 2000.0, 20000.0)], modes=["isolated"], monitoring=monitoring,
                         stress=[{"at": "20 h", "return": {"BTC": -0.05}}, {"at": "40 h", "return": {"BTC": -0.02}}])
            made["account"]["reduce"] = [{**entry, "share": 0.5}]
            mode = laws.program.run(made)["isolated"]
            laws.checks.close(f"reduction at {entry}, {monitoring}", mode["loss"], 1000.0 + 0.5 * 19000.0 * 0.02, 1e-8)
            laws.checks.true("it is no liquidation", float(mode["any_liquidation_frequency"]) == 0.0)


def an_outage_delays(laws):
    """A fall in an outage is liquidated at the first step end after it; one that has passed by then is not."""
    fall = {"at": "20 h", "return": {"BTC": -0.11}}
    out = {"at": "16 h", "over": "12 h", "outage": True}
    for monitoring in BOTH:
        book = [held("btc", "BTC", 2000.0, 20000.0)]
        at_once, late, spared = (laws.program.run(still(book, modes=["isolated"], monitoring=monitoring, stress=stress))[
            "isolated"] for stress in ([fall], [fall, out], [fall, out, {"at": "26 h", "return": {"BTC": 0.1}}]))
        laws.checks.same(f"without an outage, {monitoring}", at_once["liquidation_time"], 20.0)
        laws.checks.same(f"with one, {monitoring}", late["liquidation_time"], 30.0)
        laws.checks.true(f"a fall that passes, {monitoring}", bool(np.all(np.isnan(spared["liquidation_time"]))))
        book[0]["stop_loss"] = 57000.0
        slide = [{"at": "18 h", "over": "8 h", "return": {"BTC": -0.08}}]
        waited = laws.program.run(still(book, modes=["isolated"], monitoring=monitoring, stress=slide + [out]))
        laws.checks.close(f"a stop after an outage closes at the price then, {monitoring}", waited["isolated"]["loss"],
                          1600.0, 1e-8)


def dynamic_margin_between_bounds(laws):
    for monitoring in BOTH:
        for model in ("gbm", "bachelier"):
            plain = laws.run(MIXED, monitoring=monitoring, model=model, maintenance=0.01)
            pinned = laws.run(MIXED, monitoring=monitoring, model=model, maintenance=0.01,
                              liquidation={"dynamic": {"floor": 1, "cap": 1}})
            higher = laws.run(MIXED, monitoring=monitoring, model=model, maintenance=0.025)
            raised = laws.run(MIXED, monitoring=monitoring, model=model, maintenance=0.01,
                              liquidation={"dynamic": {"floor": 2.5, "cap": 2.5}})
            for mode in ("isolated", "cross"):
                what = f"{model}, {monitoring}, {mode}"
                laws.same_columns(f"multiplier 1, {what}", pinned[mode], plain[mode])
                for column in ("loss", "liquidation_time"):
                    laws.checks.close(f"multiplier 2.5, {what}: {column}", raised[mode][column], higher[mode][column],
                                      1e-7)
                laws.checks.same(f"a constant multiplier has no peak, {what}", raised[mode]["margin_peak_to_trough"], 1.0)
                laws.checks.same(f"nor a rise, {what}", raised[mode]["margin_largest_rise"], 0.0)


def dynamic_margin_follows_volatility(laws):
    """Near 1 while the volatility is what the scenario says; after it trebles, near 3 in the end."""
    wide = {"half_life": "5 d", "floor": 0.05, "cap": 20, "rate_limit": 100, "notice": 0}
    calm, wild = (laws.run(MIXED, step="1 h", horizon="60 d", paths=512, modes=["isolated"], maintenance=0.0001,
                           liquidation={"dynamic": wide}, stress=stress)["isolated"]
                  for stress in ([], [{"at": "5 d", "volatility": 3}]))
    n_eff = 2.0 * 5 * 24 / math.log(2.0)  # of exponential weights
    spread = 1.0 / math.sqrt(2.0 * n_eff)
    laws.checks.true("calm: within a few errors of 1", bool(np.max(calm["margin_peak_to_trough"]) < 1.0 + 12.0 * spread
                                                             and np.min(calm["margin_peak_to_trough"]) > 1.0))
    ratio = np.median(wild["margin_peak_to_trough"])
    laws.checks.true(f"wild: {ratio:.2f} times", 2.8 < ratio < 5.0)
    slow = laws.run(MIXED, step="1 h", horizon="60 d", paths=512, modes=["isolated"], maintenance=0.0001, stress=[
        {"at": "5 d", "volatility": 3}], liquidation={"dynamic": {**wide, "rate_limit": 0.02}})["isolated"]
    laws.checks.true("a rate limit limits the rise", bool(np.max(slow["margin_largest_rise"])
                                                           <= (1.0 + 0.02 / 24) ** 120 - 1.0 + 1e-12))
    laws.checks.close("and is reached", np.max(slow["margin_largest_rise"]), (1.0 + 0.02 / 24) ** 120 - 1.0, 1e-9)


def holders_scale(laws):
    for monitoring in BOTH:
        once, twice = everything(monitoring=monitoring), everything(monitoring=monitoring, balance=2.0 * BALANCE)
        for p in twice["positions"]:
            p["notional"] *= 2.0
            p["margin"] *= 2.0
        twice["account"]["top_up"]["cap"] *= 2.0
        turned = copy.deepcopy(once)
        turned["positions"].reverse()
        a, b, c = (laws.program.run(made) for made in (once, twice, turned))
        for mode in ("isolated", "cross"):
            for column in PAID:
                factor = 2.0 if column in MONEY + ("funding", "top_up", "fees") else 1.0
                laws.checks.same(f"twice of everything, {monitoring}, {mode}: {column}", b[mode][column],
                                 factor * a[mode][column])
            for column in ("loss", "shortfall", "funding", "top_up"):
                laws.checks.close(f"positions in another order, {monitoring}, {mode}: {column}", c[mode][column],
                                  a[mode][column], 1e-12 * BALANCE * 100)
            laws.checks.true(f"all of it happens, {monitoring}, {mode}", bool(
                np.any(a[mode]["funding"] != 0) and (mode == "cross" or np.any(a[mode]["top_up"] > 0))
                and np.any(np.isfinite(a[mode]["liquidation_time"])) and np.any(a[mode]["margin_peak_to_trough"] > 1)))


def one_position_with_orders_is_every_mode(laws):
    for monitoring in BOTH:
        for side in ("long", "short"):
            made = account([held("btc", "BTC", BALANCE, 80000.0, side)], monitoring=monitoring, carry={"funding": 0.0004},
                           liquidation={"dynamic": {"half_life": "1 d", "notice": 0}})
            made["account"]["reduce"] = [{"margin_level": 0.6, "share": 0.3}]
            made["positions"][0]["trailing_stop"] = 0.12
            results = laws.program.run(made)
            laws.same_columns(f"orders of one position, {side}, {monitoring}: isolated = cross", results["isolated"],
                              results["cross"], PAID)


HOLDER_LAWS = (funding_in_closed_form, funding_is_conserved, interest_in_closed_form, a_stop_bounds_the_loss,
               a_stop_beyond_liquidation_is_idle, stops_by_reflection, trailing_stop_follows, more_top_up_never_earlier,
               a_top_up_in_closed_form, reductions_in_closed_form, an_outage_delays, dynamic_margin_between_bounds,
               dynamic_margin_follows_volatility, holders_scale, one_position_with_orders_is_every_mode)
