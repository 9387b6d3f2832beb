/* What the reference workload is made of, measured piece by piece: usage: components SCENARIO; prints JSON. Every piece
 * runs on the rows of a real step, all in turn in short windows; the medians are compared with the program's own loop
 * over batches, filtered and exact. For scenarios with monitoring at steps and without trajectories. Compiled for one
 * instruction set, with the source of the normals, whose words no header offers. */
#define KERNEL_LEVEL timed
#include "../../src/kernel_normals.c"
#include "../../src/kernel_single.c"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "scenario.h"
#include "worker.h"

enum { WINDOWS = 201, SETTLED = 64, CHAINS = 10 };
static const double window_seconds = 100e-6;

enum way { FILTERED, EXACT, WAYS };

/* A step of the scenario, on its way down a path, and all that looks at it. */
struct subject {
    struct riskpool_scenario *scenario;
    struct market_steps *steps;
    struct engine engine[WAYS];
    struct worker worker[WAYS];
    const struct kernel *kernel;
    struct slice slice;
    uint64_t counter; /* of calls: no two draw the same words */
    double *normal, *pairs, *out, *remaining;
    double *low, *high, *cash, *base;  /* [pool of any mode][BLOCK] */
    double *weight, *down, *reference; /* [pool of any mode][position][BLOCK] */
    double slack[BLOCK], positive[BLOCK], negative[BLOCK];
    uint64_t word0[BLOCK], word1[BLOCK];
};

/* Inlined as in the kernel: called, it is slower. */
__attribute__((flatten)) static void time_words(struct subject *s) {
    struct draw draw;
    draw_init(&draw, s->scenario->market.seed, 0, (uint32_t)s->counter++);
    for (uint32_t quad = 0; quad * 4 < s->slice.n_assets; ++quad)
        for (size_t p = 0; p < BLOCK; p += DRAWN_AT_ONCE)
            philox_words(&draw, s->worker[EXACT].block.path + p, NULL, rng_counter_tail(RNG_SHOCK, quad), s->word0 + p,
                         s->word1 + p);
}

static void time_pairs(struct subject *s) {
    for (size_t quad = 0; quad * 4 < s->slice.n_assets; ++quad) {
        double *row = s->pairs + quad * 4 * BLOCK;
        normal_pairs(BLOCK, s->word0, row, row + BLOCK);
        normal_pairs(BLOCK, s->word1, row + 2 * BLOCK, row + 3 * BLOCK);
    }
}

static void time_normals(struct subject *s) {
    s->kernel->normals(1, BLOCK, s->worker[EXACT].block.path, (uint32_t)s->counter++, RNG_SHOCK, 0, s->slice.n_assets,
                       s->normal);
}

static void time_correlate(struct subject *s) {
    const struct market_block *block = &s->worker[EXACT].block;
    s->kernel->correlate(s->slice.n_assets, BLOCK, block->factor, block->shift, s->normal, s->slice.start, s->out);
}

static void time_price(struct subject *s) {
    s->kernel->price(s->slice.n_assets, s->slice.scale, s->slice.initial, s->slice.end, s->out);
}

/* The look at the pools on one asset, and at those on several, mode by mode. */
static void time_barriers(struct subject *s) {
    size_t at = 0;
    for (size_t m = 0; m < s->scenario->book.n_modes; ++m) {
        const struct engine_mode *mode = &s->engine[EXACT].mode[m];
        s->kernel->barriers(mode->n_barriers, mode->barrier, s->slice.final, s->low + at * BLOCK, s->high + at * BLOCK,
                            s->slack);
        s->counter += s->kernel->spent(s->slack).word[0] & 1;
        at += mode->n_pools;
    }
}

/* How a joint pool is looked at; `at` counts the pools of all modes. */
typedef void look(struct subject *s, const struct surface *surface, size_t at);

static void look_exactly(struct subject *s, const struct surface *surface, size_t at) {
    s->kernel->sides(surface->n_legs, surface->leg, s->cash + at * BLOCK, s->remaining, s->slice.price, s->positive,
                     s->negative);
    s->kernel->excess(s->positive, s->negative, s->slack);
}

