/* How much of a pool a round closes, and what that does to its money. */
#include "procedure.h"

static struct stand stand_of(const struct closing *c) {
    return (struct stand){.cash = c->cash, .remaining = c->remaining, .price = c->price};
}

static double equity_of(const struct closing *c) {
    const struct stand stand = stand_of(c);
    return surface_equity(c->surface, &stand);
}

static double requirement_of(const struct closing *c) {
    const struct stand stand = stand_of(c);
    return surface_requirement(c->surface, &stand);
}

static int is_open(const struct closing *c) {
    return surface_open(c->surface, c->remaining);
}

static double requirement_of_leg(const struct leg *leg, double remaining, double price) {
    return leg_requirement(leg, leg_tier(leg, remaining, price), remaining, price);
}

/* What a leg is ordered by; the largest goes first. */
static double rank_of(enum close_order order, const struct leg *leg, double remaining, double price) {
    switch (order) {
    case CLOSE_LARGEST_MAINTENANCE:
        return requirement_of_leg(leg, remaining, price);
    case CLOSE_LARGEST_NOTIONAL:
        return leg_notional(leg, remaining, price);
    default:
        return -leg_profit(leg, remaining, price);
    }
}

double procedure_tier_share(const struct tiers *tiers, double notional, size_t steps) {
    /* A leg that was closed down to a bound is in the tier below it, whatever its rounding. */
    const double rounding = 1e-9;
    size_t tier = 0;
    for (size_t k = 1; k < tiers->n; ++k)
        tier = tiers->tier[k].from * (1.0 + rounding) < notional ? k : tier;
    return tier < steps ? 1.0 : 1.0 - tiers->tier[tier - steps + 1].from / notional;
}

/* The equity allotted to a leg: in proportion to its maintenance. */
static double allotted_to(const struct closing *c, const struct leg *leg) {
    const double own = requirement_of_leg(leg, c->remaining[leg->position], c->price[leg->asset]);
    const double all = requirement_of(c);
    return all > 0.0 ? equity_of(c) * (own / all) : 0.0; /* without maintenance equity is zero here, but for rounding */
}

/* On which terms a leg is closed. */
struct trade {
    int moves;       /* 1: an order in the market; 0: taken over at the mark */
    double bearable; /* what slippage costs beyond it is the fund's */
    double equity;   /* that goes to the fund with the leg, or that the fund adds (below 0) */
};

static const struct trade in_the_market = {1, HUGE_VAL, 0.0}, taken = {0, HUGE_VAL, 0.0};

/* Closes a share of a leg at its mark. Its profit and what goes with it are one booking: coins that a loss would use up
 * are not sold where the fund bears it. A yield has no market of its own that an order could move. */
static void cut_leg(struct closing *c, size_t index, double share, const struct trade *trade) {
    const struct leg *leg = &c->surface->leg[index];
    double *remaining = &c->remaining[leg->position], *price = &c->price[leg->asset];
    const double mark = *price, before = *remaining, part = share < 1.0 ? share * before : before;
    struct cut cut = {index, closing_quantity(leg, part, mark), mark, leg_profit(leg, part, mark), 0.0, 0.0};
    const double notional = leg_notional(leg, part, mark), requirement = requirement_of_leg(leg, before, mark);
    *remaining = share < 1.0 ? before * (1.0 - share) : 0.0;
    if (trade->moves && c->impact && !(leg->duration > 0.0))
        cut.slippage = impact_sell(c->impact, leg->asset, c->thinned, cut.quantity, &c->volume[leg->asset], price);
    const double excess = cut.slippage > trade->bearable ? cut.slippage - trade->bearable : 0.0;
    closing_book(c, leg, mark, cut.profit - cut.slippage + excess - trade->equity);
    c->bill.slippage += cut.slippage;
    c->bill.shortfall += excess;
    c->bill.notional += notional;
    *(trade->equity > 0.0 ? &c->bill.forfeited : &c->bill.shortfall) += fabs(trade->equity);
    cut.base = c->procedure->fee_base == FEE_ON_MAINTENANCE ? requirement - requirement_of_leg(leg, *remaining, mark)
                                                            : notional;
    c->cut[c->n_cuts++] = cut;
}

