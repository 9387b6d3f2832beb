/* Packed batches against the batches themselves, whatever is kept; bytes that are none; files of a spool that are cut,
 * damaged, of another run; two that want the same. */
#include <dirent.h>
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "spool.h"
#include "tally.h"

enum { MODES = 2, TIMES = 3, PATHS = 5 * BATCH + 777, MOST_POSITIONS = 70 };

static const double times[TIMES] = {0, 12, 24}, levels[1] = {0.99};

/* --- batches that are a function of their number ------------------------------------------------------------------ */

static double draw(uint64_t path, uint64_t purpose) {
    uint64_t x = (path + 1) * UINT64_C(0x9e3779b97f4a7c15) ^ (purpose + 1) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 31) * UINT64_C(0x94d049bb133111eb);
    x = (x ^ x >> 29) * UINT64_C(0xbf58476d1ce4e5b9);
    return (double)(x >> 11) * 0x1p-53;
}

/* Every row of a mode in one piece of memory. */
static void make_outcome(struct outcome *outcome, double *row, uint64_t first, size_t n, uint64_t mode,
                         size_t n_positions) {
    for (int i = 0; i < OUTCOME_COUNT; i++, row += BATCH) {
        outcome->column[i] = row;
        for (size_t p = 0; p < n; p++) {
            const double x = draw(first + p, 100 * mode + (uint64_t)i);
            row[p] = i == OUTCOME_loss ? floor(40 * x) : x < 0.9 ? 0.0 : x < 0.95 ? -0.0 : x;
        }
    }
    outcome->liquidation_time = row;
    for (size_t i = 0; i < n_positions; i++, row += BATCH)
        for (size_t p = 0; p < n; p++)
            row[p] = draw(first + p, 1000 * (mode + 1) + i) < 0.2 ? 24 * draw(first + p, 7 + i) : NAN;
    outcome->alert_time = row;
    for (size_t p = 0; p < n; p++)
        row[p] = draw(first + p, 50 + mode) < 0.3 ? 1 : -(double)NAN;
    outcome->equity_at = row += BATCH;
    outcome->margin_level_at = row += TIMES * BATCH;
    for (size_t t = 0; t < TIMES; t++)
        for (size_t p = 0; p < n; p++) {
            outcome->equity_at[t * BATCH + p] = draw(first + p, 60 + t + mode);
            outcome->margin_level_at[t * BATCH + p] = draw(first + p, 70 + t) < 0.5 ? NAN : INFINITY;
        }
}

enum { ROWS = OUTCOME_COUNT + MOST_POSITIONS + 1 + 2 * TIMES };

static void make_batch(struct outcome *outcome, double *rows, uint64_t first, size_t n, size_t n_positions) {
    for (uint64_t m = 0; m < MODES; m++)
        make_outcome(&outcome[m], rows + m * ROWS * BATCH, first, n, m, n_positions);
}

static struct tally_shape shape_of(enum tally_keep keep, size_t n_positions, int trajectories) {
    return (struct tally_shape){.n_modes = MODES,
                                .n_positions = n_positions,
                                .n_alerts = 1,
                                .n_times = TIMES,
                                .time = times,
                                .n_confidence = 1,
                                .confidence = levels,
                                .n_paths = PATHS,
                                .keep = keep,
                                .antithetic = 1,
                                .trajectories = trajectories};
}

struct packed {
    void *bytes;
    size_t size;
};

static size_t batch_length(uint64_t first) {
    return PATHS - first < BATCH ? (size_t)(PATHS - first) : BATCH;
}

/* Fills the tally with all batches and packs each. */
static void fill(struct tally *tally, struct packed *packed) {
    double *rows = calloc(MODES * ROWS * BATCH, sizeof *rows);
    struct outcome outcome[MODES];
    struct tally_part part;
    assert_int_equal(tally_part_init(&part, &tally->shape), RISKPOOL_OK);
    for (uint64_t first = 0; first < PATHS; first += BATCH) {
        struct packed *to = &packed[first / BATCH];
        make_batch(outcome, rows, first, batch_length(first), tally->shape.n_positions);
        tally_take(tally, &part, first, batch_length(first), outcome);
        tally_add(tally, &part, outcome);
        const size_t room = tally_pack_size(tally);
        void *bytes = malloc(room + 8);
        memset(bytes, 0xa5, room + 8);
        to->size = tally_pack(tally, &part, outcome, bytes);
        assert_true(to->size <= room && to->size % 8 == 0);
        assert_int_equal(((unsigned char *)bytes)[room], 0xa5);
        to->bytes = malloc(to->size); /* of the exact size, for the sanitizers */
        memcpy(to->bytes, bytes, to->size);
        free(bytes);
    }
    tally_part_free(&part);
    free(rows);
}

