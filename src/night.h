/* A batch file: books crossed with stresses, venues and modes, as a list of runs. It names files and checks its own
 * keys; what is in a book is the scenario's to say, when the run is due. */
#ifndef NIGHT_H
#define NIGHT_H

#include "field.h"
#include "riskpool.h"

enum night_axis { NIGHT_BOOK, NIGHT_STRESS, NIGHT_VENUE, NIGHT_AXES };

struct night_run {
    const char *path;              /* of the book, a scenario */
    const char *label[NIGHT_AXES]; /* file names without folder and suffix; "none" */
    const char *name;              /* labels of the axes that the file has, joined by +: names the results */
    size_t n_overrides;            /* as for riskpool_scenario_load */
    char **overrides;
};

/* A zeroed night is an empty one. The tree owns all memory. */
struct night {
    struct tree tree;
    const char *name;
    const char *output; /* folder of the results */
    size_t n;
    struct night_run *runs; /* books outside, venues inside */
};

extern const char *const night_axis_names[NIGHT_AXES];
extern const struct field night_fields[];

/* Reads a batch file; *messages as riskpool_scenario_load. Legal to release after a failure. */
enum riskpool_status night_read(const char *path, struct night *night, char **messages);
void night_free(struct night *night);

#endif