/* The same at the mark, by an order of the venue. */
static void sell_leg(struct closing *c, size_t index, double share) {
    struct trade trade = in_the_market;
    if (c->procedure->limit_bankruptcy) {
        trade.bearable = share * allotted_to(c, &c->surface->leg[index]);
        trade.bearable = trade.bearable > 0.0 ? trade.bearable : 0.0;
    }
    cut_leg(c, index, share, &trade);
}

/* The fee on what was cut is paid as far as the pool's equity goes, each leg's in its own currency. */
static void charge(struct closing *c) {
    double base = 0.0;
    for (size_t k = 0; k < c->n_cuts; ++k)
        base += c->cut[k].base;
    const double due = c->procedure->fee * base, equity = equity_of(c);
    const double fee = due < equity ? due : equity > 0.0 ? equity : 0.0;
    c->bill.fee += fee;
    if (c->n_coins == 0)
        c->cash -= fee;
    for (size_t k = 0; k < c->n_cuts && c->n_coins > 0 && base > 0.0; ++k) {
        const struct leg *leg = &c->surface->leg[c->cut[k].leg];
        closing_book(c, leg, c->price[leg->asset], -fee * (c->cut[k].base / base));
    }
}

/* Where the cash of an emptied pool goes. */
static void settle(struct closing *c, enum remainder remainder) {
    if (is_open(c))
        return;
    closing_cover(c);
    if (c->cash < 0.0)
        c->bill.shortfall -= c->cash;
    else
        *(remainder == REMAINDER_FORFEITED ? &c->bill.forfeited : &c->bill.returned) += c->cash;
    if (remainder == REMAINDER_FORFEITED)
        c->bill.forfeited += closing_give_coins(c);
    c->cash = 0.0;
}

static int is_open_position(const struct closing *c, size_t index) {
    const struct leg *leg = &c->surface->leg[index];
    return !leg->coin && c->remaining[leg->position] > 0.0;
}

/* Everything at the mark, without slippage; what is left is the venue's. */
static enum round_kind take_all(struct closing *c) {
    for (size_t i = 0; i < c->surface->n_legs; ++i)
        if (is_open_position(c, i))
            cut_leg(c, i, 1.0, &taken);
    closing_repay(c);
    settle(c, REMAINDER_FORFEITED);
    return ROUND_WHOLE;
}

/* Pays the fund what a pool without positions is worth beyond nothing, or is paid what it lacks. */
static void give_equity(struct closing *c, double equity) {
    c->cash -= equity;
    *(equity > 0.0 ? &c->bill.forfeited : &c->bill.shortfall) += fabs(equity);
}

/* Takes a leg over at its bankruptcy price: with the equity allotted to it, in its own currency. */
static void take_leg(struct closing *c, size_t index, double equity) {
    cut_leg(c, index, 1.0, &(struct trade){0, HUGE_VAL, equity});
}

/* A takeover at the bankruptcy price of a pool with coins, leg by leg. What collateral is worth beyond its haircut is
 * the trader's. */
static void take_over_coins(struct closing *c) {
    const double equity = equity_of(c), requirement = requirement_of(c);
    double *allotted = c->room;
    for (size_t i = 0; i < c->surface->n_legs; ++i)
        allotted[i] = is_open_position(c, i) && requirement > 0.0 ? allotted_to(c, &c->surface->leg[i]) : 0.0;
    for (size_t i = 0; i < c->surface->n_legs; ++i)
        if (is_open_position(c, i))
            take_leg(c, i, allotted[i]);
    if (!(requirement > 0.0))
        give_equity(c, equity);
    closing_repay(c);
    settle(c, REMAINDER_RETURNED);
}

