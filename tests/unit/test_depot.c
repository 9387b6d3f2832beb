/* Arrays in memory and in files: what was written stays, whatever grows, moves or rests; what rests is not in memory;
 * and every way in which the machine can refuse leaves the array as it was. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "depot.h"

static uint64_t *lengthen(struct depot *depot, uint64_t *array, size_t n) {
    enum riskpool_status status = RISKPOOL_OK;
    array = depot_lengthen(depot, array, n, sizeof *array, &status);
    assert_int_equal(status, RISKPOOL_OK);
    assert_non_null(array);
    return array;
}

static void fill(uint64_t *array, size_t begin, size_t end, uint64_t seed) {
    for (size_t i = begin; i < end; i++)
        array[i] = i * UINT64_C(0x9e3779b97f4a7c15) + seed;
}

static void assert_filled(const uint64_t *array, size_t n, uint64_t seed) {
    for (size_t i = 0; i < n; i++)
        assert_true(array[i] == i * UINT64_C(0x9e3779b97f4a7c15) + seed);
}

/* Arrays that grow in turns; the files begin when they are of some length, or never. */
static void what_was_written_stays(void **state) {
    (void)state;
    enum { ARRAYS = 40, STEPS = 6, MOST = 30000 };
    for (size_t files_from = 0; files_from <= STEPS; files_from += 2) {
        struct depot depot = {.folder = "."};
        uint64_t *array[ARRAYS] = {NULL};
        for (size_t step = 0; step < STEPS; step++) {
            depot.in_files = step >= files_from;
            for (size_t k = 0; k < ARRAYS; k++) {
                const size_t old = step * MOST / STEPS, new = (step + 1) * MOST / STEPS;
                array[k] = lengthen(&depot, array[k], new);
                fill(array[k], old, new, k);
                depot_rest(&depot);
            }
        }
        assert_int_equal(depot.n, ARRAYS);
        assert_ptr_equal(lengthen(&depot, array[3], 10), array[3]); /* is long enough */
        depot_drop(&depot, array[7]);
        depot_drop(&depot, NULL);
        for (size_t k = 0; k < ARRAYS; k++)
            if (k != 7)
                assert_filled(array[k], MOST, k);
        assert_int_equal(depot.n, ARRAYS - 1);
        depot_free(&depot);
        depot_free(&depot);
    }
}

/* Memory of this process that is mapped from files. */
static uint64_t resident(void) {
    unsigned long all = 0, there = 0, shared = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%lu %lu %lu", &all, &there, &shared), 3);
    fclose(file);
    return (uint64_t)shared * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void what_rests_is_not_in_memory(void **state) {
    (void)state;
    enum { N = 4 << 20 }; /* 32 MB */
    struct depot depot = {.folder = ".", .in_files = 1};
    const uint64_t before = resident();
    uint64_t *array = lengthen(&depot, NULL, N);
    fill(array, 0, N, 1);
    assert_true(resident() - before > (uint64_t)N * 7);
    depot_rest(&depot);
    assert_true(resident() - before < 1 << 20);
    assert_filled(array, N, 1);
    depot_free(&depot);
    assert_true(resident() - before < 1 << 20);
}

/* The file has no name, and is deleted. */
static void nothing_is_left(void **state) {
    (void)state;
    char folder[] = "depot-XXXXXX";
    assert_non_null(mkdtemp(folder));
    struct depot depot = {.folder = folder, .in_files = 1};
    lengthen(&depot, NULL, 1000);
    assert_int_equal(rmdir(folder), 0); /* empty already */
    depot_free(&depot);
}

static void assert_refused(struct depot *depot, uint64_t *array, uint64_t n, enum riskpool_status expected) {
    enum riskpool_status status = RISKPOOL_OK;
    assert_ptr_equal(depot_lengthen(depot, array, n, sizeof *array, &status), array);
    assert_int_equal(status, expected);
    assert_filled(array, 1000, 5);
    assert_ptr_equal(depot_lengthen(depot, array, 2000, sizeof *array, &status), array); /* after a failure: nothing */
    assert_int_equal(status, expected);
}

static void refusals_leave_the_array(void **state) {
    (void)state;
    struct depot depot = {.folder = "absent"};
    uint64_t *array = lengthen(&depot, NULL, 1000);
    fill(array, 0, 1000, 5);
    assert_refused(&depot, array, UINT64_MAX, RISKPOOL_NO_MEMORY);
    assert_refused(&depot, array, PTRDIFF_MAX / 8 + 1, RISKPOOL_NO_MEMORY);
    depot.in_files = 1;
    assert_refused(&depot, array, 100000, RISKPOOL_CANNOT_CREATE);
    depot.folder = ".";
    struct rlimit old, small;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    small = old;
    small.rlim_cur = 1 << 20;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    assert_refused(&depot, array, 1 << 20, RISKPOOL_WRITE_FAILED); /* in memory */
    array = lengthen(&depot, array, 2000);
    assert_refused(&depot, array, 1 << 20, RISKPOOL_WRITE_FAILED); /* in a file */
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    array = lengthen(&depot, array, 1 << 20);
    assert_filled(array, 1000, 5);
    depot_free(&depot);
}

static void without_a_folder_all_is_in_memory(void **state) {
    (void)state;
    struct depot depot = {.in_files = 1};
    uint64_t *array = lengthen(&depot, NULL, 1000);
    assert_int_equal(depot.array[0].file, -1);
    fill(array, 0, 1000, 2);
    depot_rest(&depot);
    assert_filled(array, 1000, 2);
    depot_free(&depot);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_written_stays),
        cmocka_unit_test(what_rests_is_not_in_memory),
        cmocka_unit_test(nothing_is_left),
        cmocka_unit_test(refusals_leave_the_array),
        cmocka_unit_test(without_a_folder_all_is_in_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
