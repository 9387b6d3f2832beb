/* The order of work: partitions are screened on few paths; the best of them with other margins and leverages too; the
 * best of all these are run on as many paths as the scenario has, which chooses; and what is chosen, with the frontier,
 * is judged on the scenario's own paths. */
#include "advise.h"

#include <stdlib.h>
#include <string.h>

#include "advise_parts.h"

enum { BASES = 3, FINALISTS = 6, FRONTIER_MOST = 5, SCREEN_LEAST = 4096 };

const struct advise_measure_name advise_measure_names[] = {
#define X(identifier, name, words) {name, words},
    ADVISE_MEASURE_LIST(X)
#undef X
};

struct work {
    const struct advise_request *request;
    struct advise_answer *answer;
    struct stage screen, choose, judge;
    struct candidates screened, rows;
};

void advise_answer_free(struct advise_answer *answer) {
    free(answer->rows);
    free(answer->frontier);
    *answer = (struct advise_answer){0};
}

/* Prices that history gives are the same for every seed. */
static void set_stages(struct work *work) {
    const struct advise_request *request = work->request;
    const struct market *market = &request->scenario->market;
    struct advise_answer *answer = work->answer;
    const uint64_t n = request->scenario->n_paths, tenth = n / 10;
    uint64_t few = request->screen_paths > 0 ? request->screen_paths : tenth;
    few = request->screen_paths == 0 && few < SCREEN_LEAST ? SCREEN_LEAST : few;
    answer->independent = market->paths_most == 0;
    answer->screen_paths = few < n ? few - few % 2 : n; /* pairs stay together */
    answer->choose_seed = answer->independent ? market->seed + 1 : market->seed;
    work->screen = (struct stage){.seed = answer->choose_seed, .n_paths = answer->screen_paths};
    work->choose = (struct stage){.seed = answer->choose_seed, .n_paths = n};
    work->judge = (struct stage){.seed = market->seed, .n_paths = n};
}

/* Adds a choice to the screened ones unless it is among them. */
static enum riskpool_status add_new(struct work *work, const struct choice *choice) {
    struct candidates *list = &work->screened;
    if (!candidates_add(list, &work->request->scenario->book, choice))
        return RISKPOOL_NO_MEMORY;
    struct candidate *last = &list->item[list->n - 1];
    if (candidates_find(list, &last->choice) != last)
        list->n--;
    return RISKPOOL_OK;
}

/* A partition with one leverage, and every margin: of the pool too, or what is left for it. */
static enum riskpool_status add_margins(struct work *work, const struct partition *partition, double leverage) {
    const struct advise_multiples *margins = &work->request->margins;
    enum riskpool_status status = RISKPOOL_OK;
    for (size_t k = 0; k < 2 * margins->n && status == RISKPOOL_OK; ++k) {
        struct choice choice = choice_of(partition, work->request->budget);
        choice.margin = margins->value[k / 2];
        choice.pooled = k % 2 == 1 ? choice.margin : 0.0;
        choice.leverage = leverage;
        status = add_new(work, &choice);
    }
    return status;
}

/* The best partitions and the plain ones, with every margin and leverage, screened. */
static enum riskpool_status screen_allocations(struct work *work) {
    const size_t first = work->screened.n, n_positions = work->request->scenario->book.n_positions;
    struct partition base[BASES + ADVISE_PLAIN] = {[0] = {{0}}, [1] = partition_all(n_positions)};
    size_t n = ADVISE_PLAIN;
    enum riskpool_status status = RISKPOOL_OK;
    for (size_t i = 0; i < first && i < BASES; ++i)
        base[n++] = work->screened.item[i].choice.alone;
    for (size_t l = 0; l < work->request->leverages.n; ++l)
        for (size_t k = 0; k < n && status == RISKPOOL_OK; ++k)
            status = add_margins(work, &base[k], work->request->leverages.value[l]);
    if (status == RISKPOOL_OK)
        status = stage_run(work->request, &work->screen, work->screened.item + first, work->screened.n - first);
    return status;
}

static void count_skipped(const struct candidates *list, struct advise_answer *answer) {
    for (size_t i = 0; i < list->n; ++i) {
        const enum advise_fault fault = list->item[i].fault;
        if (answer->n_skipped[fault]++ == 0)
            answer->skipped[fault] = list->item[i].choice;
    }
}

/* The best of the sorted ones that are plain partitions, then of those with the scenario's leverage, become rows. */
static enum riskpool_status take_finalists(struct work *work) {
    for (int plain = 1; plain >= 0; --plain)
        for (size_t i = 0, n = 0; i < work->screened.n && n < FINALISTS; ++i) {
            const struct candidate *candidate = &work->screened.item[i];
            if (candidate->fault || candidate->choice.leverage != 1.0 ||
                (plain && !choice_is_plain(&candidate->choice)))
                continue;
            n++;
            if (candidates_find(&work->rows, &candidate->choice))
                continue;
            struct candidate *row = candidates_add(&work->rows, &work->request->scenario->book, &candidate->choice);
            if (!row)
                return RISKPOOL_NO_MEMORY;
            row->order = candidate->order;
            row->is_partition = choice_is_plain(&row->choice);
        }
    return RISKPOOL_OK;
}

