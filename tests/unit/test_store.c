/* The results file: everything that is written comes back; equal results are equal bytes; the layout that other
 * readers rely on; failures leave nothing behind; foreign and damaged files end in a message. */
#include <errno.h>
#include <hdf5.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "results.h"
#include "store.h"

enum { PATHS = 3000 };

static char folder[] = "/tmp/riskpool-store-XXXXXX";

static const char *path_of(const char *name) {
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static int make_folder(void **state) {
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state) {
    char command[300];
    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static double number(size_t seed) {
    return sin((double)seed) * 1000 / 7;
}

static void fill(double *values, size_t n, size_t seed) {
    for (size_t i = 0; i < n; i++)
        values[i] = (seed + i) % 11 == 0 ? NAN : number(seed + i);
}

static void label(char **labels, size_t n, const char *stem) {
    for (size_t i = 0; i < n; i++)
        assert_true(asprintf(&labels[i], "%s%zu-\xc3\xa9", stem, i) > 0);
}

static void set_sizes(struct riskpool_results *r, int keep) {
    r->size[DIM_PATH] = keep ? PATHS : 0;
    r->size[DIM_POSITION] = 3;
    r->size[DIM_CONFIDENCE] = 2;
    r->size[DIM_TIME] = 5;
    r->size[DIM_QUANTILE] = 7;
    r->size[DIM_BIN] = 20;
    r->size[DIM_ALERT] = 0;
    r->size[DIM_ASSET] = 3;
}

static void fill_texts(struct riskpool_results *r) {
    static const char *const names[] = {"isolated", "cross", "core-satellite"};
    r->title = strdup("A title with \xe2\x82\xac");
    r->name = strdup("three");
    r->source = strdup("riskpool 0.0.0");
    r->currency = strdup("USDT");
    r->scenario_text = strdup("name: three\n");
    r->resolved_scenario = malloc(200001);
    memset(r->resolved_scenario, 'x', 200000);
    r->resolved_scenario[200000] = '\0';
    memset(r->scenario_sha256, 'a', 64);
    for (size_t m = 0; m < r->n_modes; m++)
        r->modes[m].name = strdup(names[m]);
    label(r->position, 3, "position");
    label(r->asset, 3, "asset");
    label(r->pair, r->size[DIM_PAIR], "pair");
}

static void fill_numbers(struct riskpool_results *r) {
    for (size_t m = 0; m < r->n_modes; m++) {
        for (size_t i = 0; i < STAT_COUNT; i++)
            fill(r->modes[m].statistic[i], result_field_size(r, &statistic_fields[i]), 100 * m + i);
        for (size_t i = 0; r->size[DIM_PATH] && i < OUTCOME_COUNT; i++)
            fill(r->modes[m].column[i], PATHS, i);
        if (r->size[DIM_PATH])
            fill(r->modes[m].liquidation_time, 3 * PATHS, m);
    }
    for (size_t i = 0; i < COMP_COUNT; i++)
        fill(r->comparison[i], result_field_size(r, &comparison_fields[i]), 1000 + i);
    double *const coordinates[] = {r->confidence, r->time,  r->quantile,   r->bin,
                                   r->bin_edge,   r->price, r->volatility, r->drift};
    const size_t n[] = {2, 5, 7, 20, 21, 3, 3, 3};
    for (size_t i = 0; i < 8; i++)
        for (size_t k = 0; k < n[i]; k++)
            coordinates[i][k] = (double)(k + 1) / 100;
    fill(r->correlation, 9, 5);
}

static struct riskpool_results *make_results(size_t n_modes, int keep) {
    struct riskpool_results *r = calloc(1, sizeof *r);
    r->n_modes = n_modes;
    r->n_paths = PATHS;
    r->seed = UINT64_MAX;
    r->complete = 1;
    r->start_equity = 10000;
    set_sizes(r, keep);
    assert_int_equal(results_allocate(r, keep), RISKPOOL_OK);
    fill_texts(r);
    fill_numbers(r);
    return r;
}

static void add_limits(struct riskpool_results *r) {
    static const struct {
        const char *key;
        double bound, value;
        int breached;
    } limits[] = {{"cross.value_at_risk.95%", 100, 90, 0},
                  {"cross.value_at_risk.99%", 200, 210, 1},
                  {"cross.any_liquidation_frequency", 0.05, 0.06, 1},
                  {"core-satellite.mean_loss", 1, 0, 0}};
    r->limits = calloc(4, sizeof *r->limits);
    r->n_limits = 4;
    for (size_t i = 0; i < 4; i++)
        r->limits[i] =
            (struct limit_result){strdup(limits[i].key), limits[i].bound, limits[i].value, limits[i].breached};
}

static void write_or_fail(const struct riskpool_results *r, const char *path) {
    char *message = NULL;
    const enum riskpool_status status = riskpool_results_write(r, path, &message);
    if (status != RISKPOOL_OK)
        fail_msg("%s", message);
    assert_null(message);
}

static struct riskpool_results *read_or_fail(const char *path) {
    struct riskpool_results *r = NULL;
    char *message = NULL;
    if (riskpool_results_read(path, &r, &message) != RISKPOOL_OK)
        fail_msg("%s", message);
    return r;
}

static void assert_same(const double *a, const double *b, size_t n, const char *name) {
    for (size_t i = 0; i < n; i++)
        if (!(a[i] == b[i] || (isnan(a[i]) && isnan(b[i]))))
            fail_msg("%s[%zu]: %.17g and %.17g", name, i, a[i], b[i]);
}

static void assert_same_results(const struct riskpool_results *a, const struct riskpool_results *b) {
    assert_int_equal(a->n_modes, b->n_modes);
    assert_true(a->seed == b->seed && a->n_paths == b->n_paths && a->complete == b->complete);
    assert_true(a->start_equity == b->start_equity);
    assert_string_equal(a->scenario_sha256, b->scenario_sha256);
    assert_string_equal(a->title, b->title);
    assert_string_equal(a->name, b->name);
    assert_string_equal(a->currency, b->currency);
    assert_string_equal(a->resolved_scenario, b->resolved_scenario);
    for (size_t m = 0; m < a->n_modes; m++) {
        assert_string_equal(a->modes[m].name, b->modes[m].name);
        for (size_t i = 0; i < STAT_COUNT; i++)
            assert_same(a->modes[m].statistic[i], b->modes[m].statistic[i], result_field_size(a, &statistic_fields[i]),
                        statistic_fields[i].name);
    }
    for (size_t i = 0; i < COMP_COUNT; i++)
        assert_same(a->comparison[i], b->comparison[i], result_field_size(a, &comparison_fields[i]),
                    comparison_fields[i].name);
    for (int dim = 0; dim < DIM_COUNT; dim++)
        if (results_coordinate(a, (enum dimension)dim))
            assert_same(results_coordinate(a, (enum dimension)dim), results_coordinate(b, (enum dimension)dim),
                        a->size[dim], dimension_fields[dim].name);
    for (size_t i = 0; i < 3; i++) {
        assert_string_equal(a->position[i], b->position[i]);
        assert_string_equal(a->asset[i], b->asset[i]);
    }
    assert_same(a->correlation, b->correlation, 9, "correlation");
}

static void what_is_written_comes_back(void **state) {
    (void)state;
    for (size_t n_modes = 1; n_modes <= 3; n_modes++)
        for (int keep = 0; keep <= 1; keep++) {
            struct riskpool_results *r = make_results(n_modes, keep);
            write_or_fail(r, path_of("round.h5"));
            struct riskpool_results *back = read_or_fail(path_of("round.h5"));
            assert_same_results(r, back);
            riskpool_results_free(r);
            riskpool_results_free(back);
        }
}

static void limits_come_back(void **state) {
    (void)state;
    struct riskpool_results *r = make_results(3, 0);
    add_limits(r);
    write_or_fail(r, path_of("limits.h5"));
    struct riskpool_results *back = read_or_fail(path_of("limits.h5"));
    assert_int_equal(back->n_limits, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(r->limits[i].key, back->limits[i].key);
        assert_true(r->limits[i].bound == back->limits[i].bound && r->limits[i].value == back->limits[i].value);
        assert_int_equal(r->limits[i].breached, back->limits[i].breached);
    }
    riskpool_results_free(r);
    riskpool_results_free(back);
}

static char *bytes_of(const char *path, size_t *n) {
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    *n = (size_t)ftell(file);
    rewind(file);
    char *bytes = malloc(*n + 1);
    assert_int_equal(fread(bytes, 1, *n, file), *n);
    fclose(file);
    return bytes;
}

static void number_paths(struct riskpool_results *r) {
    enum riskpool_status status = RISKPOOL_OK;
    r->path = depot_lengthen(&r->depot, NULL, PATHS, sizeof *r->path, &status);
    for (size_t i = 0; i < PATHS; i++)
        r->path[i] = 3 * i + 1;
}

/* Whenever they are written, and wherever the file is put together. */
static void equal_results_are_equal_bytes(void **state) {
    (void)state;
    size_t n[2] = {0, 0};
    char *bytes[2];
    for (int i = 0; i < 2; i++) {
        struct riskpool_results *r = make_results(3, 1);
        r->in_memory = i ? 1 : 0;
        number_paths(r);
        add_limits(r);
        write_or_fail(r, path_of(i ? "b.h5" : "another-name.h5"));
        bytes[i] = bytes_of(path_of(i ? "b.h5" : "another-name.h5"), &n[i]);
        free(malloc(12345));
        if (i == 0)
            sleep(1);
        riskpool_results_free(r);
    }
    assert_int_equal(n[0], n[1]);
    assert_memory_equal(bytes[0], bytes[1], n[0]);
    free(bytes[0]);
    free(bytes[1]);
}

static void columns_and_layout_are_right(void **state) {
    (void)state;
    struct riskpool_results *r = make_results(2, 1);
    number_paths(r);
    write_or_fail(r, path_of("columns.h5"));
    const hid_t file = H5Fopen(path_of("columns.h5"), H5F_ACC_RDONLY, H5P_DEFAULT);
    assert_true(file >= 0);
    double *column = malloc(3 * PATHS * sizeof *column);
    int *path = malloc(PATHS * sizeof *path);
    hid_t dataset = H5Dopen2(file, "cross/max_drawdown", H5P_DEFAULT);
    assert_true(H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, column) >= 0);
    assert_same(column, r->modes[1].column[OUTCOME_max_drawdown], PATHS, "max_drawdown");
    const hid_t list = H5Dget_create_plist(dataset);
    assert_int_equal(H5Pget_nfilters(list), 3);
    H5Pclose(list);
    H5Dclose(dataset);
    dataset = H5Dopen2(file, "cross/liquidation_time", H5P_DEFAULT);
    assert_true(H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, column) >= 0);
    assert_same(column, r->modes[1].liquidation_time, 3 * PATHS, "liquidation_time");
    H5Dclose(dataset);
    dataset = H5Dopen2(file, "cross/path", H5P_DEFAULT);
    assert_true(H5Dread(dataset, H5T_NATIVE_INT, H5S_ALL, H5S_ALL, H5P_DEFAULT, path) >= 0);
    assert_int_equal(path[PATHS - 1], 3 * (PATHS - 1) + 1);
    H5Dclose(dataset);
    assert_true(H5Lexists(file, "cross/alert", H5P_DEFAULT) == 0); /* there are no alerts */
    H5Fclose(file);
    free(column);
    free(path);
    riskpool_results_free(r);
}