static void look_filtered(struct subject *s, const struct surface *surface, size_t at) {
    const size_t table = at * s->scenario->book.n_positions * BLOCK;
    const struct screen screen = {s->base + at * BLOCK,
                                  s->weight + table,
                                  s->down + table,
                                  s->reference + table,
                                  s->engine[FILTERED].ones,
                                  1.0,
                                  1.0};
    s->kernel->screen(surface->n_legs, surface->leg, s->slice.initial, s->slice.final, s->cash + at * BLOCK,
                      s->remaining, &screen, s->slack);
}

static void look_at_pools(struct subject *s, look *one) {
    const struct engine *engine = &s->engine[EXACT];
    size_t at = 0;
    for (size_t m = 0; m < s->scenario->book.n_modes; ++m)
        for (size_t p = 0; p < engine->mode[m].n_pools; ++p, ++at)
            if (!engine->mode[m].pool[p].surface.single)
                one(s, &engine->mode[m].pool[p].surface, at);
}

static void time_pooled(struct subject *s) {
    look_at_pools(s, look_exactly);
}

static void time_filter(struct subject *s) {
    look_at_pools(s, look_filtered);
}

static void time_batches(struct subject *s, enum way way) {
    worker_batch(&s->worker[way], BLOCK * s->counter++, BLOCK, NULL, NULL);
}

static void time_filtered_kernel(struct subject *s) {
    time_batches(s, FILTERED);
}

static void time_exact_kernel(struct subject *s) {
    time_batches(s, EXACT);
}

typedef double vector __attribute__((vector_size(LANES * sizeof(double))));

