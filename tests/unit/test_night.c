/* Batch files: what is crossed with what, in which order, under which names and with which assignments; and lists of
 * texts in tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "night.h"

static char folder[] = "/tmp/riskpool-night-XXXXXX";
static char path[64];

static int make_folder(void **state) {
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/night.yaml", folder);
    return 0;
}

static int drop_folder(void **state) {
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static enum riskpool_status read_night(const char *text, struct night *night, char **messages) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    return night_read(path, night, messages);
}

static void assert_read(const char *text, struct night *night) {
    char *messages = NULL;
    assert_int_equal(read_night(text, night, &messages), RISKPOOL_OK);
    assert_null(messages);
}

/* A path of the folder of the batch file. */
static void assert_beside(const char *found, const char *before, const char *name) {
    char expected[128];
    snprintf(expected, sizeof expected, "%s%s/%s", before, folder, name);
    assert_string_equal(found, expected);
}

static void books_alone_are_run_as_they_are(void **state) {
    (void)state;
    struct night night;
    assert_read("name: x\nbooks: a/one.yaml", &night);
    assert_string_equal(night.name, "x");
    assert_string_equal(night.output, "results/x");
    assert_int_equal(night.n, 1);
    assert_beside(night.runs[0].path, "", "a/one.yaml");
    assert_string_equal(night.runs[0].name, "one");
    assert_string_equal(night.runs[0].label[NIGHT_BOOK], "one");
    assert_string_equal(night.runs[0].label[NIGHT_STRESS], "none");
    assert_string_equal(night.runs[0].label[NIGHT_VENUE], "none");
    assert_int_equal(night.runs[0].n_overrides, 0);
    night_free(&night);
}

static void everything_is_crossed(void **state) {
    (void)state;
    static const char *const names[] = {"one+none+v", "one+none+none", "one+flash.2+v", "one+flash.2+none",
                                        "two+none+v", "two+none+none", "two+flash.2+v", "two+flash.2+none"};
    struct night night;
    assert_read("name: x\noutput: out\nbooks: [/b/one.yml, two]\nstresses: [none, s/flash.2.yaml]\nvenues: [v, none]\n",
                &night);
    assert_string_equal(night.output, "out");
    assert_int_equal(night.n, 8);
    for (size_t i = 0; i < night.n; i++) {
        const struct night_run *run = &night.runs[i];
        const size_t venue = i % 2 == 0, stress = i / 2 % 2;
        assert_string_equal(run->name, names[i]);
        assert_string_equal(run->label[NIGHT_BOOK], i < 4 ? "one" : "two");
        assert_string_equal(run->label[NIGHT_STRESS], stress ? "flash.2" : "none");
        assert_string_equal(run->label[NIGHT_VENUE], venue ? "v" : "none");
        assert_int_equal(run->n_overrides, 2 * venue + stress);
        if (venue) {
            assert_string_equal(run->overrides[0], "liquidation={}");
            assert_string_equal(run->overrides[1], "venue=v");
        }
        if (stress)
            assert_beside(run->overrides[run->n_overrides - 1], "stress+=", "s/flash.2.yaml");
    }
    assert_string_equal(night.runs[0].path, "/b/one.yml");
    assert_beside(night.runs[4].path, "", "two");
    night_free(&night);
}

/* The rules of a venue come first, so that what the file sets counts. */
static void keys_become_assignments(void **state) {
    (void)state;
    static const char *const expected[] = {"liquidation={}",
                                           "venue=v",
                                           "paths=1000000",
                                           "seed=18446744073709551615",
                                           "modes=[isolated, {name: \"a b\", isolated: [x]}]",
                                           "positions.btc.leverage=5",
                                           "output={paths: none}",
                                           "title=\"no: map\""};
    struct night night;
    assert_read("name: x\nbooks: [a]\nvenues: [v]\npaths: 1e6\nseed: 18446744073709551615\n"
                "modes:\n  - isolated\n  - name: \"a b\"\n    isolated: [x]\n"
                "set:\n  positions.btc.leverage: 5\n  output: {paths: none}\n  title: \"no: map\"\n",
                &night);
    assert_int_equal(night.runs[0].n_overrides, sizeof expected / sizeof *expected);
    for (size_t i = 0; i < night.runs[0].n_overrides; i++)
        assert_string_equal(night.runs[0].overrides[i], expected[i]);
    night_free(&night);
}

static void assert_refused(const char *text, const char *message) {
    struct night night;
    char *messages = NULL;
    assert_int_equal(read_night(text, &night, &messages), RISKPOOL_INVALID);
    assert_non_null(messages);
    if (!strstr(messages, message))
        fail_msg("'%s' is not in\n%s", message, messages);
    riskpool_text_free(messages);
    night_free(&night);
}

static void mistakes_have_places(void **state) {
    (void)state;
    assert_refused("name: x", "night.yaml:1:1: error: the required key 'books' is missing");
    assert_refused("name: x\nbooks: [a, b/a.yaml]",
                   "night.yaml:2:12: error: 'books': another entry is called 'a' as well");
    assert_refused("name: x\nbooks: [a]\nstress: [b]", "did you mean 'stresses'?");
    assert_refused("name: x\nbooks: [a, [b]]", "night.yaml:2:12: error: 'books' is a list; a text is due");
    assert_refused("name: x\nbooks: [a, ]\nvenues: [b, ~]",
                   "night.yaml:3:13: error: 'venues' is nothing; a text is due");
    assert_refused("name: x\nbooks: {a: b}", "night.yaml:2:8: error: 'books' is a map; a text is due");
    assert_refused("name: x\nbooks: [a]\nmodes: []", "night.yaml:3:8: error: 'modes' is empty");
    assert_refused("name: x\nbooks: [a]\nset: {a=b: 1}", "night.yaml:3:7: error: 'a=b' cannot be the path of a key");
    assert_refused("- a", "this is a list; a map");
}

struct texts {
    const struct node *node;
    struct text_list list;
};

static void lists_of_texts_are_printed_as_read(void **state) {
    (void)state;
    static const struct field fields[] = {{.name = "list", .type = FIELD_TEXTS, .offset = offsetof(struct texts, list)},
                                          {.name = NULL}};
    struct tree tree = {0};
    struct report report = {0};
    struct texts texts = {0};
    struct node *map = node_new(&tree, NODE_MAP, NULL), *list = node_new(&tree, NODE_LIST, NULL);
    struct text text = {0};
    node_append(&tree, list, node_text(&tree, "a"));
    node_append(&tree, list, node_text(&tree, "1"));
    node_put(&tree, map, "list", list);
    field_read(fields, map, &texts, &tree, &report);
    assert_int_equal(report.n_errors, 0);
    assert_int_equal(texts.list.n, 2);
    node_write_flow(field_node(fields, &texts, &tree), &text);
    assert_string_equal(text.bytes, "{list: [a, \"1\"]}");
    text_free(&text);
    texts = (struct texts){0};
    node_write_flow(field_node(fields, &texts, &tree), &text);
    assert_string_equal(text.bytes, "{}");
    text_free(&text);
    report_free(&report);
    tree_free(&tree);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(books_alone_are_run_as_they_are), cmocka_unit_test(everything_is_crossed),
        cmocka_unit_test(keys_become_assignments), cmocka_unit_test(mistakes_have_places),
        cmocka_unit_test(lists_of_texts_are_printed_as_read)};
    return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
