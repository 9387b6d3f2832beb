/* Any bytes as a table of prices: never a crash, a leak or a hang; what calibrates to a gbm is a market that a scenario
 * accepts. The first byte chooses model, method and what is printed. */
#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "calibrate.h"
#include "scenario.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void must_load(const struct calibration *calibration, const char *market) {
    struct riskpool_scenario *scenario = NULL;
    struct text text = {0};
    char *messages = NULL;
    text_add(&text,
             "name: t\nhorizon: 2 d\naccount: {balance: 1000}\n"
             "positions: [{name: a, asset: \"%s\", side: long, notional: 100, margin: 50}]\n%s",
             calibration->prices.name[0], market);
    if (scenario_read_text(text.bytes, text.length, "t.yaml", NULL, 0, 0, &scenario, &messages) != RISKPOOL_OK) {
        fprintf(stderr, "%s\n%s", messages, text.bytes);
        __builtin_trap();
    }
    riskpool_text_free(messages);
    riskpool_scenario_free(scenario);
    text_free(&text);
}

static void calibrate_file(const char *path, unsigned choice) {
    static const enum covariance_kind kinds[] = {COVARIANCE_SAMPLE, COVARIANCE_EWMA, COVARIANCE_LEDOIT_WOLF,
                                                 COVARIANCE_LEDOIT_WOLF_CORRELATION, COVARIANCE_SHRINK};
    struct calibrate_request request = {.path = path,
                                        .method = {kinds[choice / 5 % 5], 0.9},
                                        .model = (enum calibrate_model)(choice % 5),
                                        .as_covariance = choice / 25 % 2,
                                        .window = {NULL, -HUGE_VAL, HUGE_VAL}};
    struct report report = {0};
    struct calibration calibration;
    struct text out = {0};
    if (calibrate_init(&calibration, &request, &report) == RISKPOOL_OK) {
        calibrate_print(&calibration, &request, &out);
        if (out.failed)
            __builtin_trap();
        if (request.model == CALIBRATE_GBM)
            must_load(&calibration, out.bytes);
    } else if (report.n_errors == 0 && !report.no_memory) {
        __builtin_trap();
    }
    text_free(&out);
    calibrate_free(&calibration);
    report_free(&report);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    char path[64];
    int file = size > 0 ? memfd_create("prices", 0) : -1;
    if (file < 0)
        return 0;
    gsl_set_error_handler_off();
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    if (write(file, bytes + 1, size - 1) == (ssize_t)(size - 1))
        calibrate_file(path, bytes[0]);
    close(file);
    return 0;
}