static enum round_kind take_over(struct closing *c) {
    if (c->n_coins == 0)
        return take_all(c);
    take_over_coins(c);
    return ROUND_WHOLE;
}

/* Orders the legs as they are now, for next_leg. */
static void rank_legs(struct closing *c) {
    double *rank = c->room + 3 * c->surface->n_legs;
    for (size_t i = 0; i < c->surface->n_legs; ++i) {
        const struct leg *leg = &c->surface->leg[i];
        const double remaining = c->remaining[leg->position];
        rank[i] = rank_of(c->procedure->order, leg, remaining, c->price[leg->asset]);
    }
}

/* The open leg of the largest rank that has not been cut in this round. */
static size_t next_leg(const struct closing *c) {
    const double *rank = c->room + 3 * c->surface->n_legs;
    size_t next = c->surface->n_legs;
    for (size_t i = 0; i < c->surface->n_legs; ++i) {
        int is_next = is_open_position(c, i);
        for (size_t k = 0; k < c->n_cuts; ++k)
            is_next &= c->cut[k].leg != i;
        if (is_next && next < c->surface->n_legs) {
            const int earlier = c->surface->leg[i].position < c->surface->leg[next].position;
            is_next = rank[i] > rank[next] || (!(rank[i] < rank[next]) && earlier);
        }
        next = is_next ? i : next;
    }
    return next;
}

/* A share of every leg, in the order of their ranks at the start; one fee. */
static void sell_every_leg(struct closing *c, double share) {
    rank_legs(c);
    for (size_t leg = next_leg(c); leg < c->surface->n_legs; leg = next_leg(c))
        sell_leg(c, leg, share);
    charge(c);
}

static enum round_kind sell_all(struct closing *c) {
    if (c->procedure->price == CLOSE_AT_BANKRUPTCY)
        return take_over(c);
    sell_every_leg(c, 1.0);
    closing_repay(c);
    settle(c, c->procedure->remainder);
    return ROUND_WHOLE;
}

static void save(struct closing *c) {
    for (size_t i = 0; i < c->surface->n_legs; ++i) {
        const struct leg *leg = &c->surface->leg[i];
        c->room[3 * i] = c->remaining[leg->position];
        c->room[3 * i + 1] = c->price[leg->asset];
        c->room[3 * i + 2] = c->impact ? c->volume[leg->asset] : 0.0;
    }
}

static void restore(struct closing *c, double cash) {
    for (size_t i = 0; i < c->surface->n_legs; ++i) {
        const struct leg *leg = &c->surface->leg[i];
        c->remaining[leg->position] = c->room[3 * i];
        c->price[leg->asset] = c->room[3 * i + 1];
        if (c->impact)
            c->volume[leg->asset] = c->room[3 * i + 2];
    }
    c->cash = cash;
    c->n_cuts = 0;
    c->bill = (struct bill){0};
}

/* Sells a part: of one leg, or (leg = n_legs) of every one. */
static void sell_part(struct closing *c, size_t leg, double share) {
    if (leg == c->surface->n_legs) {
        sell_every_leg(c, share);
        return;
    }
    sell_leg(c, leg, share);
    charge(c);
}

/* 1 when a part is all that is open: nothing is held beside it, nothing owed. Coins that back it do not count. */
static int is_everything(const struct closing *c, size_t leg, double share) {
    for (size_t i = 0; leg < c->surface->n_legs && i < c->surface->n_legs; ++i) {
        const struct leg *other = &c->surface->leg[i];
        const int owed = other->coin && other->quantity < 0.0 && c->remaining[other->position] > 0.0;
        if (i != leg && (is_open_position(c, i) || owed))
            return 0;
    }
    return share >= 1.0;
}

/* Sells a part if that raises the pool's health, else everything. */
static enum round_kind sell_if_it_helps(struct closing *c, size_t leg, double share) {
    const double cash = c->cash, equity = equity_of(c), requirement = requirement_of(c);
    if (is_everything(c, leg, share))
        return sell_all(c);
    save(c);
    sell_part(c, leg, share);
    if (!(equity_of(c) * requirement > equity * requirement_of(c))) {
        restore(c, cash);
        return sell_all(c);
    }
    return leg == c->surface->n_legs ? ROUND_SHARE : ROUND_PART;
}

