/* `riskpool inspect SCENARIO`: the account before the first step, per mode, as a table or as JSON. It knows how a
 * statement looks on paper, not how it is computed. */
#include <getopt.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "scenario.h"
#include "statement.h"

enum { CELL = 32 };

static json_t *number(double value) {
    return isfinite(value) ? json_real(value) : json_null();
}

static const char *const contracts[] = {"linear", "inverse", "spot", "rate"};

static json_t *position_json(const struct position_statement *p) {
    json_t *json = json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "name", p->name, "quantity",
                             number(p->quantity), "entry", number(p->entry), "price", number(p->price), "notional",
                             number(p->notional), "unrealised_profit", number(p->unrealised_profit),
                             "maintenance_margin", number(p->maintenance_margin), "liquidation_price",
                             number(p->liquidation_price), "bankruptcy_price", number(p->bankruptcy_price));
    if (isfinite(p->exit_leverage))
        json_object_set_new(json, "exit_leverage_limit", number(p->exit_leverage));
    if (p->contract != CONTRACT_LINEAR)
        json_object_set_new(json, "contract", json_string(contracts[p->contract]));
    if (p->contract == CONTRACT_INVERSE) {
        json_object_set_new(json, "initial_margin_coins", number(p->initial_coins));
        json_object_set_new(json, "maintenance_margin_coins", number(p->maintenance_coins));
        json_object_set_new(json, "unrealised_profit_coins", number(p->profit_coins));
    }
    return json;
}

static json_t *coin_json(const struct coin_statement *c) {
    json_t *json = json_pack("{s:s, s:o, s:o, s:o, s:o}", "asset", c->asset, "quantity", number(c->quantity), "price",
                             number(c->price), "value", number(c->value), "collateral_value", number(c->collateral));
    if (isfinite(c->equity))
        json_object_set_new(json, "pool_equity_coins", number(c->equity));
    return json;
}

static json_t *pool_json(const struct pool_statement *pool) {
    json_t *positions = json_array();
    for (size_t i = 0; i < pool->n_positions; ++i)
        json_array_append_new(positions, position_json(&pool->positions[i]));
    json_t *json =
        json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "name", pool->name, "cash", number(pool->cash), "equity",
                  number(pool->equity), "initial_margin", number(pool->initial_margin), "maintenance_margin",
                  number(pool->maintenance_margin), "margin_level", number(pool->margin_level), "utilisation",
                  number(pool->utilisation), "positions", positions);
    json_t *coins = pool->n_coins > 0 ? json_array() : NULL;
    for (size_t i = 0; i < pool->n_coins; ++i)
        json_array_append_new(coins, coin_json(&pool->coins[i]));
    if (coins)
        json_object_set_new(json, "holdings", coins);
    return json;
}

static json_t *mode_json(const struct mode_statement *mode) {
    json_t *pools = json_array();
    for (size_t i = 0; i < mode->n_pools; ++i)
        json_array_append_new(pools, pool_json(&mode->pools[i]));
    return json_pack("{s:o, s:o}", "equity", number(mode->equity), "pools", pools);
}

static enum riskpool_status print_json(const struct statement *statement) {
    json_t *modes = json_object();
    for (size_t i = 0; i < statement->n_modes; ++i)
        json_object_set_new(modes, statement->modes[i].name, mode_json(&statement->modes[i]));
    json_t *root =
        json_pack("{s:s, s:s, s:o}", "name", statement->name, "currency", statement->currency, "modes", modes);
    const struct venue *venue = statement->venue;
    if (root && venue->name)
        json_object_set_new(
            root, "venue", json_pack("{s:s, s:s?, s:s?}", "name", venue->name, "date", venue->date, "own", venue->own));
    enum riskpool_status status = root ? RISKPOOL_OK : RISKPOOL_NO_MEMORY;
    if (root && json_dumpf(root, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(17)) != 0)
        status = RISKPOOL_WRITE_FAILED;
    if (root)
        putchar('\n');
    json_decref(root);
    return status;
}

static const char *cell(char text[CELL], const char *format, double value) {
    if (!isfinite(value))
        return "-";
    snprintf(text, CELL, format, value);
    return text;
}

static void print_pool(const struct pool_statement *pool, int width) {
    char a[CELL], b[CELL];
    printf("  %-*s %14.2f %14.2f %14.2f %14.2f %12s %12s\n", width, pool->name, pool->cash, pool->equity,
           pool->initial_margin, pool->maintenance_margin, cell(a, "%.2f %%", pool->margin_level),
           cell(b, "%.2f %%", pool->utilisation));
}

static void print_position(const struct position_statement *p, const char *pool, int width) {
    char a[CELL], b[CELL];
    printf("  %-*s %-*s %14.8g %12.8g %12.8g %14.2f %14.2f %14.2f %12s %12s", width, p->name, width, pool, p->quantity,
           p->entry, p->price, p->notional, p->unrealised_profit, p->maintenance_margin,
           cell(a, "%.8g", p->liquidation_price), cell(b, "%.8g", p->bankruptcy_price));
    if (isfinite(p->exit_leverage))
        printf(" %12.6g", p->exit_leverage);
    putchar('\n');
}

