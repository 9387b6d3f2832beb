/* The modes of a scenario: every way of writing one becomes a list of requests for pools. */
#include <math.h>
#include <string.h>

#include "scenario_parts.h"

/* A mode while it is read. */
struct draft {
    const struct node *node;
    const char *name;
    size_t n_requests, capacity;
    struct pool_request *requests;
    char *taken; /* [position] 1 once a pool has it */
};

static int add_request(struct reading *reading, struct draft *draft, struct pool_request request) {
    if (draft->n_requests == draft->capacity) {
        size_t capacity = 2 * draft->capacity + 8;
        struct pool_request *grown = tree_allocate(&reading->tree, capacity * sizeof *grown);
        if (!grown)
            return 0;
        if (draft->n_requests > 0)
            memcpy(grown, draft->requests, draft->n_requests * sizeof *grown);
        draft->requests = grown;
        draft->capacity = capacity;
    }
    draft->requests[draft->n_requests++] = request;
    return 1;
}

/* A pool of one position, with its margin. */
static void add_single(struct reading *reading, struct draft *draft, size_t position) {
    const char *name = reading->scenario->book.positions[position].name;
    size_t *index = tree_allocate(&reading->tree, sizeof *index);
    if (index) {
        *index = position;
        add_request(reading, draft, (struct pool_request){name ? name : "", 1, index, NAN});
    }
}

/* The positions that a list names, in the order of the book; NULL when there is no list. */
static size_t *read_members(struct reading *reading, struct draft *draft, const char *key, const struct node *list,
                            size_t *n) {
    size_t n_positions = reading->scenario->book.n_positions;
    char *mine = tree_allocate(&reading->tree, n_positions + 1);
    size_t *members = tree_allocate(&reading->tree, (n_positions + 1) * sizeof *members);
    *n = 0;
    if (list->kind != NODE_LIST) {
        field_mismatch(key, list, "a list of names of positions", &reading->report);
        return NULL;
    }
    for (size_t i = 0; mine && members && i < list->n; i++) {
        size_t position = scenario_find_position(reading, list->item[i]);
        if (position < n_positions && draft->taken[position]) {
            report_error(&reading->report, &list->item[i]->place, "a position is in one pool",
                         "position '%s' is already in another pool of the mode", list->item[i]->text);
        } else if (position < n_positions) {
            draft->taken[position] = mine[position] = 1;
        }
    }
    for (size_t i = 0; mine && members && i < n_positions; i++)
        if (mine[i])
            members[(*n)++] = i;
    return members;
}

static struct node *members_node(struct reading *reading, const size_t *members, size_t n) {
    struct node *list = node_new(&reading->tree, NODE_LIST, NULL);
    for (size_t i = 0; i < n; i++) {
        const char *name = reading->scenario->book.positions[members[i]].name;
        node_append(&reading->tree, list, node_text(&reading->tree, name ? name : ""));
    }
    return list;
}

static void read_isolated(struct reading *reading, struct draft *draft, struct mode_keys *keys) {
    size_t n;
    size_t *members = read_members(reading, draft, "isolated", keys->isolated, &n);
    for (size_t i = 0; members && i < n; i++)
        add_single(reading, draft, members[i]);
    keys->isolated = members && n > 0 ? members_node(reading, members, n) : NULL;
}

static void check_pool_name(struct reading *reading, const struct draft *draft, const struct pool_keys *keys) {
    int used = strcmp(keys->name, "wallet") == 0;
    for (size_t i = 0; i < draft->n_requests; i++)
        used |= strcmp(draft->requests[i].name, keys->name) == 0;
    if (used) {
        report_error(&reading->report, node_place(keys->node, "name"), "the pools of a mode have different names",
                     "a pool called '%s' is there already", keys->name);
    }
}

static void read_pool(struct reading *reading, struct draft *draft, struct pool_keys *keys) {
    const struct book *book = &reading->scenario->book;
    struct pool_request request = {.name = keys->name, .cash = keys->cash};
    if (!keys->name || !keys->positions)
        return;
    const struct node *written = keys->positions;
    size_t *members = read_members(reading, draft, "positions", written, &request.n_positions);
    check_pool_name(reading, draft, keys);
    if (!members)
        return;
    if (written->n == 0)
        report_error(&reading->report, &written->place, NULL, "the pool has no positions");
    request.positions = members;
    keys->positions = members_node(reading, members, request.n_positions);
    if (isnan(keys->cash) && !node_find(keys->node, "cash")) {
        keys->cash = 0;
        for (size_t i = 0; i < request.n_positions; i++)
            if (book->positions[members[i]].contract != CONTRACT_INVERSE)
                keys->cash += book->positions[members[i]].margin;
    }
    add_request(reading, draft, request);
}

/* Names become groups of the results file. */
static void check_mode_name(struct reading *reading, const struct node *map, const char *name) {
    static const char *const taken[] = {"isolated",         "cross", "market",    "comparison",
                                        "correlation_risk", "sweep", "provenance"};
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    if (name[strspn(name, letters)] != '\0') {
        report_error(&reading->report, node_place(map, "name"), "letters, digits, - and _", "'%s' cannot name a mode",
                     name);
    }
    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++) {
        if (strcmp(name, taken[i]) == 0) {
            report_error(&reading->report, node_place(map, "name"), NULL, "the name '%s' has a meaning of its own",
                         name);
        }
    }
}