/* Runs the finalists on paths that choose, best first. */
static enum riskpool_status choose(struct work *work) {
    struct advise_answer *answer = work->answer;
    enum riskpool_status status = take_finalists(work);
    if (status == RISKPOOL_OK && work->rows.n == 0)
        return RISKPOOL_INVALID;
    answer->n_chosen_among = work->rows.n;
    if (status == RISKPOOL_OK)
        status = stage_run(work->request, &work->choose, work->rows.item, work->rows.n);
    candidates_sort(&work->rows, work->request);
    answer->best = answer->best_partition = 0;
    while (answer->best_partition < work->rows.n && !work->rows.item[answer->best_partition].is_partition)
        answer->best_partition++;
    return status;
}

/* Rows of the frontier, along its axis, after those that are there. */
static enum riskpool_status take_frontier(struct work *work) {
    const struct advise_request *request = work->request;
    struct candidates *list = &work->screened;
    frontier_mark(request, list->item, list->n);
    frontier_sort(request, list);
    for (size_t l = 0; l < request->leverages.n; ++l)
        frontier_thin(list->item, list->n, request->leverages.value[l], FRONTIER_MOST);
    for (size_t i = 0; i < list->n; ++i) {
        if (!list->item[i].is_frontier)
            continue;
        struct candidate *row = candidates_find(&work->rows, &list->item[i].choice);
        if (!row)
            row = candidates_add(&work->rows, &request->scenario->book, &list->item[i].choice);
        if (!row)
            return RISKPOOL_NO_MEMORY;
        row->order = list->item[i].order;
        row->is_frontier = 1;
    }
    return RISKPOOL_OK;
}

/* Runs the rows on the scenario's paths; those that others now dominate leave the frontier. */
static enum riskpool_status judge(struct work *work) {
    struct candidates *rows = &work->rows;
    struct candidates frontier = {0};
    enum riskpool_status status = stage_run_plain(work->request, &work->judge, work->answer->plain);
    if (status == RISKPOOL_OK)
        status = stage_run(work->request, &work->judge, rows->item, rows->n);
    for (size_t i = 0; i < rows->n && status == RISKPOOL_OK; ++i)
        if (rows->item[i].is_frontier) {
            struct candidate *copy = candidates_add(&frontier, &work->request->scenario->book, &rows->item[i].choice);
            status = copy ? RISKPOOL_OK : RISKPOOL_NO_MEMORY;
            if (copy)
                *copy = rows->item[i];
        }
    frontier_mark(work->request, frontier.item, frontier.n);
    for (size_t i = 0; i < frontier.n; ++i)
        candidates_find(rows, &frontier.item[i].choice)->is_frontier = frontier.item[i].is_frontier;
    free(frontier.item);
    return status;
}

/* Rows of the frontier in order: a leverage after the other, each along the axis. */
static enum riskpool_status list_frontier(struct work *work) {
    const struct advise_request *request = work->request;
    struct advise_answer *answer = work->answer;
    const struct candidate *row = work->rows.item;
    size_t *list = answer->frontier = calloc(work->rows.n + 1, sizeof *list);
    if (!list)
        return RISKPOOL_NO_MEMORY;
    for (size_t l = 0; l < request->leverages.n; ++l) {
        const size_t first = answer->n_frontier;
        for (size_t i = 0; i < work->rows.n; ++i) {
            if (!row[i].is_frontier || row[i].choice.leverage != request->leverages.value[l])
                continue;
            size_t k = answer->n_frontier++;
            for (; k > first && frontier_axis(request, &row[i]) < frontier_axis(request, &row[list[k - 1]]); --k)
                list[k] = list[k - 1];
            list[k] = i;
        }
    }
    return RISKPOOL_OK;
}

enum riskpool_status advise_find(const struct advise_request *request, struct advise_answer *answer) {
    struct work work = {.request = request, .answer = answer};
    *answer = (struct advise_answer){0};
    set_stages(&work);
    enum riskpool_status status = partitions_search(request, &work.screen, &work.screened, &answer->exhaustive);
    answer->n_partitions = work.screened.n;
    candidates_sort(&work.screened, request);
    if (status == RISKPOOL_OK)
        status = screen_allocations(&work);
    answer->n_screened = work.screened.n;
    count_skipped(&work.screened, answer);
    candidates_sort(&work.screened, request);
    if (status == RISKPOOL_OK)
        status = choose(&work);
    if (status == RISKPOOL_OK)
        status = take_frontier(&work);
    if (status == RISKPOOL_OK)
        status = judge(&work);
    if (status == RISKPOOL_OK)
        status = list_frontier(&work);
    answer->rows = work.rows.item;
    answer->n_rows = status == RISKPOOL_OK ? work.rows.n : 0;
    free(work.screened.item);
    stage_free(&work.judge);
    return status;
}
