"""The account of one path in one mode: its pools, the prices that it sees, the columns, and the bookings that everything
that happens to it is made of. Money is conserved in every one of them (`imbalance`)."""
import copy
import math

from .contract import Holding, Leg
from .impact import Impact
from .pool import Pool
from .requirement import Requirement

MONEY = ("shortfall", "fees", "slippage", "funding", "top_up", "forfeited", "closed_notional")
NEAR = 1e-12  # a decision nearer than this to its opposite hangs on rounding


class Account:
    def __init__(self, made, mode):
        assets = made["market"]["assets"]
        self.names = [asset["name"] for asset in assets]
        self.market = [asset["price"] for asset in assets]  # prices without the account's own impact
        self.rule = Requirement(made["liquidation"], self.names)
        self.impact = Impact(made.get("slippage"), self.names, self.market)
        self.pools = self.divide(made, mode)
        self.hour = 0.0
        self.columns = dict.fromkeys(MONEY, 0.0)
        self.rounds = 0
        self.times = [math.nan] * len(made["positions"])  # hour of each position's first liquidation
        self.start_equity = self.peak = self.worth()
        self.market_profit = self.drawdown = 0.0
        self.lowest = math.inf
        self.alerts = made.get("alerts", {})
        self.alerted = {key: [math.nan] * len(levels) for key, levels in self.alerts.items()}  # hour of the first crossing
        self.doubts = 0  # decisions that hang on rounding
        self.record()

    def divide(self, made, mode):
        """The pools of a mode: the wallet pool, then those of single positions, then named ones."""
        index = {name: j for j, name in enumerate(self.names)}
        positions = made["positions"]
        legs = [Leg(i, terms, index[terms["asset"]], self.market[index[terms["asset"]]])
                for i, terms in enumerate(positions)]
        number = {terms["name"]: i for i, terms in enumerate(positions)}
        if mode == "isolated":
            groups = [([i], None) for i in range(len(legs))]
        elif mode == "cross":
            groups = []
        else:
            groups = [([number[name]], None) for name in mode.get("isolated", [])]
            groups += [([number[name] for name in pool["positions"]], pool.get("cash"))
                       for pool in mode.get("pools", [])]
        holdings = [Holding.of(terms, index[terms["asset"]]) for terms in made["account"].get("holdings", [])]
        apart = {i for members, _ in groups for i in members}
        wallet = Pool(0, made["account"]["balance"], holdings, [leg for leg in legs if leg.index not in apart], self.rule)
        return [wallet] + [self.set_apart(wallet, at, [legs[i] for i in members], cash)
                           for at, (members, cash) in enumerate(groups, 1)]

    def set_apart(self, wallet, number, legs, cash):
        """A pool of its own: cash out of the balance, and of inverse legs the coins out of the holdings."""
        coins = []
        for leg in legs:
            if leg.kind == "inverse":
                source = next(h for h in wallet.holdings if h.asset == leg.asset)
                source.quantity -= leg.margin
                mine = next((h for h in coins if h.asset == leg.asset), None)
                if mine is None:
                    mine = Holding(leg.asset, 0.0, source.haircut)
                    coins.append(mine)
                mine.quantity += leg.margin
        cash = sum(leg.margin for leg in legs if leg.kind != "inverse") if cash is None else cash
        wallet.cash -= cash
        return Pool(number, cash, coins, legs, self.rule)

    def copy(self):
        """For trials: what it does has no consequence here."""
        other = copy.copy(self)
        other.pools = [pool.copy() for pool in self.pools]
        other.impact, other.columns = self.impact.copy(), dict(self.columns)
        other.market, other.times = list(self.market), list(self.times)
        return other

    # --- Prices and worth ---

    def marks(self):
        """The prices that the account sees."""
        return [price * math.exp(-self.impact.displacement(asset)) if self.impact.volume[asset] else price
                for asset, price in enumerate(self.market)]

    def worth(self):
        marks = self.marks()
        return math.fsum(pool.worth(marks) for pool in self.pools)

    def move(self, hour, market):
        """To another instant and other prices of the market."""
        before = self.worth()
        self.impact.volume = self.impact.after(hour - self.hour)
        self.hour, self.market = hour, list(market)
        self.market_profit += self.worth() - before

    def forget_traces(self):
        """A displacement that is next to nothing goes; what that is worth is the market's."""
        before = self.worth()
        self.impact.forget_traces()
        self.market_profit += self.worth() - before

    def see(self, hour, marks):
        """To another instant, at which the account sees these prices."""
        volumes = self.impact.after(hour - self.hour)
        self.move(hour, [mark * math.exp(self.impact.displacement(asset, volume))
                         for asset, (mark, volume) in enumerate(zip(marks, volumes))])

    def imbalance(self):
        """What conservation says is zero."""
        c = self.columns
        return math.fsum([self.start_equity - self.worth(), self.market_profit, -c["fees"], -c["slippage"],
                          -c["funding"], -c["forfeited"], c["shortfall"]])

    # --- Decisions ---

    def near(self, a, b, scale=0.0):
        """Counts a comparison that rounding could turn."""
        gap = abs(a - b)
        self.doubts += 0.0 < gap <= NEAR * max(abs(a), abs(b), scale)

    def at_most(self, a, b, scale=0.0):
        self.near(a, b, scale)
        return a <= b

    # --- Bookings ---

    def credit(self, pool, leg, money):
        """Pays (or takes) in what the leg settles in. Coins that are missing then are bought at the mark."""
        if leg.kind != "inverse":
            pool.cash += money
            return
        mark = self.marks()[leg.asset]
        coins = next(h for h in pool.holdings if h.asset == leg.asset)
        coins.quantity += money / mark
        if coins.quantity < 0.0:
            pool.cash += coins.value(mark)
            coins.quantity = 0.0

    def close(self, pool, leg, share, limit=math.inf, slips=True, equity=0.0):
        """Closes a share of a leg at its mark; slippage beyond the limit is the fund's, and so is the equity that goes with
        the leg, for better or worse. What was closed and released."""
        marks = self.marks()
        mark = marks[leg.asset]
        notional, need = share * leg.notional(mark), pool.need(leg, marks)
        units, profit = share * leg.units(mark), share * leg.profit(mark)
        cost = self.impact.cost(leg.asset, mark, units) if slips else 0.0
        leg.remaining = 0.0 if share == 1.0 else leg.remaining * (1.0 - share)
        if leg.remaining == 0.0:
            del pool.legs[leg.index]
        borne = min(cost, limit)
        self.credit(pool, leg, profit - borne - equity)
        self.columns["slippage"] += cost
        self.columns["shortfall"] += cost - borne + max(-equity, 0.0)
        self.columns["forfeited"] += max(equity, 0.0)
        if slips:
            self.displace(leg.asset, units)
        return notional, need - pool.need(leg, marks)

    def displace(self, asset, units):
        """What a sale does to the price of what is left."""
        before = self.worth()
        self.impact.displace(asset, units)
        self.market_profit += self.worth() - before

    def charge(self, pool, bills):
        """Fees, [(leg, money)]: as far as the pool's equity goes."""
        total, left = sum(bill for _, bill in bills), max(pool.equity(self.marks()), 0.0)
        part = left / total if total > left else 1.0
        for leg, bill in bills:
            self.credit(pool, leg, -part * bill)
            self.columns["fees"] += part * bill

    def cover(self, pool):
        """Sells holdings, in their order and no more than it takes, while cash is below zero."""
        for holding in pool.holdings:
            if pool.cash >= 0.0:
                return
            if holding.quantity > 0.0:
                self.sell(pool, holding)

    def sell(self, pool, holding):
        mark = self.marks()[holding.asset]

        def cost(quantity):
            return self.impact.cost(holding.asset, mark, quantity)

        def enough(quantity):
            return quantity * mark - cost(quantity) >= -pool.cash

        quantity = holding.quantity
        if enough(quantity):
            low = 0.0
            while (middle := 0.5 * (low + quantity)) not in (low, quantity):
                low, quantity = (low, middle) if enough(middle) else (middle, quantity)
        paid = cost(quantity)
        holding.quantity -= quantity
        pool.cash += quantity * mark - paid
        self.columns["slippage"] += paid
        self.displace(holding.asset, quantity)

    def buy_back(self, pool):
        """Debts, at the mark."""
        marks = self.marks()
        for debt in pool.debts():
            pool.cash += debt.value(marks[debt.asset])
            debt.quantity = 0.0

    def settle(self, pool, forfeited=False):
        """After an event: negative cash is covered; a pool with nothing open is dissolved."""
        self.cover(pool)
        if pool.open:
            return
        if pool.cash < 0.0:
            self.columns["shortfall"] -= pool.cash
            pool.cash = 0.0
        pool.reduced, pool.waits_until, pool.top_up_due = False, -math.inf, None
        if forfeited:
            self.forfeit(pool)
        elif pool.number != 0:
            self.return_to_wallet(pool)

    def forfeit(self, pool):
        """To the fund: the cash, and the coins that its inverse legs settled in."""
        marks = self.marks()
        coins = [holding for holding in pool.holdings if holding.asset in pool.settles_in]
        self.columns["forfeited"] += pool.cash + sum(h.value(marks[h.asset]) for h in coins)
        pool.cash = 0.0
        for holding in coins:
            holding.quantity = 0.0

    def return_to_wallet(self, pool):
        wallet = self.pools[0]
        wallet.cash, pool.cash = wallet.cash + pool.cash, 0.0
        for coins in pool.holdings:
            next(h for h in wallet.holdings if h.asset == coins.asset).quantity += coins.quantity
            coins.quantity = 0.0

    # --- What is written down ---

    def look(self, pool):
        """The lowest margin level, and alerts: at the start, at step ends, before closings and top-ups."""
        if not pool.legs:
            return
        marks = self.marks()
        equity, level, need = pool.equity(marks), pool.level(marks), pool.requirement(marks)
        self.lowest = min(self.lowest, level)
        self.alarm("margin_level", -0.01 * level, -1.0)
        self.alarm("utilisation", need / equity if equity > 0.0 else math.inf, 1.0)

    def alarm(self, key, value, sign):
        for number, threshold in enumerate(self.alerts.get(key, [])):
            if math.isfinite(value):
                self.near(value, sign * threshold)
            if math.isnan(self.alerted[key][number]) and value >= sign * threshold:
                self.alerted[key][number] = self.hour

    def record(self):
        equity = self.worth()
        self.peak = max(self.peak, equity)
        self.drawdown = max(self.drawdown, self.peak - equity)
        for pool in self.pools:
            self.look(pool)

    def outcome(self):
        return {"loss": self.start_equity - self.worth(), **self.columns, "rounds": self.rounds,
                "max_drawdown": self.drawdown, "lowest_margin_level": self.lowest, "liquidation_time": self.times, "alerts": self.alerted.get("margin_level", []) + self.alerted.get("utilisation", [])}