static int restores(struct closing *c, size_t leg, double share) {
    const double cash = c->cash;
    save(c);
    sell_part(c, leg, share);
    const int is_restored = equity_of(c) >= c->procedure->restore_to * requirement_of(c);
    restore(c, cash);
    return is_restored;
}

/* The least share of a leg that brings health to its target, to 2^-60; 1 when none does. */
static double restoring_share(struct closing *c, size_t leg) {
    double low = 0.0, high = 1.0;
    if (!restores(c, leg, high))
        return high;
    for (int halving = 0; halving < 60; ++halving) {
        const double middle = 0.5 * (low + high);
        *(restores(c, leg, middle) ? &high : &low) = middle;
    }
    return high;
}

/* One whole leg; at its bankruptcy price the venue has it with the equity allotted to it. */
static enum round_kind close_one(struct closing *c, size_t leg) {
    if (c->procedure->price == CLOSE_AT_BANKRUPTCY)
        take_leg(c, leg, allotted_to(c, &c->surface->leg[leg]));
    else
        sell_part(c, leg, 1.0);
    if (is_open(c))
        return ROUND_PART;
    settle(c, c->procedure->remainder);
    return ROUND_WHOLE;
}

static double notional_of(const struct closing *c) {
    const struct stand stand = stand_of(c);
    return surface_notional(c->surface, &stand);
}

static double tier_share(const struct closing *c, size_t index) {
    const struct leg *leg = &c->surface->leg[index];
    const double notional = leg_listed(leg, c->remaining[leg->position], c->price[leg->asset]);
    return procedure_tier_share(&c->rule->of_asset[leg->asset], notional, c->procedure->tier_steps);
}

/* Down to a lower tier at the mark; from the lowest the whole leg, at its bankruptcy price if that is the venue's. */
static enum round_kind close_step(struct closing *c, size_t index) {
    const double share = tier_share(c, index);
    const int is_taken = share >= 1.0 && c->procedure->price == CLOSE_AT_BANKRUPTCY;
    return is_taken && !is_everything(c, index, share) ? close_one(c, index) : sell_if_it_helps(c, index, share);
}

static enum round_kind close_by_amount(struct closing *c, int reduced) {
    const struct procedure *procedure = c->procedure;
    rank_legs(c);
    const size_t index = next_leg(c);
    if (index == c->surface->n_legs) /* only debts */
        return sell_all(c);
    switch (procedure->amount) {
    case CLOSE_ONE_BY_ONE:
        return close_one(c, index);
    case CLOSE_TIER_STEPS:
        return close_step(c, index);
    case CLOSE_RESTORE:
        return sell_if_it_helps(c, index, restoring_share(c, index));
    case CLOSE_FRACTION:
        if (!reduced && notional_of(c) > procedure->full_below)
            return sell_if_it_helps(c, c->surface->n_legs, procedure->fraction);
        return sell_all(c);
    default:
        return sell_all(c);
    }
}

enum round_kind closing_round(struct closing *c, int reduced) {
    const double equity = equity_of(c), backstop = c->procedure->backstop;
    c->bill = (struct bill){0};
    c->n_cuts = c->n_sales = 0;
    if (backstop > 0.0 && equity < backstop * requirement_of(c))
        return take_all(c);
    const enum round_kind kind = equity > 0.0 ? close_by_amount(c, reduced) : sell_all(c);
    closing_cover(c);
    return kind;
}

void closing_sell(struct closing *c, size_t leg, double share) {
    for (size_t i = 0; i < c->surface->n_legs; ++i)
        if ((i == leg || leg == c->surface->n_legs) && is_open_position(c, i))
            cut_leg(c, i, share, &in_the_market);
    closing_cover(c);
    settle(c, REMAINDER_RETURNED);
}