static enum riskpool_status unpack(struct tally *tally, uint64_t first, const struct packed *packed) {
    struct tally_part part;
    assert_int_equal(tally_part_init(&part, &tally->shape), RISKPOOL_OK);
    enum riskpool_status status = tally_unpack(tally, &part, first, batch_length(first), packed->bytes, packed->size);
    if (status == RISKPOOL_OK)
        tally_add_packed(tally, &part);
    tally_part_free(&part);
    return status;
}

static void assert_same_bytes(const void *a, const void *b, size_t n, const char *what) {
    assert_true((a == NULL) == (b == NULL));
    if (a && n > 0 && memcmp(a, b, n) != 0)
        fail_msg("%s differ", what);
}

static void assert_same_mode(const struct tally *a, const struct tally_mode *x, const struct tally_mode *y) {
    const size_t n = PATHS * sizeof(double), samples = TIMES * a->n_samples * sizeof(double);
    assert_same_bytes(x->loss, y->loss, n, "losses");
    for (int i = 0; i < OUTCOME_COUNT; i++)
        assert_same_bytes(x->column[i], y->column[i], n, "columns");
    assert_same_bytes(x->liquidation_time, y->liquidation_time, n * a->shape.n_positions, "times");
    assert_same_bytes(x->counts.all, y->counts.all, x->counts.n * sizeof *x->counts.all, "counts");
    for (int i = 0; i < TALLY_MEANS; i++)
        assert_same_bytes(x->mean[i], y->mean[i], a->capacity / BATCH * sizeof(struct sum), "sums");
    assert_same_bytes(x->equity, y->equity, samples, "equity");
    assert_same_bytes(x->margin_level, y->margin_level, samples, "margin level");
}

/* The record of a path. */
static const double *record_of(const struct tail *tail, uint64_t path) {
    for (size_t i = 0; i < tail->n; i++)
        if (tail->path[i] == path)
            return tail->record + i * tail->width;
    fail_msg("path %llu is not in the tail", (unsigned long long)path);
    return NULL;
}

static void assert_same_tally(struct tally *a, struct tally *b) {
    assert_int_equal(a->n_paths, b->n_paths);
    assert_int_equal(a->not_finite, b->not_finite);
    for (size_t m = 0; m < MODES; m++)
        assert_same_mode(a, &a->mode[m], &b->mode[m]);
    if (a->shape.keep != TALLY_KEEP_TAIL)
        return;
    tail_finish(&a->tail, tally_tail_size(PATHS));
    tail_finish(&b->tail, tally_tail_size(PATHS));
    assert_int_equal(a->tail.n, b->tail.n);
    for (size_t i = 0; i < a->tail.n; i++)
        assert_same_bytes(a->tail.record + i * a->tail.width, record_of(&b->tail, a->tail.path[i]),
                          a->tail.width * sizeof(double), "records");
}

static void packed_is_the_same(void **state) {
    (void)state;
    static const size_t positions[] = {0, 3, MOST_POSITIONS};
    for (int keep = TALLY_KEEP_ALL; keep <= TALLY_KEEP_NONE; keep++)
        for (size_t i = 0; i < 6; i++) {
            const struct tally_shape shape = shape_of((enum tally_keep)keep, positions[i % 3], i < 3);
            struct packed packed[PATHS / BATCH + 1];
            struct tally a, b;
            assert_int_equal(tally_init(&a, &shape), RISKPOOL_OK);
            assert_int_equal(tally_init(&b, &shape), RISKPOOL_OK);
            fill(&a, packed);
            for (uint64_t k = 0; k <= PATHS / BATCH; k++) { /* in an order of its own */
                const uint64_t batch = (k * 5 + 3) % (PATHS / BATCH + 1);
                assert_false(tally_has(&b, batch * BATCH));
                assert_int_equal(unpack(&b, batch * BATCH, &packed[batch]), RISKPOOL_OK);
                assert_true(tally_has(&b, batch * BATCH));
                free(packed[batch].bytes);
            }
            assert_same_tally(&a, &b);
            tally_free(&a);
            tally_free(&b);
        }
}

