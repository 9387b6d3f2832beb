/* The advice as JSON: everything that is known of every choice that was judged. */
#include <math.h>
#include <stdlib.h>

#include "cli_advise.h"

enum { VERDICT_SIZE = 4000 };

static json_t *number(double value) {
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *names_json(const struct book *book, const struct partition *alone, int which) {
    json_t *list = json_array();
    for (size_t i = 0; i < book->n_positions; ++i)
        if (partition_has(alone, i) == which)
            json_array_append_new(list, json_string(book->positions[i].name));
    return list;
}

static json_t *pool_json(const struct book *book, const struct pool *pool) {
    json_t *names = json_array();
    for (size_t k = 0; k < pool->n_positions; ++k)
        json_array_append_new(names, json_string(book->positions[pool->positions[k]].name));
    return json_pack("{s:s, s:o, s:o}", "name", pool->name, "positions", names, "cash", number(pool->cash));
}

json_t *choice_mode(const struct book *book, const struct choice *choice) {
    const size_t n_alone = partition_count(&choice->alone);
    enum advise_fault fault;
    struct mode mode;
    if (choice->margin == 1.0 && choice->pooled == 0.0 &&
        (choice->budget >= book->balance || n_alone == book->n_positions)) {
        if (n_alone == 0 || n_alone == book->n_positions)
            return json_string(n_alone == 0 ? "cross" : "isolated");
        return json_pack("{s:s, s:o}", "name", "advised", "isolated", names_json(book, &choice->alone, 1));
    }
    if (advise_mode(book, choice, &mode, &fault) != RISKPOOL_OK)
        return NULL;
    json_t *pools = json_array();
    for (size_t p = 1; p < mode.n_pools; ++p)
        json_array_append_new(pools, pool_json(book, &mode.pools[p]));
    mode_free(&mode);
    return json_pack("{s:s, s:o}", "name", "advised", "pools", pools);
}

static json_t *figures_json(const struct figure figures[ADVISE_MEASURES]) {
    json_t *object = json_object();
    for (int k = 0; k < ADVISE_MEASURES; ++k)
        json_object_set_new(object, advise_measure_names[k].name,
                            json_pack("{s:o, s:o, s:o, s:o}", "value", number(figures[k].value), "se",
                                      number(figures[k].error), "low", number(figures[k].low), "high",
                                      number(figures[k].high)));
    return object;
}

static json_t *choice_json(const struct book *book, const struct choice *choice) {
    char words[CHOICE_WORDS];
    choice_words(book, choice, words);
    json_t *object = json_pack(
        "{s:s, s:o, s:o, s:o, s:o, s:o}", "words", words, "isolated", names_json(book, &choice->alone, 1), "pooled",
        names_json(book, &choice->alone, 0), "margin_multiple", number(choice->margin), "pool_multiple",
        choice->pooled > 0.0 ? number(choice->pooled) : json_null(), "leverage_multiple", number(choice->leverage));
    return object;
}

static json_t *row_json(const struct advise_request *request, const struct candidate *row) {
    json_t *object = choice_json(&request->scenario->book, &row->choice);
    json_object_set_new(object, "fault", row->fault ? json_string(advise_fault_words[row->fault]) : json_null());
    if (row->fault)
        return object;
    json_object_set_new(object, "capital", number(row->capital));
    json_object_set_new(object, "of", figures_json(row->of));
    json_object_set_new(object, "minus_isolated", figures_json(row->minus[ADVISE_ISOLATED]));
    json_object_set_new(object, "minus_cross", figures_json(row->minus[ADVISE_CROSS]));
    for (int k = 0; k < ADVISE_PLAIN; ++k) {
        const struct figure *difference = &row->minus[k][request->objective];
        json_object_set_new(object, k == ADVISE_CROSS ? "noise_to_cross" : "noise_to_isolated",
                            isnan(difference->error) ? json_null() : json_boolean(figure_is_noise(difference)));
    }
    json_object_set_new(object, "in_frontier", json_boolean(row->is_frontier));
    json_object_set_new(object, "is_partition", json_boolean(row->is_partition));
    json_t *mode = choice_mode(&request->scenario->book, &row->choice);
    if (mode && json_object_set_new(object, "mode", mode) == 0)
        return object;
    json_decref(object);
    return NULL;
}

static json_t *skipped_json(const struct book *book, const struct advise_answer *answer) {
    json_t *list = json_array();
    for (int fault = 1; fault < ADVISE_FAULTS; ++fault)
        if (answer->n_skipped[fault] > 0)
            json_array_append_new(list, json_pack("{s:s, s:I, s:o}", "reason", advise_fault_words[fault], "choices",
                                                  (json_int_t)answer->n_skipped[fault], "first",
                                                  choice_json(book, &answer->skipped[fault])));
    return list;
}

static json_t *method_json(const struct advise_answer *answer) {
    return json_pack("{s:b, s:I, s:I, s:I, s:I, s:I, s:b}", "exhaustive", answer->exhaustive, "partitions",
                     (json_int_t)answer->n_partitions, "screened", (json_int_t)answer->n_screened, "screen_paths",
                     (json_int_t)answer->screen_paths, "chosen_among", (json_int_t)answer->n_chosen_among,
                     "choose_seed", (json_int_t)answer->choose_seed, "independent", answer->independent);
}

json_t *advise_json(const struct advise_request *request, const struct advise_answer *answer) {
    const struct riskpool_scenario *scenario = request->scenario;
    char verdict[VERDICT_SIZE];
    json_t *rows = json_array(), *frontier = json_array();
    for (size_t i = 0; i < answer->n_frontier; ++i)
        json_array_append_new(frontier, json_integer((json_int_t)answer->frontier[i]));
    int failed = !advise_verdict(request, answer, verdict, sizeof verdict);
    for (size_t i = 0; i < answer->n_rows; ++i)
        failed |= json_array_append_new(rows, row_json(request, &answer->rows[i]));
    json_t *root = json_pack(
        "{s:s, s:s, s:f, s:f, s:I, s:I, s:o, s:o, s:{s:o, s:o}, s:o, s:o, s:o, s:I, s:s}", "name", scenario->name,
        "objective", advise_measure_names[request->objective].name, "confidence", request->confidence, "budget",
        request->budget, "paths", (json_int_t)scenario->n_paths, "seed", (json_int_t)scenario->market.seed, "method",
        method_json(answer), "skipped", skipped_json(&scenario->book, answer), "plain", "isolated",
        row_json(request, &answer->plain[ADVISE_ISOLATED]), "cross", row_json(request, &answer->plain[ADVISE_CROSS]),
        "rows", rows, "frontier", frontier, "best_partition",
        answer->best_partition < answer->n_rows ? json_integer((json_int_t)answer->best_partition) : json_null(),
        "best", (json_int_t)answer->best, "verdict", verdict);
    if (!failed)
        return root;
    json_decref(root);
    return NULL;
}
