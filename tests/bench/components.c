/* What the reference workload is made of, measured piece by piece: usage: components SCENARIO; prints JSON. Every piece
 * runs on the rows of a real step, all in turn in short windows; the medians are compared with the program's own loop
 * over batches. For scenarios with monitoring at steps and without trajectories. Compiled for one instruction set, with
 * the source of the kernels, whose words no other header offers. */
#define KERNEL_LEVEL timed
#include "../../src/kernel_rows.c"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "corr.h"
#include "scenario.h"
#include "worker.h"

enum { WINDOWS = 301, SETTLED = 64, CHAINS = 10 };
static const double window_seconds = 100e-6;

/* A step of the scenario, halfway down a path, and all that looks at it. */
struct subject {
    struct riskpool_scenario *scenario;
    struct market_steps *steps;
    struct engine engine;
    struct worker worker;
    const struct kernel *kernel;
    struct slice slice;
    uint64_t counter; /* of calls: no two draw the same words */
    double *lower, *shift, *normal, *out;
    double *low, *high, *cash, *remaining; /* [pool of any mode] and [position] */
    double slack[BLOCK], positive[BLOCK], negative[BLOCK];
    uint64_t word0[BLOCK], word1[BLOCK];
};

static void time_words(struct subject *s) {
    const uint64_t step = s->counter++;
    for (size_t quad = 0; quad * 4 < s->slice.n_assets; ++quad)
        for (size_t p = 0; p < BLOCK; p += PATHS_AT_ONCE)
            philox_words(1, p, (uint32_t)step, (uint32_t)quad, s->word0 + p, s->word1 + p);
}

static void time_normals(struct subject *s) {
    s->kernel->normals(1, 0, (uint32_t)s->counter++, RNG_SHOCK, s->slice.n_assets, s->normal);
}

static void time_correlate(struct subject *s) {
    s->kernel->correlate(s->slice.n_assets, s->lower, s->shift, s->normal, s->slice.start, s->out);
}

static void time_price(struct subject *s) {
    s->kernel->price(s->slice.n_assets, s->slice.scale, s->slice.initial, s->slice.end, s->out);
}

static void clear_slack(struct subject *s) {
    for (size_t p = 0; p < BLOCK; ++p)
        s->slack[p] = INFINITY;
}

/* The pools of all modes on one asset (`single`) or on several. */
static void time_pools(struct subject *s, int single) {
    size_t at = 0;
    for (size_t m = 0; m < s->scenario->book.n_modes; ++m) {
        int looked = 0;
        clear_slack(s);
        for (size_t p = 0; p < s->engine.mode[m].n_pools; ++p, ++at) {
            const struct surface *surface = &s->engine.mode[m].pool[p].surface;
            if (surface->n_legs == 0 || surface->single != single)
                continue;
            looked = 1;
            if (single) {
                s->kernel->between(s->slice.final + surface->leg[0].asset * BLOCK, s->low + at * BLOCK,
                                   s->high + at * BLOCK, s->slack);
            } else {
                s->kernel->sides(surface->n_legs, surface->leg, s->cash + at * BLOCK, s->remaining, s->slice.price,
                                 s->positive, s->negative);
                s->kernel->excess(s->positive, s->negative, s->slack);
            }
        }
        s->counter += looked && s->kernel->any_spent(s->slack);
    }
}

static void time_barriers(struct subject *s) {
    time_pools(s, 1);
}

static void time_pooled(struct subject *s) {
    time_pools(s, 0);
}

/* Paths from start to end without an account, and with it: what the program does for a block. */
static void time_market(struct subject *s) {
    market_start(&s->worker.block, BLOCK * s->counter++);
    for (uint64_t step = 0; step < s->scenario->market.n_steps; ++step)
        market_step(&s->worker.block);
}

static void time_kernel(struct subject *s) {
    worker_batch(&s->worker, BLOCK * s->counter++, BLOCK);
}