/* Cut anywhere, with a word changed, of another batch: refused, or at least nothing is read that is not there; and the
 * batch can still be taken. */
static void other_bytes_are_refused(void **state) {
    (void)state;
    for (int keep = TALLY_KEEP_ALL; keep <= TALLY_KEEP_NONE; keep++) {
        const struct tally_shape shape = shape_of((enum tally_keep)keep, 3, 1);
        struct packed packed[PATHS / BATCH + 1];
        struct tally a, b;
        assert_int_equal(tally_init(&a, &shape), RISKPOOL_OK);
        assert_int_equal(tally_init(&b, &shape), RISKPOOL_OK);
        fill(&a, packed);
        assert_int_equal(unpack(&b, BATCH, &packed[2]), RISKPOOL_INVALID);
        const size_t last = PATHS / BATCH;
        assert_int_equal(unpack(&b, last * BATCH, &packed[0]), RISKPOOL_INVALID);
        struct tally_part part;
        assert_int_equal(tally_part_init(&part, &shape), RISKPOOL_OK);
        unsigned char *bytes = malloc(packed[0].size);
        for (uint64_t i = 0; i < 400; i++) {
            memcpy(bytes, packed[0].bytes, packed[0].size);
            const size_t size = 8 * (size_t)(draw(i, 1) * (double)(packed[0].size / 8));
            void *exact = malloc(size + 1);
            memcpy(exact, bytes, size);
            assert_int_equal(tally_unpack(&b, &part, 0, BATCH, exact, size), RISKPOOL_INVALID);
            free(exact);
            bytes[(i % 2 ? 0 : 24) + (size_t)(draw(i, 2) * 8)] ^=
                (unsigned char)(1 + 254 * draw(i, 3)); /* of the head */
            assert_int_equal(tally_unpack(&b, &part, 0, BATCH, bytes, packed[0].size), RISKPOOL_INVALID);
            memcpy(bytes, packed[0].bytes, packed[0].size);
            memset(bytes + 8 * (size_t)(draw(i, 4) * (double)(packed[0].size / 8)), 0xff, 8);
            (void)tally_unpack(&b, &part, 0, BATCH, bytes, packed[0].size);
        }
        assert_int_equal(tally_unpack(&b, &part, 0, BATCH, packed[0].bytes, packed[0].size - 8), RISKPOOL_INVALID);
        tally_part_free(&part);
        free(bytes);
        for (uint64_t batch = 0; batch <= last; batch++) {
            assert_int_equal(unpack(&b, batch * BATCH, &packed[batch]), RISKPOOL_OK);
            free(packed[batch].bytes);
        }
        assert_same_tally(&a, &b);
        tally_free(&a);
        tally_free(&b);
    }
}

/* Batches 1, 3 and 5 of 0 .. 5: the paths that are there, in order. */
static void gaps_close(void **state) {
    (void)state;
    const struct tally_shape shape = shape_of(TALLY_KEEP_ALL, 3, 1);
    struct packed packed[PATHS / BATCH + 1];
    struct tally a, b;
    assert_int_equal(tally_init(&a, &shape), RISKPOOL_OK);
    assert_int_equal(tally_init(&b, &shape), RISKPOOL_OK);
    fill(&a, packed);
    for (uint64_t batch = 0; batch <= PATHS / BATCH; batch++) {
        if (batch % 2)
            assert_int_equal(unpack(&b, batch * BATCH, &packed[batch]), RISKPOOL_OK);
        free(packed[batch].bytes);
    }
    assert_int_equal(tally_close_gaps(&b), RISKPOOL_OK);
    assert_int_equal(b.n_paths, 2 * BATCH + 777);
    assert_int_equal(b.capacity, 3 * BATCH);
    assert_true(b.done[0] == BATCH && b.done[1] == BATCH && b.done[2] == 777);
    for (size_t p = 0; p < b.n_paths; p++) {
        const size_t from = p / BATCH * 2 * BATCH + BATCH + p % BATCH;
        assert_int_equal(b.path[p], from);
        for (size_t m = 0; m < MODES; m++) {
            const struct tally_mode *x = &a.mode[m], *y = &b.mode[m];
            assert_same_bytes(&x->loss[from], &y->loss[p], sizeof(double), "loss");
            assert_same_bytes(&x->column[OUTCOME_fees][from], &y->column[OUTCOME_fees][p], sizeof(double), "fees");
            assert_same_bytes(&x->liquidation_time[3 * from], &y->liquidation_time[3 * p], 3 * sizeof(double), "times");
            for (size_t t = 0; t < TIMES; t++)
                assert_same_bytes(&x->equity[t * a.n_samples + from], &y->equity[t * b.n_samples + p], sizeof(double),
                                  "equity");
        }
    }
    for (size_t batch = 0; batch < 3; batch++)
        assert_same_bytes(&a.mode[1].mean[0][2 * batch + 1], &b.mode[1].mean[0][batch], sizeof(struct sum), "sums");
    tally_free(&a);
    tally_free(&b);
}