static void identity_is_the_root(void **state) {
    (void)state;
    struct riskpool_results *r = make_results(1, 0);
    struct store_identity identity;
    char *message = NULL;
    write_or_fail(r, path_of("identity.h5"));
    assert_int_equal(store_identity(path_of("identity.h5"), &identity, &message), RISKPOOL_OK);
    assert_string_equal(identity.scenario_sha256, r->scenario_sha256);
    assert_string_equal(identity.source, "riskpool 0.0.0");
    assert_true(identity.seed == UINT64_MAX && identity.n_paths == PATHS && identity.complete == 1);
    assert_int_equal(store_identity(path_of("nothing.h5"), &identity, &message), RISKPOOL_INPUT_MISSING);
    assert_non_null(strstr(message, "nothing.h5"));
    riskpool_text_free(message);
    riskpool_results_free(r);
}

static size_t files_in_folder(void) {
    char command[300];
    size_t n = 0;
    snprintf(command, sizeof command, "ls -A '%s' | wc -l", folder);
    FILE *pipe = popen(command, "r");
    assert_int_equal(fscanf(pipe, "%zu", &n), 1);
    pclose(pipe);
    return n;
}

static void a_full_disk_leaves_nothing_behind(void **state) {
    (void)state;
    struct riskpool_results *r = make_results(2, 1);
    char *message = NULL;
    struct rlimit before, small;
    const size_t files = files_in_folder();
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    small = (struct rlimit){20000, before.rlim_max};
#ifdef __SANITIZE_ADDRESS__
    const int ways = 1; /* HDF5 loses memory of its own when its file cannot grow */
#else
    const int ways = 2;
#endif
    for (int i = 0; i < ways; i++) { /* put together in memory, and in a file */
        r->in_memory = i ? 1 : 0;
        setrlimit(RLIMIT_FSIZE, &small);
        const enum riskpool_status status = riskpool_results_write(r, path_of("full.h5"), &message);
        setrlimit(RLIMIT_FSIZE, &before);
        assert_int_equal(status, RISKPOOL_WRITE_FAILED);
        assert_non_null(strstr(message, strerror(EFBIG)));
        riskpool_text_free(message);
        assert_int_equal(files_in_folder(), files);
    }
    write_or_fail(r, path_of("full.h5"));
    riskpool_results_free(r);
}

