/* What an advice says in words: of a choice, and of how sure it is. Differences that are no larger than 1.96 standard
 * errors are noise. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli_advise.h"
#include "interval.h"
#include "number.h"

/* Appends what fits. */
__attribute__((format(printf, 3, 4))) static void add(char *text, size_t size, const char *format, ...) {
    const size_t length = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + length, size - length, format, arguments);
    va_end(arguments);
}

/* The names of those that stand alone, or of the others; cut where there is no room. */
static void add_names(const struct book *book, const struct partition *alone, int which, char words[CHOICE_WORDS]) {
    int first = 1;
    for (size_t i = 0; i < book->n_positions; ++i) {
        if (partition_has(alone, i) != which)
            continue;
        if (strlen(words) + strlen(book->positions[i].name) > CHOICE_WORDS - 120) {
            add(words, CHOICE_WORDS, ", ...");
            return;
        }
        add(words, CHOICE_WORDS, "%s%s", first ? "" : ", ", book->positions[i].name);
        first = 0;
    }
}

void choice_words(const struct book *book, const struct choice *choice, char words[CHOICE_WORDS]) {
    const size_t n_alone = partition_count(&choice->alone);
    words[0] = '\0';
    if (n_alone == 0) {
        add(words, CHOICE_WORDS, "cross");
    } else if (n_alone == book->n_positions) {
        add(words, CHOICE_WORDS, "isolated");
    } else {
        add_names(book, &choice->alone, 1, words);
        add(words, CHOICE_WORDS, " alone, ");
        add_names(book, &choice->alone, 0, words);
        add(words, CHOICE_WORDS, n_alone + 1 == book->n_positions ? " with the wallet" : " pooled");
    }
    if (choice->margin != 1.0)
        add(words, CHOICE_WORDS, "; margins alone x %.4g", choice->margin);
    if (choice->pooled > 0.0)
        add(words, CHOICE_WORDS, "; pool of %.4g x its margins", choice->pooled);
    else if (n_alone < book->n_positions && choice->budget < book->balance)
        add(words, CHOICE_WORDS, "; pool of the rest of the budget");
    if (choice->leverage != 1.0)
        add(words, CHOICE_WORDS, "; positions x %.4g", choice->leverage);
}

int figure_is_noise(const struct figure *difference) {
    return fabs(difference->value) <= INTERVAL_95 * difference->error;
}

void objective_words(const struct advise_request *request, char words[64]) {
    char level[NUMBER_SIZE];
    percent_format(request->confidence, level);
    snprintf(words, 64, "%s%s%s", advise_measure_names[request->objective].words,
             request->objective == ADVISE_SHORTFALL ? " " : "", request->objective == ADVISE_SHORTFALL ? level : "");
}

static const char *const plain_names[] = {[ADVISE_ISOLATED] = "plain isolated", [ADVISE_CROSS] = "plain cross"};

void figure_words(const struct figure *figure, enum advise_measure measure, char words[FIGURE_SIZE]) {
    const double unit = measure == ADVISE_ANY_LIQUIDATION || measure == ADVISE_WIPEOUT ? 100.0 : 1.0;
    const double value = unit * figure->value, half = unit * INTERVAL_95 * figure->error;
    const int digits = half > 0.0 && half < 1e15 ? (int)fmax(0.0, fmin(12.0, 1.0 - floor(log10(half)))) : 0;
    if (isnan(value))
        snprintf(words, FIGURE_SIZE, "-");
    else if (isnan(half))
        snprintf(words, FIGURE_SIZE, "%.6g", value);
    else if (half == 0.0 && unit == 100.0 && figure->low < figure->value)
        snprintf(words, FIGURE_SIZE, "%.4g (> %.4g)", value, unit * figure->low);
    else if (half == 0.0 && unit == 100.0 && figure->high > figure->value)
        snprintf(words, FIGURE_SIZE, "%.4g (< %.2g)", value, unit * figure->high);
    else if (half > 0.0 && fabs(value) < 1e15)
        snprintf(words, FIGURE_SIZE, "%.*f ± %.*f", digits, value, digits, half);
    else
        snprintf(words, FIGURE_SIZE, "%.6g ± %.2g", value, half);
}

static void add_figure(const struct advise_request *request, struct figure figure, char *text, size_t size) {
    char words[FIGURE_SIZE];
    figure_words(&figure, request->objective, words);
    add(text, size, "%s%s", words, request->objective == ADVISE_SHORTFALL ? "" : " %");
}