/* --- files ---------------------------------------------------------------------------------------------------------
 */

static const char *const scenario_text =
    "name: t\nhorizon: 2 d\nstep: 1 d\npaths: 100000\nseed: %d\n"
    "market: {model: gbm, assets: [{name: A, price: 100, volatility: 50%%}]}\naccount: {balance: 1000}\n"
    "positions: [{name: a, asset: A, side: long, notional: 100, margin: 50}]\n";

struct place {
    char folder[64];
    struct riskpool_scenario *scenario;
    struct spool_terms terms;
};

static void place_init(struct place *place, int seed) {
    char text[1000], *messages = NULL;
    *place = (struct place){.folder = "/tmp/riskpool-spool-XXXXXX"};
    assert_non_null(mkdtemp(place->folder));
    snprintf(text, sizeof text, scenario_text, seed);
    assert_int_equal(scenario_read_text(text, strlen(text), "t.yaml", NULL, 0, 0, &place->scenario, &messages),
                     RISKPOOL_OK);
    riskpool_text_free(messages);
    place->terms = (struct spool_terms){
        .folder = place->folder, .scenario = place->scenario, .scenario_path = "t.yaml", .n_shards = 1};
}

static void place_free(struct place *place) {
    struct spool *spool = NULL;
    char *message = NULL;
    if (spool_open(&place->terms, &spool, &message) == RISKPOOL_OK)
        spool_remove(spool);
    spool_close(spool);
    riskpool_text_free(message);
    riskpool_scenario_free(place->scenario);
}

static struct spool *open_here(struct place *place) {
    struct spool *spool = NULL;
    char *message = NULL;
    if (spool_open(&place->terms, &spool, &message) != RISKPOOL_OK)
        fail_msg("%s", message);
    return spool;
}

static void keep_batches(struct spool *spool, uint64_t begin, uint64_t end) {
    for (uint64_t batch = begin; batch < end; batch++) {
        uint64_t words[100];
        for (size_t i = 0; i < 100; i++)
            words[i] = batch * 1000 + i;
        assert_int_equal(spool_keep(spool, batch, words, 8 * (batch % 90 + 1)), RISKPOOL_OK);
    }
    assert_int_equal(spool_flush(spool), RISKPOOL_OK);
}

static int reads_back(struct spool *spool, uint64_t batch) {
    uint64_t words[100];
    size_t size = 0;
    enum riskpool_status status = spool_read(spool, batch, words, sizeof words, &size);
    if (status == RISKPOOL_INPUT_MISSING)
        return 0;
    assert_int_equal(status, RISKPOOL_OK);
    assert_int_equal(size, 8 * (batch % 90 + 1));
    for (size_t i = 0; i < size / 8; i++)
        assert_int_equal(words[i], batch * 1000 + i);
    return 1;
}

static void batches_come_back(void **state) {
    (void)state;
    struct place place;
    uint64_t end;
    place_init(&place, 1);
    struct spool *spool = open_here(&place);
    keep_batches(spool, 10, 200);
    keep_batches(spool, 0, 20); /* some twice */
    assert_false(spool_has(spool, 5));
    spool_close(spool);
    spool = open_here(&place);
    assert_int_equal(spool_count(spool, 1000, &end), 200);
    assert_int_equal(spool_count(spool, 7, &end), 7);
    assert_int_equal(end, 200);
    for (uint64_t batch = 0; batch < 200; batch++)
        assert_true(spool_has(spool, batch) && reads_back(spool, batch));
    assert_false(spool_has(spool, 200));
    spool_remove(spool);
    spool_close(spool);
    assert_int_equal(access(place.folder, F_OK), -1);
    riskpool_scenario_free(place.scenario);
}