/* Products as fast as the ports take them: independent chains, enough to hide the latency. */
static void time_products(struct subject *s) {
    typedef double vector __attribute__((vector_size(LANES * sizeof(double))));
    vector chain[CHAINS];
    for (int i = 0; i < CHAINS; ++i)
        chain[i] = (vector){0} + 1.0 + (double)i;
    for (size_t t = 0; t < s->slice.n_assets * BLOCK / LANES; ++t)
#pragma GCC unroll 16
        for (int i = 0; i < CHAINS; ++i)
            chain[i] *= 0.9999999999;
    for (int i = 0; i < CHAINS; ++i)
        s->slack[i] = chain[i][0];
}

/* `each`: how many of its unit a piece does for one asset-step; `whole`: it runs all steps of a block at a call.
 * `products`: multiplications, fused or integer, an asset-step needs; negative: they depend on the scenario. */
struct piece {
    const char *name, *unit;
    void (*run)(struct subject *);
    double each;
    int in_sum, whole;
    double seconds[WINDOWS]; /* per call */
    size_t calls;            /* in a window */
};

static struct piece pieces[] = {
    {.name = "product", .unit = "product", .run = time_products, .each = CHAINS},
    {.name = "Philox", .unit = "64-bit word", .run = time_words, .each = 0.5},
    {.name = "normals, Philox included", .unit = "normal", .run = time_normals, .each = 1.0, .in_sum = 1},
    {.name = "L z", .unit = "asset-step", .run = time_correlate, .each = 1.0, .in_sum = 1},
    {.name = "exp", .unit = "exp", .run = time_price, .each = 1.0, .in_sum = 1},
    {.name = "barriers", .unit = "asset-step", .run = time_barriers, .each = 1.0, .in_sum = 1},
    {.name = "pooled check", .unit = "asset-step", .run = time_pooled, .each = 1.0, .in_sum = 1},
    {.name = "market", .unit = "asset-step", .run = time_market, .each = 1.0, .whole = 1},
    {.name = "kernel", .unit = "asset-step", .run = time_kernel, .each = 1.0, .whole = 1},
};
enum { PIECES = sizeof pieces / sizeof *pieces };

static double seconds_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double window(const struct piece *piece, struct subject *s) {
    const double start = seconds_now();
    for (size_t i = 0; i < piece->calls; ++i)
        piece->run(s);
    return (seconds_now() - start) / (double)piece->calls;
}

