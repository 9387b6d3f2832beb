/* Whether a run fits into memory and onto the disk: what it needs, what this process may have, and how to say so. */
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cli.h"
#include "run.h"
#include "scenario.h"
#include "spool.h"

int memory_parse(const char *text, uint64_t *bytes) {
    static const struct {
        const char *name;
        double bytes;
    } units[] = {{"", 1}, {"kB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}};
    char *end = NULL;
    const double number = strtod(text, &end);
    if (end == text || !(number > 0.0))
        return 0;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strcmp(end, units[i].name) == 0 && number * units[i].bytes >= 1.0 && number * units[i].bytes < 1e18) {
            *bytes = (uint64_t)(number * units[i].bytes);
            return 1;
        }
    return 0;
}

/* The first number in a file, after `key` where one is given; UINT64_MAX when it is not there. */
static uint64_t number_in(const char *path, const char *key) {
    char line[256];
    uint64_t number = UINT64_MAX;
    FILE *file = fopen(path, "r");
    while (file && number == UINT64_MAX && fgets(line, sizeof line, file)) {
        const size_t length = strlen(key);
        char *end = line;
        const uint64_t found = strncmp(line, key, length) == 0 ? strtoull(line + length, &end, 10) : 0;
        if (end > line + length)
            number = found;
    }
    if (file)
        fclose(file);
    return number;
}

/* What is left of the address space that the process may have (ulimit -v). */
static uint64_t address_space(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return UINT64_MAX;
    const uint64_t pages = number_in("/proc/self/statm", ""), page = (uint64_t)sysconf(_SC_PAGESIZE);
    const uint64_t used = pages < UINT64_MAX / page ? pages * page : 0;
    return limit.rlim_cur > used ? limit.rlim_cur - used : 0;
}

/* Linux; elsewhere nothing is known, and everything fits. The files of cgroups are those a container sees. */
static uint64_t memory_available(void) {
    const uint64_t kilobytes = number_in("/proc/meminfo", "MemAvailable:");
    const uint64_t limits[] = {kilobytes < UINT64_MAX / 1024 ? kilobytes * 1024 : UINT64_MAX, address_space(),
                               number_in("/sys/fs/cgroup/memory.max", ""),
                               number_in("/sys/fs/cgroup/memory/memory.limit_in_bytes", "")};
    uint64_t least = UINT64_MAX;
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        least = limits[i] < least ? limits[i] : least;
    return least;
}

/* "41 MB", "1.3 GB". */
static const char *size_text(uint64_t bytes, char text[32]) {
    if (bytes < UINT64_C(999500000))
        snprintf(text, 32, "%.0f MB", (double)bytes / 1e6);
    else
        snprintf(text, 32, "%.1f GB", (double)bytes / 1e9);
    return text;
}

/* "three-longs: this run needs 41 MB (...)", and what there is when that is less. */
static void print_need(FILE *stream, const struct riskpool_scenario *scenario, int threads, uint64_t need) {
    static const char *const kept[] = {[PATHS_ALL] = "all", [PATHS_TAIL] = "the worst 1 %", [PATHS_NONE] = "none"};
    const uint64_t available = memory_available();
    char size[32];
    threads = threads > 0 ? threads : omp_get_max_threads();
    fprintf(stream, "%s: this run needs %s (%llu path%s, %s kept; %d thread%s)", scenario->name, size_text(need, size),
            (unsigned long long)scenario->n_paths, scenario->n_paths == 1 ? "" : "s", kept[scenario->paths_kept],
            threads, threads == 1 ? "" : "s");
    if (need > available)
        fprintf(stream, "; %s are available", size_text(available, size));
    fputc('\n', stream);
}

enum riskpool_status memory_show(const struct riskpool_scenario *scenario, const struct riskpool_run_options *options) {
    uint64_t need = 0;
    enum riskpool_status status = run_memory(scenario, options, &need);
    if (status == RISKPOOL_OK)
        print_need(stdout, scenario, options->threads, need);
    else
        fprintf(stderr, "%s: %s\n", scenario->name, riskpool_status_text(status));
    return status;
}

static enum riskpool_status disk_check(const char *command, const char *path, uint64_t n_bytes) {
    char *message = NULL;
    enum riskpool_status status = spool_disk_check(path, n_bytes, &message);
    if (status != RISKPOOL_OK)
        fprintf(stderr, "riskpool %s: %s\n", command, message ? message : riskpool_status_text(status));
    riskpool_text_free(message);
    return status;
}

/* Files are mapped: they need no memory, but addresses. */
static enum riskpool_status address_check(const struct riskpool_scenario *scenario, uint64_t n_bytes) {
    const uint64_t available = address_space();
    char need[32], there[32];
    if (n_bytes <= available)
        return RISKPOOL_OK;
    fprintf(stderr, "%s: this run needs %s of address space for its files; %s are available (ulimit -v)\n",
            scenario->name, size_text(n_bytes, need), size_text(available, there));
    return RISKPOOL_NO_MEMORY;
}

enum riskpool_status memory_check(const struct riskpool_scenario *scenario,
                                  const struct riskpool_run_options *options) {
    uint64_t need = 0;
    enum riskpool_status status = run_memory(scenario, options, &need);
    if (status != RISKPOOL_OK) {
        fprintf(stderr, "%s: %s\n", scenario->name, riskpool_status_text(status));
    } else if (need > memory_available()) {
        print_need(stderr, scenario, options->threads, need);
        status = RISKPOOL_NO_MEMORY;
    }
    return status;
}

enum riskpool_status room_check(const char *command, const char *path, const struct riskpool_scenario *scenario,
                                const struct riskpool_run_options *options) {
    uint64_t need = 0;
    struct run_disk disk;
    enum riskpool_status status = run_memory(scenario, options, &need);
    if (status == RISKPOOL_OK)
        status = run_disk(scenario, options, &disk);
    if (status != RISKPOOL_OK) {
        fprintf(stderr, "%s: %s\n", scenario->name, riskpool_status_text(status));
        return status;
    }
    if (need > memory_available()) {
        print_need(stderr, scenario, options->threads, need);
        fprintf(stderr, "  less is needed with fewer threads or a smaller --memory\n");
        return RISKPOOL_NO_MEMORY;
    }
    status = address_check(scenario, need + disk.files);
    return status == RISKPOOL_OK ? disk_check(command, path, disk.results + disk.files) : status;
}