/* The path of the only file of batches. */
static void unit_of(const struct place *place, char path[400]) {
    DIR *folder = opendir(place->folder);
    path[0] = '\0';
    for (struct dirent *found = readdir(folder); found; found = readdir(folder))
        if (strncmp(found->d_name, "unit-", 5) == 0)
            snprintf(path, 400, "%s/%s", place->folder, found->d_name);
    closedir(folder);
    assert_true(path[0]);
}

/* Every byte of a file changed in turn, and the file cut at every length: never a wrong batch, and what is not behind
 * the damage is there. */
static void damage_is_found(void **state) {
    (void)state;
    struct place place;
    char path[400];
    struct stat found;
    uint64_t end;
    place_init(&place, 2);
    struct spool *spool = open_here(&place);
    keep_batches(spool, 0, 5);
    spool_close(spool);
    unit_of(&place, path);
    assert_int_equal(stat(path, &found), 0);
    const int file = open(path, O_RDWR);
    unsigned char *bytes = malloc((size_t)found.st_size);
    assert_int_equal(pread(file, bytes, (size_t)found.st_size, 0), found.st_size);
    for (off_t at = 0; at < found.st_size; at++) {
        const unsigned char other = bytes[at] ^ 0x10;
        assert_int_equal(pwrite(file, &other, 1, at), 1);
        spool = open_here(&place);
        int there = 0;
        for (uint64_t batch = 0; batch < 5; batch++)
            there += reads_back(spool, batch);
        uint64_t damaged, taken, saved;
        spool_counts(spool, &damaged, &taken, &saved);
        assert_true(damaged == 1 && there < 5 && (uint64_t)there == taken);
        spool_close(spool);
        assert_int_equal(pwrite(file, &bytes[at], 1, at), 1);
    }
    for (off_t length = found.st_size - 1; length >= 0; length--) {
        assert_int_equal(ftruncate(file, length), 0);
        spool = open_here(&place);
        const uint64_t n = spool_count(spool, 5, &end);
        assert_true(n < 5);
        for (uint64_t batch = 0; batch < n; batch++)
            assert_true(reads_back(spool, batch));
        spool_close(spool);
    }
    close(file);
    free(bytes);
    place_free(&place);
}

static void refused(struct place *place, const struct spool_terms *terms, const char *words) {
    struct spool *spool = NULL;
    char *message = NULL;
    (void)place;
    assert_int_equal(spool_open(terms, &spool, &message), RISKPOOL_CANNOT_CREATE);
    assert_null(spool);
    if (!message || !strstr(message, words))
        fail_msg("says '%s', not '%s'", message ? message : "nothing", words);
    riskpool_text_free(message);
}

static void others_are_refused(void **state) {
    (void)state;
    struct place place, other;
    place_init(&place, 3);
    place_init(&other, 4);
    place.terms.n_shards = 2;
    struct spool *spool = open_here(&place);
    struct spool_terms terms = place.terms;
    refused(&place, &terms, "another process works on shard 0/2");
    terms.n_shards = 3;
    refused(&place, &terms, "shards of a set of 2 work here, not of 3");
    terms = place.terms;
    terms.n_shards = 0;
    refused(&place, &terms, "another process works on this run");
    terms = place.terms;
    terms.shard = 1;
    struct spool *second = NULL;
    char *message = NULL;
    assert_int_equal(spool_open(&terms, &second, &message), RISKPOOL_OK);
    assert_true(spool_owns(second, 7) && !spool_owns(second, 8) && spool_is_shard(second));
    spool_close(second);
    spool_close(spool);
    terms = place.terms;
    terms.scenario = other.scenario;
    refused(&place, &terms, "the seed differs (there: 3; now: 4)");
    terms = place.terms;
    terms.growing = 1;
    refused(&place, &terms, "--target-error differs");
    terms.n_shards = 0;
    terms.fresh = 1;
    assert_int_equal(spool_open(&terms, &spool, &message), RISKPOOL_OK);
    spool_remove(spool);
    spool_close(spool);
    riskpool_scenario_free(place.scenario);
    place_free(&other);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packed_is_the_same), cmocka_unit_test(other_bytes_are_refused),
        cmocka_unit_test(gaps_close),         cmocka_unit_test(batches_come_back),
        cmocka_unit_test(damage_is_found),    cmocka_unit_test(others_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
