/* The money of a pool that is not all cash: what inverse contracts pay into coins, what is sold when cash runs out, and
 * debts that are bought back. */
#include "procedure.h"

static const struct leg *coin_leg(const struct closing *c, const struct coin *coin) {
    size_t i = 0;
    while (c->surface->leg[i].position != coin->row)
        ++i;
    return &c->surface->leg[i];
}

double closing_quantity(const struct leg *leg, double part, double price) {
    if (leg->inverse)
        return (leg->quantity < 0.0 ? -part : part) * leg->face / price;
    return leg->duration > 0.0 ? -part * leg->quantity / leg->duration : part * leg->quantity;
}

void closing_book(struct closing *c, const struct leg *leg, double price, double amount) {
    if (leg->settles == 0) {
        c->cash += amount;
        return;
    }
    double *coins = &c->remaining[leg->settles];
    const double left = *coins + amount / price;
    /* Coins that are missing are bought at once. */
    *coins = left > 0.0 ? left : 0.0;
    c->cash += left > 0.0 ? 0.0 : left * price;
}

/* What a sale brings, and what it would make of volume and mark. */
struct sale {
    double quantity, cash, slippage, volume, price;
};

static struct sale try_sale(const struct closing *c, size_t asset, double quantity) {
    struct sale sale = {.quantity = quantity, .price = c->price[asset]};
    if (c->impact) {
        sale.volume = c->volume[asset];
        sale.slippage = impact_sell(c->impact, asset, c->thinned, quantity, &sale.volume, &sale.price);
    }
    sale.cash = quantity * c->price[asset] - sale.slippage;
    return sale;
}

/* The least sale out of `held` that brings `need`, to 2^-60 of it; all of it where that does not. */
static struct sale least_sale(const struct closing *c, size_t asset, double held, double need) {
    struct sale sale = try_sale(c, asset, held);
    double low = 0.0, high = held;
    if (!(sale.cash > need))
        return sale;
    if (!c->impact)
        return try_sale(c, asset, need / c->price[asset] < held ? need / c->price[asset] : held);
    for (int halving = 0; halving < 60; ++halving) {
        const double middle = 0.5 * (low + high);
        *(try_sale(c, asset, middle).cash >= need ? &high : &low) = middle;
    }
    return try_sale(c, asset, high);
}

static void sell_coin(struct closing *c, const struct coin *coin) {
    const struct leg *leg = coin_leg(c, coin);
    double *held = &c->remaining[leg->position];
    const struct sale sale = least_sale(c, leg->asset, *held, -c->cash);
    c->sale[c->n_sales++] =
        (struct cut){leg->asset, sale.quantity, c->price[leg->asset], sale.cash, sale.slippage, 0.0};
    const double before = c->cash;
    c->cash += sale.cash;
    /* What is left of equal amounts is their rounding. */
    if (fabs(c->cash) <= 1e-13 * fabs(before))
        c->cash = 0.0;
    *held = sale.quantity < *held * (1.0 - 1e-13) ? *held - sale.quantity : 0.0;
    c->bill.slippage += sale.slippage;
    c->price[leg->asset] = sale.price;
    if (c->impact)
        c->volume[leg->asset] = sale.volume;
}

void closing_cover(struct closing *c) {
    for (size_t k = 0; k < c->n_coins && c->cash < 0.0; ++k) {
        const struct leg *leg = coin_leg(c, &c->coins[k]);
        if (leg->quantity > 0.0 && c->remaining[leg->position] > 0.0)
            sell_coin(c, &c->coins[k]);
    }
}

void closing_repay(struct closing *c) {
    for (size_t k = 0; k < c->n_coins; ++k) {
        const struct leg *leg = coin_leg(c, &c->coins[k]);
        if (leg->quantity > 0.0)
            continue;
        c->cash -= c->remaining[leg->position] * c->price[leg->asset];
        c->remaining[leg->position] = 0.0;
    }
}

double closing_give_coins(struct closing *c) {
    double worth = 0.0;
    for (size_t i = 0; i < c->surface->n_legs && c->n_coins > 0; ++i) {
        const struct leg *leg = &c->surface->leg[i];
        if (leg->settles == 0)
            continue;
        worth += c->remaining[leg->settles] * c->price[leg->asset];
        c->remaining[leg->settles] = 0.0;
    }
    return worth;
}