static void missing_folders_are_created_or_named(void **state) {
    (void)state;
    struct riskpool_results *r = make_results(1, 0);
    char *message = NULL;
    write_or_fail(r, path_of("deep/er/out.h5"));
    assert_int_equal(riskpool_results_write(r, path_of("deep/er/out.h5/below.h5"), &message), RISKPOOL_CANNOT_CREATE);
    assert_non_null(strstr(message, "out.h5"));
    riskpool_text_free(message);
    assert_int_equal(riskpool_results_write(r, path_of("deep/er"), &message), RISKPOOL_CANNOT_CREATE);
    riskpool_text_free(message);
    assert_int_equal(riskpool_results_write(r, "/proc/no/such.h5", &message), RISKPOOL_CANNOT_CREATE);
    riskpool_text_free(message);
    assert_int_equal(store_prepare("relative.h5", &message), RISKPOOL_OK);
    riskpool_results_free(r);
}

static void names_that_are_no_groups_are_refused(void **state) {
    (void)state;
    static const char *const bad[] = {"a/b", "", ".", "market", "comparison", "provenance"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct riskpool_results *r = make_results(1, 0);
        char *message = NULL;
        free(r->modes[0].name);
        r->modes[0].name = strdup(bad[i]);
        assert_int_equal(riskpool_results_write(r, path_of("bad.h5"), &message), RISKPOOL_INVALID);
        assert_non_null(message);
        riskpool_text_free(message);
        riskpool_results_free(r);
    }
}

