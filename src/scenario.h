/* The scenario: everything a run needs, read from a file, checked, with every default filled in. Immutable after
 * loading. Whatever is wrong is found here, before the first path. */
#ifndef SCENARIO_H
#define SCENARIO_H

#include "book.h"
#include "carry.h"
#include "close.h"
#include "dynamic.h"
#include "impact.h"
#include "market.h"
#include "orders.h"
#include "riskpool.h"
#include "rule.h"

struct limit {
    char *key;     /* as written: MODE.STATISTIC, or MODE.STATISTIC.LEVEL for one of a dimension */
    size_t mode;   /* index */
    int statistic; /* enum statistic */
    size_t index;  /* of the value in the statistic's row-major order */
    double bound;  /* the statistic must not exceed it */
};

enum { SWEEP_MOST_PARAMETERS = 2, SWEEP_MOST_VALUES = 1000, SWEEP_MOST_POINTS = 2000 };

/* A parameter of a sweep: a key of the scenario as of `-P`, or "leverage" or "volatility", multiples of every position
 * and of every deviation; and what it takes in turn. */
struct sweep_parameter {
    char *key;
    char *name; /* of its dimension in the results: the last part of the key */
    size_t n;
    char **text;   /* as written */
    double *value; /* what that says: a number, a fraction, hours */
};

/* The grid of a sweep, the last parameter running fastest, and the scenario at each point. */
struct sweep {
    size_t n_parameters; /* 0: there is none */
    struct sweep_parameter parameter[SWEEP_MOST_PARAMETERS];
    size_t n_points;
    struct riskpool_scenario **point;
};

/* The index of a point along a parameter. */
size_t sweep_index(const struct sweep *sweep, size_t point, size_t parameter);

enum paths_kept { PATHS_ALL, PATHS_TAIL, PATHS_NONE };

/* Whose rules were read. */
struct venue {
    char *name; /* NULL: the scenario names none */
    char *date; /* of the rules; NULL: not known */
    char *own;  /* the keys that the scenario has itself, "fee, tiers"; NULL: none */
};

struct riskpool_scenario {
    char *name, *title;
    uint64_t n_paths;
    struct market market; /* with step, number of steps, seed */
    struct book book;     /* positions, modes */
    struct rule rule;
    struct procedure procedure;
    struct carry carry;
    struct orders orders;
    struct dynamic dynamic;
    struct impact impact; /* without assets: no slippage */
    struct venue venue;
    size_t n_alerts;
    struct alert *alerts; /* margin levels first, each kind as listed */
    size_t n_confidence;
    double *confidence; /* fractions, ascending */
    size_t n_limits;
    struct limit *limits;
    enum paths_kept paths_kept;
    int trajectories;
    int correlation_risk; /* fill the group of that name */
    struct sweep sweep;
    char *text;      /* the file as read */
    char *resolved;  /* YAML with every default filled in and every override applied */
    char sha256[65]; /* of `resolved`, lower-case hexadecimal */
};

/* Reads and checks a scenario from a file, or from `size` bytes of text that `path` names in messages (files it refers
 * to are relative to it). `lenient`: a mode that allocates more than the balance, or a pool that starts in breach, is a
 * warning; for commands that only look. On success the scenario is the caller's; *messages as riskpool_scenario_load.
 */
enum riskpool_status scenario_read(const char *path, const char *const *overrides, size_t n_overrides, int lenient,
                                   struct riskpool_scenario **scenario, char **messages);
enum riskpool_status scenario_read_text(const char *text, size_t size, const char *path, const char *const *overrides,
                                        size_t n_overrides, int lenient, struct riskpool_scenario **scenario,
                                        char **messages);
/* Of a scenario or an override, the same from any folder; to be freed, NULL when out of memory. A link stays a link:
 * files that a scenario names lie beside it. */
char *scenario_absolute_path(const char *path);
char *scenario_absolute_override(const char *override);

#endif
