/* From prices to log returns: which neighbouring rows are one step apart, which are complete, and how long a step is.
 * It knows nothing of what is estimated from them. */
#include "returns.h"

#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "instant.h"

static const double day = 86400, year = 31536000, longest_weekend = 5.1 * 86400;
enum { WEEKDAY_ROWS = 10 }; /* fewer say nothing about weekends */

static int has_weekends(const struct prices *prices) {
    for (size_t r = 0; r < prices->n_rows; r++)
        if (instant_weekday(prices->time[r]) >= 5)
            return 1;
    return 0;
}

static int is_step(const struct calendar *calendar, double seconds) {
    return (seconds > 0.5 * calendar->median && seconds < 1.5 * calendar->median) ||
           (calendar->weekdays && seconds <= longest_weekend);
}

static enum riskpool_status calendar_init(struct calendar *calendar, const struct prices *prices) {
    size_t n = prices->n_rows > 1 ? prices->n_rows - 1 : 0, steps = 0;
    double sum = 0, *apart = calloc(n + 1, sizeof *apart);
    if (!apart)
        return RISKPOOL_NO_MEMORY;
    for (size_t i = 0; i < n; i++)
        apart[i] = prices->time[i + 1] - prices->time[i];
    *calendar = (struct calendar){.median = n > 0 ? gsl_stats_median(apart, 1, n) : NAN};
    calendar->weekdays = n + 1 >= WEEKDAY_ROWS && fabs(calendar->median - day) < 0.1 * day && !has_weekends(prices);
    for (size_t i = 0; i < n; i++) {
        int counts = is_step(calendar, apart[i]);
        steps += (size_t)counts;
        sum += counts ? apart[i] : 0;
    }
    calendar->step = steps > 0 ? sum / (double)steps : NAN;
    free(apart);
    return RISKPOOL_OK;
}

static enum riskpool_status returns_allocate(struct returns *returns, size_t n_rows) {
    size_t d = returns->n_assets;
    returns->value = calloc(n_rows * d + 1, sizeof *returns->value);
    returns->time = calloc(n_rows + 1, sizeof *returns->time);
    returns->fresh = calloc(n_rows + 1, 1);
    returns->last = calloc(d + 1, sizeof *returns->last);
    returns->n_empty = calloc(d + 1, sizeof *returns->n_empty);
    int full = returns->value && returns->time && returns->fresh && returns->last && returns->n_empty;
    return full ? RISKPOOL_OK : RISKPOOL_NO_MEMORY;
}

static int is_complete(const struct prices *prices, size_t row) {
    for (size_t i = 0; i < prices->n_columns; i++)
        if (isnan(prices->price[row * prices->n_columns + i]))
            return 0;
    return 1;
}

static void note_row(struct returns *returns, const struct prices *prices, size_t row) {
    const double *price = prices->price + row * returns->n_assets;
    returns->first = returns->n_rows == 0 ? prices->time[row] : returns->first;
    returns->final = prices->time[row];
    returns->n_rows++;
    for (size_t i = 0; i < returns->n_assets; i++)
        returns->n_empty[i] += isnan(price[i]) != 0;
    if (is_complete(prices, row)) {
        memcpy(returns->last, price, returns->n_assets * sizeof *price);
        returns->last_time = prices->time[row];
    }
}

/* The return that ends at `row` (> 0), if there is one. */
static void add_return(struct returns *returns, const struct prices *prices, size_t row) {
    const size_t d = returns->n_assets;
    const double *now = prices->price + row * d, *before = now - d;
    if (!is_step(&returns->calendar, prices->time[row] - prices->time[row - 1])) {
        returns->n_gaps++;
    } else if (!is_complete(prices, row) || !is_complete(prices, row - 1)) {
        returns->n_missing++;
    } else {
        for (size_t i = 0; i < d; i++)
            returns->value[returns->n * d + i] = log(now[i] / before[i]);
        returns->time[returns->n] = prices->time[row];
        returns->fresh[returns->n] = returns->n == 0 || returns->time[returns->n - 1] != prices->time[row - 1];
        returns->n++;
    }
}

enum riskpool_status returns_init(struct returns *returns, const struct prices *prices, const struct window *window) {
    *returns = (struct returns){.n_assets = prices->n_columns, .name = prices->name};
    enum riskpool_status status = calendar_init(&returns->calendar, prices);
    if (!status)
        status = returns_allocate(returns, prices->n_rows);
    if (status) {
        returns_free(returns);
        return status;
    }
    for (size_t row = 0; row < prices->n_rows; row++) {
        if (prices->time[row] < window->from || prices->time[row] >= window->to)
            continue;
        note_row(returns, prices, row);
        if (row > 0)
            add_return(returns, prices, row);
    }
    returns->step_years = returns->calendar.step / year;
    return RISKPOOL_OK;
}

void returns_free(struct returns *returns) {
    free(returns->value);
    free(returns->time);
    free(returns->fresh);
    free(returns->last);
    free(returns->n_empty);
    *returns = (struct returns){0};
}

void returns_column(const struct returns *returns, size_t asset, double *x) {
    for (size_t t = 0; t < returns->n; t++)
        x[t] = returns->value[t * returns->n_assets + asset];
}