/* How a choice compares with a plain mode: one sentence. */
static void add_comparison(const struct advise_request *request, const struct candidate *row, int k, char *text,
                           size_t size) {
    const struct figure *difference = &row->minus[k][request->objective];
    if (isnan(difference->value)) {
        add(text, size, "  There is no %s to compare with: it cannot be run.\n", plain_names[k]);
    } else if (isnan(difference->error)) {
        add(text, size, "  Its difference to %s is %.6g; how sure that is, is not known.\n", plain_names[k],
            difference->value);
    } else if (difference->value == 0.0 && difference->error == 0.0) {
        add(text, size, "  It is the same as of %s.\n", plain_names[k]);
    } else if (figure_is_noise(difference)) {
        add(text, size, "  The difference to %s is noise (", plain_names[k]);
        add_figure(request, *difference, text, size);
        add(text, size, "): %s is as good.\n", plain_names[k]);
    } else {
        add(text, size, "  That is ");
        const double size_of = fabs(difference->value);
        add_figure(request, (struct figure){size_of, difference->error, size_of, size_of}, text, size);
        add(text, size, " %s than %s.\n", difference->value < 0.0 ? "less" : "more", plain_names[k]);
    }
}

/* 1 when the choice is this plain mode itself. */
static int is_plain_mode(const struct advise_answer *answer, const struct candidate *row, int k) {
    return choice_is_same(&row->choice, &answer->plain[k].choice);
}

/* The line that makes the choice a mode of the scenario; 0 when out of memory. */
static int add_mode(const struct book *book, const struct choice *choice, char *text, size_t size) {
    json_t *mode = choice_mode(book, choice);
    char *flow = mode ? json_dumps(mode, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15)) : NULL;
    if (flow)
        add(text, size, "  modes: [%s]\n", flow);
    const int done = flow != NULL;
    free(flow);
    json_decref(mode);
    return done;
}

static int add_row(const struct advise_request *request, const struct advise_answer *answer, const char *title,
                   const struct candidate *row, char *text, size_t size) {
    char words[CHOICE_WORDS], objective[64];
    choice_words(&request->scenario->book, &row->choice, words);
    objective_words(request, objective);
    add(text, size, "%s: %s\n  Its %s is ", title, words, objective);
    add_figure(request, row->of[request->objective], text, size);
    add(text, size, ".\n");
    for (int k = 0; k < ADVISE_PLAIN; ++k)
        if (!is_plain_mode(answer, row, k))
            add_comparison(request, row, k, text, size);
    return add_mode(&request->scenario->book, &row->choice, text, size);
}

/* 1 when there are differences to plain modes, of what has the scenario's leverage, and all of them are noise. */
static int nothing_matters(const struct advise_request *request, const struct advise_answer *answer) {
    size_t n_compared = 0;
    for (size_t i = 0; i < answer->n_rows + ADVISE_PLAIN; ++i) {
        const struct candidate *row = i < answer->n_rows ? &answer->rows[i] : &answer->plain[i - answer->n_rows];
        for (int k = 0; k < ADVISE_PLAIN; ++k) {
            const struct figure *difference = &row->minus[k][request->objective];
            if (row->choice.leverage != 1.0 || row->fault || isnan(difference->value) || is_plain_mode(answer, row, k))
                continue;
            if (!figure_is_noise(difference))
                return 0;
            n_compared++;
        }
    }
    return n_compared > 0;
}

int advise_verdict(const struct advise_request *request, const struct advise_answer *answer, char *text, size_t size) {
    int done = 1;
    text[0] = '\0';
    if (nothing_matters(request, answer))
        add(text, size,
            "Nothing here matters: of all that was judged, no wall and no margin makes a difference to the plain modes "
            "beyond noise.\n");
    if (answer->best_partition < answer->n_rows)
        done = add_row(request, answer, "Best partition", &answer->rows[answer->best_partition], text, size);
    if (answer->best == answer->best_partition)
        return done;
    done &= add_row(request, answer, "Best with other margins", &answer->rows[answer->best], text, size);
    if (request->objective == ADVISE_SHORTFALL && answer->best_partition < answer->n_rows &&
        answer->rows[answer->best].capital < answer->rows[answer->best_partition].capital)
        add(text, size, "  It risks less because less is there to lose: %.8g instead of %.8g.\n",
            answer->rows[answer->best].capital, answer->rows[answer->best_partition].capital);
    return done;
}
