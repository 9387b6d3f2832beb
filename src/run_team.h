/* A team: several scenarios (points) followed side by side on the same random numbers, path by path, by all threads.
 * What points draw alike is drawn once. Inside run only. */
#ifndef RUN_TEAM_H
#define RUN_TEAM_H

#include "run_setup.h"
#include "worker.h"

/* Points that run side by side: their rows stay in the cache. */
enum { TEAM_POINTS = 8 };

/* A scenario without columns per path and trajectories. */
struct team_point {
    struct riskpool_scenario scenario; /* points into the one it was made of */
    struct run_setup setup;
};

/* What a thread needs for the points side by side. */
struct crew {
    struct worker worker[TEAM_POINTS];
};

struct team {
    const struct riskpool_run_options *options;
    size_t n_points, n_crews;
    struct team_point point[TEAM_POINTS];
    struct crew *crew; /* [thread] */
    int stopped;
};

/* What is done with a batch of all points, by the thread whose crew it is. */
typedef void team_done(void *user, size_t crew, const struct worker *worker, uint64_t first_path, size_t n);

/* At most TEAM_POINTS scenarios, which outlive the team. Release with team_free, also after a failure. */
enum riskpool_status team_init(struct team *team, const struct riskpool_run_options *options, size_t n_threads,
                               const struct riskpool_scenario *const *scenario, size_t n);
void team_free(struct team *team);
/* The paths first_path .. end_path - 1, first_path beginning a batch; batches come to `done` in any order, several at a
 * time. RISKPOOL_STOPPED when options->stop says so. */
enum riskpool_status team_follow(struct team *team, uint64_t first_path, uint64_t end_path, team_done *done,
                                 void *user);

typedef void team_block_done(void *user, const struct worker *worker, uint64_t block);
/* The same block by block, of any paths (market_start_at): block b has path[b * BLOCK] and those after it. */
enum riskpool_status team_follow_blocks(struct team *team, const uint64_t *path, uint64_t first_block,
                                        uint64_t end_block, team_block_done *done, void *user);

#endif