/* Products as fast as the ports take them: independent chains, enough to hide the latency. */
static void time_products(struct subject *s) {
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

/* The same of square roots, which have a slow unit of their own. */
static void time_roots(struct subject *s) {
    double row[BLOCK];
    for (size_t p = 0; p < BLOCK; ++p)
        row[p] = s->slice.price[p];
    for (size_t i = 0; i < s->slice.n_assets; ++i)
        ROWS row[p] = 3.0 + sqrt(row[p]);
    memcpy(s->slack, row, sizeof row);
}

enum { IN_FILTERED = 1 << FILTERED, IN_EXACT = 1 << EXACT, IN_BOTH = IN_FILTERED | IN_EXACT };

/* `each`: how many of its unit a piece does for one asset-step. `products`: multiplications, fused or not, and `roots`:
 * square roots, of one asset-step, counted in the source: work that a port cannot avoid. */
struct piece {
    const char *name, *unit;
    void (*run)(struct subject *);
    double each, products, roots;
    int parts; /* the sums it belongs to */
    size_t calls;
    double seconds[WINDOWS]; /* per call */
};

enum {
    PRODUCT,
    ROOT,
    PHILOX,
    PAIRS,
    NORMALS,
    CORRELATE,
    PRICE,
    BARRIERS,
    POOLED,
    FILTER,
    KERNEL,
    PIECES = KERNEL + WAYS
};

static struct piece pieces[PIECES] = {
    [PRODUCT] = {"product", "product", time_products, CHAINS, CHAINS, 0.0, 0, 0, {0}},
    [ROOT] = {"square root", "root", time_roots, 1.0, 0.0, 1.0, 0, 0, {0}},
    [PHILOX] = {"Philox", "64-bit word", time_words, 0.5, 4.5, 0.0, 0, 0, {0}},
    [PAIRS] = {"Box-Muller", "normal", time_pairs, 1.0, 15.5, 0.5, 0, 0, {0}},
    [NORMALS] = {"normals, from Philox on", "normal", time_normals, 1.0, 20.0, 0.5, IN_BOTH, 0, {0}},
    [CORRELATE] = {"L z", "asset-step", time_correlate, 1.0, 0.0, 0.0, IN_BOTH, 0, {0}},
    [PRICE] = {"exp", "exp", time_price, 1.0, 15.0, 0.0, IN_EXACT, 0, {0}},
    [BARRIERS] = {"barriers", "asset-step", time_barriers, 1.0, 0.0, 0.0, IN_BOTH, 0, {0}},
    [POOLED] = {"pooled check, exact", "asset-step", time_pooled, 1.0, 0.0, 0.0, IN_EXACT, 0, {0}},
    [FILTER] = {"pooled check, bound", "asset-step", time_filter, 1.0, 0.0, 0.0, IN_FILTERED, 0, {0}},
    [KERNEL + FILTERED] = {"kernel", "asset-step", time_filtered_kernel, 1.0, 0.0, 0.0, 0, 0, {0}},
    [KERNEL + EXACT] = {"kernel, exact", "asset-step", time_exact_kernel, 1.0, 0.0, 0.0, 0, 0, {0}},
};

/* The products that depend on the scenario. */
static void count_products(const struct subject *s) {
    const double n = (double)s->slice.n_assets;
    pieces[CORRELATE].products = (n + 1.0) / 2.0;
    for (size_t m = 0; m < s->scenario->book.n_modes; ++m)
        for (size_t p = 0; p < s->engine[EXACT].mode[m].n_pools; ++p) {
            const struct surface *surface = &s->engine[EXACT].mode[m].pool[p].surface;
            for (size_t i = 0; !surface->single && i < surface->n_legs; ++i) {
                pieces[POOLED].products += 4.0 / n;
                pieces[FILTER].products += (surface->leg[i].quantity < 0.0 ? 3.0 : 1.0) / n;
            }
        }
}

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

/* ns of an asset-step; the kernels run all steps of a block at a call. */
static double piece_ns(const struct piece *piece, const struct subject *s) {
    const double steps = piece >= pieces + KERNEL ? (double)s->scenario->market.n_steps : 1.0;
    return 1e9 * piece->seconds[WINDOWS / 2] / (steps * (double)(s->slice.n_assets * BLOCK));
}

static void print_way(const struct subject *s, enum way way) {
    const double product = piece_ns(&pieces[PRODUCT], s) / CHAINS, root = piece_ns(&pieces[ROOT], s);
    const double kernel = piece_ns(&pieces[KERNEL + way], s);
    double sum = 0.0, products = 0.0, roots = 0.0;
    for (const struct piece *piece = pieces; piece < pieces + PIECES; ++piece)
        if (piece->parts & (1 << way)) {
            sum += piece_ns(piece, s);
            products += piece->products * product;
            roots += piece->roots * root;
        }
    printf("\"%s\": {\"sum\": %.4f, \"kernel\": %.4f, \"kernel_over_sum\": %.3f, \"product_bound\": %.4f, "
           "\"root_bound\": %.4f}",
           way == EXACT ? "exact" : "filtered", sum, kernel, kernel / sum, products, roots);
}

static void print(const struct subject *s) {
    printf("{\"instruction_set\": \"%s\", \"pieces\": [", s->kernel->name);
    for (const struct piece *piece = pieces; piece < pieces + PIECES; ++piece) {
        const double ns = piece_ns(piece, s);
        printf("%s\n {\"name\": \"%s\", \"unit\": \"%s\", \"ns\": %.4f, \"ns_per_asset_step\": %.4f, "
               "\"in_filtered\": %s, \"in_exact\": %s}",
               piece == pieces ? "" : ",", piece->name, piece->unit, ns / piece->each, ns,
               piece->parts & IN_FILTERED ? "true" : "false", piece->parts & IN_EXACT ? "true" : "false");
    }
    printf("],\n ");
    print_way(s, FILTERED);
    printf(",\n ");
    print_way(s, EXACT);
    printf("}\n");
}

static void fill_pools(struct subject *s) {
    const struct engine *engine = &s->engine[EXACT];
    size_t row = 0;
    for (size_t m = 0; m < s->scenario->book.n_modes; ++m)
        for (size_t p = 0; p < engine->mode[m].n_pools; ++p)
            for (size_t i = 0; i < BLOCK; ++i, ++row) {
                s->low[row] = engine->mode[m].pool[p].safe.low;
                s->high[row] = engine->mode[m].pool[p].safe.high;
                s->cash[row] = engine->mode[m].pool[p].cash;
                s->base[row] = -INFINITY;
            }
}

static enum riskpool_status take_rows(struct subject *s) {
    const size_t n = s->scenario->market.n_assets, n_positions = s->scenario->book.n_positions;
    struct arena *arena = &s->worker[EXACT].arena;
    size_t n_pools = 0;
    for (size_t m = 0; m < s->scenario->book.n_modes; ++m)
        n_pools += s->engine[EXACT].mode[m].n_pools;
    s->normal = arena_take(arena, (n + 3) / 4 * 4 * BLOCK);
    s->pairs = arena_take(arena, (n + 3) / 4 * 4 * BLOCK);
    s->out = arena_take(arena, n * BLOCK);
    s->remaining = arena_take(arena, n_positions * BLOCK);
    double **of_pools[] = {&s->low, &s->high, &s->cash, &s->base};
    for (size_t i = 0; i < sizeof of_pools / sizeof *of_pools; ++i)
        *of_pools[i] = arena_take(arena, n_pools * BLOCK);
    s->weight = arena_take(arena, n_pools * n_positions * BLOCK);
    s->down = arena_take(arena, n_pools * n_positions * BLOCK);
    s->reference = arena_take(arena, n_pools * n_positions * BLOCK);
    if (arena->failed)
        return RISKPOOL_NO_MEMORY;
    for (size_t i = 0; i < n_positions * BLOCK; ++i)
        s->remaining[i] = 1.0;
    fill_pools(s);
    return RISKPOOL_OK;
}

static enum riskpool_status prepare(struct subject *s) {
    const struct riskpool_scenario *scenario = s->scenario;
    s->kernel = kernel_choose();
    enum riskpool_status status = market_steps_create(&scenario->market, &s->steps);
    for (int way = 0; way < WAYS && status == RISKPOOL_OK; ++way) {
        const struct engine_terms terms = {
            .book = &scenario->book,
            .rule = &scenario->rule,
            .procedure = &scenario->procedure,
            .n_assets = scenario->market.n_assets,
            .initial = market_initial(s->steps),
            .scale = scenario->market.model->scale,
            .exact = way == EXACT,
        };
        status = engine_init(&s->engine[way], &terms);
        if (status == RISKPOOL_OK)
            status = worker_init(&s->worker[way], &scenario->market, s->steps, &s->engine[way]);
    }
    return status == RISKPOOL_OK ? take_rows(s) : status;
}

static void settle(struct subject *s) {
    market_start(&s->worker[EXACT].block, 0);
    for (int step = 0; step < SETTLED; ++step)
        s->slice = *market_step(&s->worker[EXACT].block);
    /* The kernels go on with the block: keep the step. */
    const struct slice *from = &s->slice;
    const size_t rows = from->n_assets * BLOCK;
    double *keep = arena_take(&s->worker[EXACT].arena, 3 * rows);
    if (!keep)
        return;
    memcpy(keep, from->start, rows * sizeof(double));
    memcpy(keep + rows, from->final, rows * sizeof(double));
    memcpy(keep + 2 * rows, from->price, rows * sizeof(double));
    s->slice.start = keep;
    s->slice.end = s->slice.final = keep + rows;
    s->slice.price = keep + 2 * rows;
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
    if (status == RISKPOOL_OK && (s.scenario->market.bridge || s.scenario->trajectories)) {
        fputs("components: only for `monitoring: step` and `trajectories: false`\n", stderr);
        status = RISKPOOL_INVALID;
    }
    if (status == RISKPOOL_OK)
        status = prepare(&s);
    if (status == RISKPOOL_OK) {
        settle(&s);
        count_products(&s);
        measure(&s);
        print(&s);
    }
    for (int way = 0; way < WAYS; ++way) {
        worker_free(&s.worker[way]);
        engine_free(&s.engine[way]);
    }
    market_steps_free(s.steps);
    riskpool_scenario_free(s.scenario);
    return riskpool_status_exit_code(status);
}