/* What holdings count for, and what the equity of a pool is in the coins that its inverse positions settle in. */
static void print_holdings(const struct mode_statement *mode, int width) {
    size_t n = 0;
    for (size_t i = 0; i < mode->n_pools; ++i)
        n += mode->pools[i].n_coins;
    if (n == 0)
        return;
    printf("  %-*s %-*s %14s %12s %14s %14s %18s\n", width, "holding", width, "pool", "quantity", "price", "value",
           "collateral", "pool equity, coins");
    for (size_t i = 0; i < mode->n_pools; ++i)
        for (size_t k = 0; k < mode->pools[i].n_coins; ++k) {
            const struct coin_statement *c = &mode->pools[i].coins[k];
            char a[CELL];
            printf("  %-*s %-*s %14.8g %12.8g %14.2f %14.2f %18s\n", width, c->asset, width, mode->pools[i].name,
                   c->quantity, c->price, c->value, c->collateral, cell(a, "%.8g", c->equity));
        }
}

static int name_width(const struct statement *statement) {
    size_t width = strlen("position");
    for (size_t m = 0; m < statement->n_modes; ++m)
        for (size_t i = 0; i < statement->modes[m].n_pools; ++i) {
            const struct pool_statement *pool = &statement->modes[m].pools[i];
            width = strlen(pool->name) > width ? strlen(pool->name) : width;
            for (size_t k = 0; k < pool->n_positions; ++k)
                width = strlen(pool->positions[k].name) > width ? strlen(pool->positions[k].name) : width;
            for (size_t k = 0; k < pool->n_coins; ++k)
                width = strlen(pool->coins[k].asset) > width ? strlen(pool->coins[k].asset) : width;
        }
    return (int)width;
}

/* With slippage every position has a limit. */
static int has_slippage(const struct mode_statement *mode) {
    for (size_t i = 0; i < mode->n_pools; ++i)
        if (mode->pools[i].n_positions > 0)
            return isfinite(mode->pools[i].positions[0].exit_leverage);
    return 0;
}

static void print_mode(const struct mode_statement *mode, const char *currency, int width) {
    printf("\n%s: equity %.2f %s\n", mode->name, mode->equity, currency);
    printf("  %-*s %14s %14s %14s %14s %12s %12s\n", width, "pool", "cash", "equity", "initial", "maintenance", "level",
           "utilisation");
    for (size_t i = 0; i < mode->n_pools; ++i)
        print_pool(&mode->pools[i], width);
    printf("  %-*s %-*s %14s %12s %12s %14s %14s %14s %12s %12s%s\n", width, "position", width, "pool", "quantity",
           "entry", "price", "notional", "profit", "maintenance", "liquidation", "bankruptcy",
           has_slippage(mode) ? "   exit limit" : "");
    for (size_t i = 0; i < mode->n_pools; ++i)
        for (size_t k = 0; k < mode->pools[i].n_positions; ++k)
            print_position(&mode->pools[i].positions[k], mode->pools[i].name, width);
    print_holdings(mode, width);
}

static void print_venue(const struct venue *venue) {
    printf("rules of %s, %s", venue->name, venue->date ? venue->date : "undated");
    if (venue->own)
        printf("; of the scenario itself: %s", venue->own);
    putchar('\n');
}

static enum riskpool_status print_text(const struct statement *statement) {
    int width = name_width(statement);
    printf("%s: the account before the first step, in %s\n", statement->name, statement->currency);
    if (statement->venue->name)
        print_venue(statement->venue);
    for (size_t i = 0; i < statement->n_modes; ++i)
        print_mode(&statement->modes[i], statement->currency, width);
    return RISKPOOL_OK;
}

struct request {
    int json;
    struct assignments assignments;
};

static enum riskpool_status print_statement(const struct riskpool_scenario *scenario, int json) {
    struct statement statement;
    enum riskpool_status status = statement_init(&statement, scenario);
    if (!status)
        status = json ? print_json(&statement) : print_text(&statement);
    if (!status && (fflush(stdout) != 0 || ferror(stdout)))
        status = RISKPOOL_WRITE_FAILED;
    statement_free(&statement);
    return status;
}

static int inspect(const struct request *request, const char *path) {
    struct riskpool_scenario *scenario = NULL;
    char *messages = NULL;
    enum riskpool_status status = scenario_read(path, (const char *const *)request->assignments.text,
                                                request->assignments.n, 1, &scenario, &messages);
    if (messages)
        fputs(messages, stderr);
    if (!status)
        status = print_statement(scenario, request->json);
    if (status)
        fprintf(stderr, "%s: %s\n", path, riskpool_status_text(status));
    riskpool_text_free(messages);
    riskpool_scenario_free(scenario);
    return riskpool_status_exit_code(status);
}

/* -1 to go on, else the exit code. */
static int read_options(int argc, char **argv, struct request *request) {
    static const struct option options[] = {{"json", no_argument, NULL, 'j'},
                                            {"stress", required_argument, NULL, 'S'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    int option, code = -1;
    while (code < 0 && (option = getopt_long(argc, argv, "P:h", options, NULL)) != -1) {
        switch (option) {
        case 'j':
            request->json = 1;
            break;
        case 'P':
            code = assignments_add(&request->assignments, "inspect", "", optarg);
            break;
        case 'S':
            code = assignments_add(&request->assignments, "inspect", "stress+=", optarg);
            break;
        case 'h':
            command_help(command_find("inspect"));
            return 0;
        default:
            return command_misused("inspect", "wrong option");
        }
    }
    if (code >= 0)
        return code;
    if (optind + 1 != argc)
        return command_misused("inspect", optind == argc ? "which scenario?" : "one scenario at a time");
    return -1;
}

int cli_inspect(int argc, char **argv) {
    struct request request = {0};
    int code = read_options(argc, argv, &request);
    if (code < 0)
        code = inspect(&request, argv[optind]);
    assignments_free(&request.assignments);
    return code;
}
