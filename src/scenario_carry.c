/* Carry of a scenario: rates of funding for all assets, by asset, or from a file, at times that are steps. */
#include <math.h>
#include <string.h>

#include "csv.h"
#include "scenario_parts.h"

static const double interval_default = 8 * 3600.0; /* seconds */

/* Steps between funding times; 0 when they are not whole (reported). */
static uint64_t read_interval(struct reading *reading, struct carry_keys *keys) {
    const int given = !isnan(keys->interval);
    if (!given)
        keys->interval = interval_default;
    const double steps = scenario_whole_steps(reading, keys->interval);
    if (steps >= 1)
        return (uint64_t)steps;
    report_error(&reading->report,
                 given ? node_place(keys->node, "funding_interval") : node_place(keys->node, "funding"),
                 given ? NULL : "give 'funding_interval', or use a step that divides 8 h",
                 "funding comes at step ends: 'funding_interval' is %.10g h, the step %.10g h", keys->interval / 3600,
                 reading->keys.step / 3600);
    return 0;
}

static int is_dated(const struct reading *reading, size_t asset) {
    const struct asset_keys *keys = reading->keys.market.assets.items;
    return keys[asset].of != NULL;
}

/* One rate for all, or a map {ASSET: rate, default: rate}. A future with an expiry pays none, unless it is named. */
static void read_rates(struct reading *reading, const struct node *node, double *rate) {
    const struct market *market = &reading->scenario->market;
    const struct node *rest = node->kind == NODE_MAP ? node_find(node, "default") : node;
    for (size_t k = 0; node->kind == NODE_MAP && k < node->n; k++)
        if (node->item[k] != rest)
            scenario_find_asset(reading, node->key[k]);
    const double standard = rest ? field_number(&funding_rate, "funding", rest, &reading->report) : 0;
    for (size_t i = 0; i < market->n_assets; i++) {
        const char *name = market->assets[i].name ? market->assets[i].name : "";
        const struct node *own = node->kind == NODE_MAP ? node_find(node, name) : NULL;
        rate[i] = own                    ? field_number(&funding_rate, "funding", own, &reading->report)
                  : is_dated(reading, i) ? 0
                                         : standard;
    }
}

static int is_held(const struct reading *reading, size_t asset) {
    const struct book *book = &reading->scenario->book;
    for (size_t i = 0; i < book->n_positions; i++)
        if (book->positions[i].asset == asset)
            return 1;
    return 0;
}

/* The column of an asset in the first row; n for one that nobody holds, or a future without one. */
static size_t find_column(struct reading *reading, const struct node *names, size_t asset) {
    const char *name = reading->scenario->market.assets[asset].name;
    size_t column = 0;
    while (name && column < names->n && strcmp(names->item[column]->text, name) != 0)
        column++;
    if (name && column == names->n && is_held(reading, asset) && !is_dated(reading, asset))
        report_error(&reading->report, &names->place, "one column for each asset that is held, by its name",
                     "the file has no column '%s'", name);
    return column;
}

/* A file with at least as many rows as there are funding times. */
static void read_table(struct reading *reading, const struct node *rows, struct carry *carry) {
    const struct market *market = &reading->scenario->market;
    const uint64_t due = carry->interval > 0 ? market->n_steps / carry->interval : 0;
    if (rows->n < 1 + due) {
        report_error(&reading->report, &rows->place, "a row of names, then one for each funding time",
                     "the file has %zu rows of rates; %llu funding times until the horizon need as many",
                     rows->n > 0 ? rows->n - 1 : 0, (unsigned long long)due);
        return;
    }
    carry->rate = scenario_allocate(reading, (size_t)(due > 0 ? due : 1) * market->n_assets, sizeof *carry->rate);
    carry->n_times = due;
    for (size_t i = 0; carry->rate && i < market->n_assets; i++) {
        const size_t column = find_column(reading, rows->item[0], i);
        for (uint64_t t = 0; column < rows->item[0]->n && t < due; t++) {
            const struct node *row = rows->item[t + 1];
            if (column < row->n)
                carry->rate[t * market->n_assets + i] =
                    field_number(&funding_rate, "funding", row->item[column], &reading->report);
            else
                report_error(&reading->report, &row->place, NULL, "this row has %zu entries; the first row has %zu",
                             row->n, rows->item[0]->n);
        }
    }
}

static void read_file(struct reading *reading, struct carry_keys *keys, struct carry *carry) {
    struct funding_file_keys file = {0};
    field_read(funding_file_fields, keys->funding, &file, &reading->tree, &reading->report);
    char *path = file.file ? scenario_beside(reading, keys->funding, file.file) : NULL;
    const struct source *source = path ? report_file(&reading->report, path, node_place(keys->funding, "file")) : NULL;
    const struct node *rows = source ? csv_read(source, &reading->tree, &reading->report) : NULL;
    char *digest = tree_allocate(&reading->tree, 65);
    if (!rows || !digest)
        return;
    scenario_digest(source->text, source->size, digest);
    if (file.sha256 && strcmp(file.sha256, digest) != 0)
        report_error(&reading->report, node_place(keys->funding, "sha256"),
                     "remove 'sha256' to use the file as it is now",
                     "the file '%s' is not the one that this digest is of; its own is %s", file.file, digest);
    read_table(reading, rows, carry);
    file.sha256 = digest;
    keys->funding = field_node(funding_file_fields, &file, &reading->tree);
}

static void read_funding(struct reading *reading, struct carry_keys *keys, struct carry *carry) {
    const struct node *node = keys->funding;
    carry->interval = read_interval(reading, keys);
    if (node->kind == NODE_LIST) {
        field_mismatch("funding", node, "a fraction, {ASSET: fraction}, or {file: x.csv}", &reading->report);
        carry->interval = 0;
    } else if (node->kind == NODE_MAP && node_find(node, "file")) {
        read_file(reading, keys, carry);
    } else {
        carry->rate = scenario_allocate(reading, reading->scenario->market.n_assets, sizeof *carry->rate);
        carry->n_times = 1;
        if (carry->rate)
            read_rates(reading, node, carry->rate);
    }
    if (!carry->rate)
        carry->interval = 0;
}

void scenario_carry(struct reading *reading) {
    struct carry_keys *keys = &reading->keys.carry;
    struct carry *carry = &reading->scenario->carry;
    if (isnan(keys->borrow) && !keys->funding) {
        if (keys->node && node_find(keys->node, "funding_interval"))
            report_error(&reading->report, node_place(keys->node, "funding_interval"), NULL,
                         "'funding_interval' needs 'funding' as well");
        return;
    }
    carry->borrow = isnan(keys->borrow) ? 0 : keys->borrow;
    if (keys->funding && reading->scenario->market.n_steps > 0)
        read_funding(reading, keys, carry);
}
