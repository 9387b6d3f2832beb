/* Status codes as texts and exit codes, the version, and the release of texts handed out. */
#include <stdlib.h>

#include "riskpool.h"

#ifndef RISKPOOL_VERSION
#define RISKPOOL_VERSION "0.1.0"
#endif

static const struct {
    int exit_code;
    const char *text;
} statuses[] = {
#define X(name, code, text) {code, text},
    RISKPOOL_STATUS_LIST(X)
#undef X
};

static int is_known(enum riskpool_status status) {
    return (size_t)status < sizeof statuses / sizeof statuses[0];
}

const char *riskpool_status_text(enum riskpool_status status) {
    return is_known(status) ? statuses[status].text : "unknown status";
}

int riskpool_status_exit_code(enum riskpool_status status) {
    return is_known(status) ? statuses[status].exit_code : statuses[RISKPOOL_INTERNAL].exit_code;
}

const char *riskpool_version(void) {
    return RISKPOOL_VERSION;
}

void riskpool_text_free(char *text) {
    free(text);
}