static void assert_refused(const char *path, const char *why) {
    struct riskpool_results *r = NULL;
    char *message = NULL;
    assert_int_equal(riskpool_results_read(path, &r, &message), RISKPOOL_INVALID);
    assert_null(r);
    if (!message || !strstr(message, why))
        fail_msg("'%s' does not say '%s'", message ? message : "", why);
    riskpool_text_free(message);
}

static void write_bytes(const char *path, const char *bytes, size_t n) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    fclose(file);
}

static void foreign_files_are_refused(void **state) {
    (void)state;
    write_bytes(path_of("text.h5"), "name: three\n", 12);
    assert_refused(path_of("text.h5"), "not an HDF5 file");
    write_bytes(path_of("empty.h5"), "", 0);
    assert_refused(path_of("empty.h5"), "not an HDF5 file");
    assert_refused(folder, "not a file");
    const hid_t file = H5Fcreate(path_of("foreign.h5"), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(file >= 0);
    H5Fclose(file);
    assert_refused(path_of("foreign.h5"), "does not say that it holds riskpool results");
}

/* Opens a good file, lets `damage` at it, and expects a refusal. */
static void refuse_damaged(void (*damage)(hid_t file), const char *why) {
    struct riskpool_results *r = make_results(2, 0);
    write_or_fail(r, path_of("damaged.h5"));
    riskpool_results_free(r);
    const hid_t file = H5Fopen(path_of("damaged.h5"), H5F_ACC_RDWR, H5P_DEFAULT);
    assert_true(file >= 0);
    damage(file);
    H5Fclose(file);
    assert_refused(path_of("damaged.h5"), why);
}

static void drop_variable(hid_t file) {
    H5Ldelete(file, "cross/expected_shortfall", H5P_DEFAULT);
}

static void drop_modes(hid_t file) {
    H5Ldelete(file, "cross", H5P_DEFAULT);
    H5Ldelete(file, "isolated", H5P_DEFAULT);
}

static void drop_market(hid_t file) {
    H5Ldelete(file, "market", H5P_DEFAULT);
}

static void replace_variable(hid_t file, hid_t type, int rank, hsize_t n) {
    H5Ldelete(file, "cross/value_at_risk", H5P_DEFAULT);
    const hid_t space = H5Screate_simple(rank, (hsize_t[]){n, n, n}, NULL);
    const hid_t dataset = H5Dcreate2(file, "cross/value_at_risk", type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Dclose(dataset);
    H5Sclose(space);
}

static void wrong_length(hid_t file) {
    replace_variable(file, H5T_NATIVE_DOUBLE, 1, 3);
}

static void wrong_rank(hid_t file) {
    replace_variable(file, H5T_NATIVE_DOUBLE, 3, 2);
}

static void wrong_type(hid_t file) {
    replace_variable(file, H5T_C_S1, 1, 2);
}

static void group_for_variable(hid_t file) {
    H5Ldelete(file, "cross/value_at_risk", H5P_DEFAULT);
    H5Gclose(H5Gcreate2(file, "cross/value_at_risk", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
}

static void newer_format(hid_t file) {
    const int version[2] = {2, 0};
    const hid_t attribute = H5Aopen(file, "format_version", H5P_DEFAULT);
    H5Awrite(attribute, H5T_NATIVE_INT, version);
    H5Aclose(attribute);
}

static void no_seed(hid_t file) {
    H5Adelete(file, "seed");
}

static void huge_dimension(hid_t file) {
    H5Ldelete(file, "isolated/position", H5P_DEFAULT);
    const hid_t space = H5Screate_simple(1, (hsize_t[]){UINT64_C(1) << 40}, NULL);
    H5Dclose(H5Dcreate2(file, "isolated/position", H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    H5Sclose(space);
}

static void damaged_files_are_refused(void **state) {
    (void)state;
    refuse_damaged(drop_variable, "expected_shortfall");
    refuse_damaged(drop_modes, "no mode");
    refuse_damaged(drop_market, "market");
    refuse_damaged(wrong_length, "value_at_risk does not have the shape");
    refuse_damaged(wrong_rank, "value_at_risk does not have the shape");
    refuse_damaged(wrong_type, "value_at_risk does not hold numbers");
    refuse_damaged(group_for_variable, "value_at_risk");
    refuse_damaged(newer_format, "version 2.0");
    refuse_damaged(no_seed, "seed");
    refuse_damaged(huge_dimension, "position");
}

/* A file cut short at any length is refused, not half read. */
static void truncated_files_are_refused(void **state) {
    (void)state;
    struct riskpool_results *r = make_results(2, 1);
    size_t n = 0;
    write_or_fail(r, path_of("whole.h5"));
    riskpool_results_free(r);
    char *bytes = bytes_of(path_of("whole.h5"), &n);
    for (size_t length = 0; length < n; length += n / 40 + 1) {
        write_bytes(path_of("cut.h5"), bytes, length);
        assert_refused(path_of("cut.h5"), "cut.h5");
    }
    free(bytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_comes_back),
        cmocka_unit_test(limits_come_back),
        cmocka_unit_test(equal_results_are_equal_bytes),
        cmocka_unit_test(columns_and_layout_are_right),
        cmocka_unit_test(identity_is_the_root),
        cmocka_unit_test(a_full_disk_leaves_nothing_behind),
        cmocka_unit_test(missing_folders_are_created_or_named),
        cmocka_unit_test(names_that_are_no_groups_are_refused),
        cmocka_unit_test(foreign_files_are_refused),
        cmocka_unit_test(damaged_files_are_refused),
        cmocka_unit_test(truncated_files_are_refused),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