/* A mode with pools of its own; returns what stands in the resolved scenario. */
static struct node *read_custom(struct reading *reading, struct draft *draft) {
    struct mode_keys keys = {0};
    size_t n_errors = reading->report.n_errors;
    field_read(mode_fields, draft->node, &keys, &reading->tree, &reading->report);
    draft->name = keys.name;
    if (keys.name)
        check_mode_name(reading, draft->node, keys.name);
    if (keys.isolated)
        read_isolated(reading, draft, &keys);
    for (size_t i = 0; i < keys.pools.n; i++)
        read_pool(reading, draft, (struct pool_keys *)keys.pools.items + i);
    if (draft->n_requests == 0 && reading->report.n_errors == n_errors) {
        report_error(&reading->report, &draft->node->place, "isolated: [positions], or pools: [...], or both",
                     "the mode does not say how it divides the positions");
    }
    return field_node(mode_fields, &keys, &reading->tree);
}

static struct node *read_named(struct reading *reading, struct draft *draft) {
    const char *name = draft->node->text;
    struct suggestion suggestion = {.nearest.word = name};
    if (strcmp(name, "isolated") == 0) {
        for (size_t i = 0; i < reading->scenario->book.n_positions; i++)
            add_single(reading, draft, i);
    } else if (strcmp(name, "cross") != 0) {
        suggestion_offer(&suggestion, "isolated");
        suggestion_offer(&suggestion, "cross");
        suggestion_offer(&suggestion, "{name: ..., isolated: [...], pools: [...]}");
        report_unknown(&reading->report, &draft->node->place, "mode", &suggestion);
        return NULL;
    }
    draft->name = name;
    return node_text(&reading->tree, name);
}

static void check_unique(struct reading *reading, const struct draft *draft) {
    const struct book *book = &reading->scenario->book;
    for (size_t m = 0; m < book->n_modes; m++)
        if (strcmp(book->modes[m].name, draft->name) == 0)
            report_error(&reading->report, &draft->node->place, NULL, "mode '%s' is listed twice", draft->name);
}

/* Reports a pool that takes more coins along than are held. */
static void check_coins(struct reading *reading, const struct draft *draft, const struct mode *mode) {
    const struct riskpool_scenario *scenario = reading->scenario;
    for (size_t h = 0; h < scenario->book.n_holdings; h++) {
        const double held = scenario->book.holdings[h].quantity, left = mode->pools[0].coins[h].quantity;
        const size_t asset = scenario->book.holdings[h].asset;
        const char *name = asset < scenario->market.n_assets ? scenario->market.assets[asset].name : NULL;
        const struct holding_keys *keys = (const struct holding_keys *)reading->keys.account.holdings.items + h;
        if (held > 0 && left < 0)
            report_error(&reading->report, draft->node->place.source ? &draft->node->place : &keys->node->place,
                         "margins of inverse positions come out of account.holdings",
                         "mode '%s' takes %.10g %s as margin, but %.10g are held", draft->name, held - left,
                         name ? name : "?", held);
    }
}

static void divide(struct reading *reading, const struct draft *draft) {
    struct book *book = &reading->scenario->book;
    struct mode *mode = &book->modes[book->n_modes];
    enum riskpool_status status = book_divide(book, draft->name, draft->n_requests, draft->requests, mode);
    if (status == RISKPOOL_INVALID)
        check_coins(reading, draft, mode);
    if (status == RISKPOOL_INVALID && mode->pools[0].cash < 0) {
        const struct place *place = &draft->node->place;
        scenario_objection(reading, place->source ? place : node_place(reading->keys.account.node, "balance"),
                           "the cash of all its pools comes out of the balance",
                           "mode '%s' allocates %.10g, but the balance is %.10g", draft->name,
                           book->balance - mode->pools[0].cash, book->balance);
    } else if (status == RISKPOOL_NO_MEMORY) {
        reading->report.no_memory = 1;
        return;
    }
    book->n_modes++;
}

static struct node *read_mode(struct reading *reading, const struct node *node) {
    struct draft draft = {.node = node};
    struct node *resolved = NULL;
    draft.taken = tree_allocate(&reading->tree, reading->scenario->book.n_positions + 1);
    if (!draft.taken)
        return NULL;
    if (node->kind == NODE_LIST)
        field_mismatch("modes", node, "isolated, cross, or a map", &reading->report);
    else
        resolved = node->kind == NODE_MAP ? read_custom(reading, &draft) : read_named(reading, &draft);
    if (resolved)
        resolved->place = node->place;
    if (draft.name) {
        check_unique(reading, &draft);
        divide(reading, &draft);
    }
    return resolved;
}

static struct node *standard_modes(struct reading *reading) {
    struct node *list = node_new(&reading->tree, NODE_LIST, NULL);
    node_append(&reading->tree, list, node_text(&reading->tree, "isolated"));
    node_append(&reading->tree, list, node_text(&reading->tree, "cross"));
    return list;
}

void scenario_modes(struct reading *reading) {
    struct book *book = &reading->scenario->book;
    const struct node *list = reading->keys.modes ? reading->keys.modes : standard_modes(reading);
    struct node *resolved = node_new(&reading->tree, NODE_LIST, NULL);
    if (!list)
        return;
    if (list->kind != NODE_LIST) {
        field_mismatch("modes", list, "a list", &reading->report);
        return;
    }
    if (list->n == 0 || list->n > MODES_MOST) {
        report_error(&reading->report, &list->place, NULL, "'modes' has %zu entries; 1 to %d are allowed", list->n,
                     MODES_MOST);
        return;
    }
    book->modes = scenario_allocate(reading, list->n, sizeof *book->modes);
    for (size_t i = 0; book->modes && i < list->n; i++)
        node_append(&reading->tree, resolved, read_mode(reading, list->item[i]));
    reading->keys.modes = resolved;
}