static int ascending(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void measure(struct subject *s) {
    for (struct piece *piece = pieces; piece < pieces + PIECES; ++piece)
        for (piece->calls = 1; (double)piece->calls * window(piece, s) < window_seconds;)
            piece->calls *= 2;
    for (size_t w = 0; w < WINDOWS; ++w)
        for (struct piece *piece = pieces; piece < pieces + PIECES; ++piece)
            piece->seconds[w] = window(piece, s);
    for (struct piece *piece = pieces; piece < pieces + PIECES; ++piece)
        qsort(piece->seconds, WINDOWS, sizeof *piece->seconds, ascending);
}

/* ns of an asset-step. */
static double piece_ns(const struct piece *piece, const struct subject *s) {
    const double steps = piece->whole ? (double)s->scenario->market.n_steps : 1.0;
    return 1e9 * piece->seconds[WINDOWS / 2] / (steps * (double)(s->slice.n_assets * BLOCK));
}

static void print(const struct subject *s) {
    double sum = 0.0;
    printf("{\"instruction_set\": \"%s\", \"pieces\": [", s->kernel->name);
    for (const struct piece *piece = pieces; piece < pieces + PIECES; ++piece) {
        const double ns = piece_ns(piece, s);
        sum += piece->in_sum ? ns : 0.0;
        printf("%s\n  {\"name\": \"%s\", \"unit\": \"%s\", \"ns\": %.4f, \"ns_per_asset_step\": %.4f, \"in_sum\": %s}",
               piece == pieces ? "" : ",", piece->name, piece->unit, ns / piece->each, ns,
               piece->in_sum ? "true" : "false");
    }
    const double kernel = piece_ns(&pieces[PIECES - 1], s);
    printf("],\n \"sum\": %.4f, \"kernel\": %.4f, \"kernel_over_sum\": %.3f}\n", sum, kernel, kernel / sum);
}

static enum riskpool_status take_rows(struct subject *s) {
    const struct market *market = &s->scenario->market;
    const size_t n = market->n_assets, n_positions = s->scenario->book.n_positions;
    struct arena *arena = &s->worker.arena;
    size_t n_pools = 0, at = 0;
    for (size_t m = 0; m < s->scenario->book.n_modes; ++m)
        n_pools += s->engine.mode[m].n_pools;
    double **rows[] = {&s->normal, &s->out, &s->low, &s->high, &s->cash, &s->remaining, &s->lower, &s->shift};
    const size_t sizes[] = {(n + 3) / 4 * 4 * BLOCK, n * BLOCK,           n_pools * BLOCK, n_pools * BLOCK,
                            n_pools * BLOCK,         n_positions * BLOCK, n * n,           n};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; ++i)
        *rows[i] = arena_take(arena, sizes[i]);
    if (arena->failed)
        return RISKPOOL_NO_MEMORY;
    for (size_t i = 0; i < n_positions * BLOCK; ++i)
        s->remaining[i] = 1.0;
    for (size_t m = 0; m < s->scenario->book.n_modes; ++m)
        for (size_t p = 0; p < s->engine.mode[m].n_pools; ++p, ++at)
            for (size_t i = at * BLOCK; i < (at + 1) * BLOCK; ++i) {
                s->low[i] = s->engine.mode[m].pool[p].safe.low;
                s->high[i] = s->engine.mode[m].pool[p].safe.high;
                s->cash[i] = s->engine.mode[m].pool[p].cash;
            }
    for (size_t i = 0; i < n; ++i)
        s->shift[i] = market->model->drift(&market->assets[i], market->dt);
    return corr_factor(n, market->correlation, s->lower);
}

static enum riskpool_status prepare(struct subject *s) {
    const struct riskpool_scenario *scenario = s->scenario;
    s->kernel = kernel_choose();
    enum riskpool_status status = market_steps_create(&scenario->market, &s->steps);
    if (status != RISKPOOL_OK)
        return status;
    const struct engine_terms terms = {
        .book = &scenario->book,
        .rule = &scenario->rule,
        .procedure = &scenario->procedure,
        .n_assets = scenario->market.n_assets,
        .initial = market_initial(s->steps),
        .scale = scenario->market.model->scale,
    };
    status = engine_init(&s->engine, &terms);
    if (status == RISKPOOL_OK)
        status = worker_init(&s->worker, &scenario->market, s->steps, &s->engine);
    if (status == RISKPOOL_OK)
        status = take_rows(s);
    return status;
}

static void settle(struct subject *s) {
    market_start(&s->worker.block, 0);
    for (int step = 0; step < SETTLED; ++step)
        s->slice = *market_step(&s->worker.block);
    time_normals(s);
}

int main(int argc, char **argv) {
    static struct subject s;
    char *messages = NULL;
    if (argc != 2) {
        fputs("usage: components SCENARIO\n", stderr);
        return 64;
    }
    enum riskpool_status status = riskpool_scenario_load(argv[1], NULL, 0, &s.scenario, &messages);
    if (messages)
        fputs(messages, stderr);
    riskpool_text_free(messages);
    if (status == RISKPOOL_OK && (s.scenario->continuous || s.scenario->trajectories)) {
        fputs("components: only for `monitoring: step` and `trajectories: false`\n", stderr);
        status = RISKPOOL_INVALID;
    }
    if (status == RISKPOOL_OK)
        status = prepare(&s);
    if (status == RISKPOOL_OK) {
        settle(&s);
        measure(&s);
        print(&s);
    }
    worker_free(&s.worker);
    engine_free(&s.engine);
    market_steps_free(s.steps);
    riskpool_scenario_free(s.scenario);
    return riskpool_status_exit_code(status);
}
