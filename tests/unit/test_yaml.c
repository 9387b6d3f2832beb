/* YAML to trees: places, what is refused and where, hostile files; and CSV to trees. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "csv.h"
#include "yaml_tree.h"

struct trial {
    struct tree tree;
    struct report report;
    struct node *root;
    char *messages;
};

static struct trial read_bytes(const char *text, size_t size) {
    struct trial trial = {0};
    const struct source *source = report_text(&trial.report, "t.yaml", text, size);
    trial.root = yaml_read(source, NULL, &trial.tree, &trial.report);
    assert_int_equal(report_render(&trial.report, &trial.messages), RISKPOOL_OK);
    return trial;
}

static struct trial read_yaml(const char *text) {
    return read_bytes(text, strlen(text));
}

static void trial_free(struct trial *trial) {
    free(trial->messages);
    report_free(&trial->report);
    tree_free(&trial->tree);
}

/* The text is refused, and the messages start with `start`. */
static void assert_refused(const char *text, const char *start) {
    struct trial trial = read_yaml(text);
    assert_true(trial.report.n_errors > 0);
    assert_non_null(trial.messages);
    assert_memory_equal(trial.messages, start, strlen(start));
    trial_free(&trial);
}

static void places_are_those_of_the_text(void **state) {
    (void)state;
    struct trial trial = read_yaml("a: 1\nb:\n  - {c: x y, d: \"q\"}\n  - é: ü z\n");
    assert_null(trial.messages);
    const struct node *list = node_find(trial.root, "b");
    assert_int_equal(list->kind, NODE_LIST);
    assert_int_equal(list->n, 2);
    const struct node *c = node_find(list->item[0], "c");
    assert_string_equal(c->text, "x y");
    assert_int_equal(c->place.line, 3);
    assert_int_equal(c->place.column, 9);
    assert_int_equal(c->place.width, 3);
    assert_true(node_find(list->item[0], "d")->quoted);
    const struct node *last = node_find(list->item[1], "é"); /* columns count characters */
    assert_int_equal(last->place.column, 8);
    assert_int_equal(last->place.width, 3);
    trial_free(&trial);
}

static void aliases_are_copies(void **state) {
    (void)state;
    struct trial trial = read_yaml("a: &x {k: 1}\nb: *x\n");
    struct node *b = trial.root->item[1];
    assert_string_equal(node_find(b, "k")->text, "1");
    assert_ptr_not_equal(b, trial.root->item[0]);
    trial_free(&trial);
}

static void refusals_name_their_place(void **state) {
    (void)state;
    assert_refused("", "t.yaml: error: the file is empty\n");
    assert_refused("# nothing\n", "t.yaml: error: the file is empty\n");
    assert_refused("a: 1\nb: 2\na: 3\n", "t.yaml:3:1: error: 'a' is given twice; first on line 1\n    3 | a: 3\n"
                                         "      | ^\n");
    assert_refused("a: 1\nm:\n\tb: 2\n", "t.yaml:3:1: error: not YAML: found character that cannot start any token");
    assert_refused("a: &x [1, *x]\n", "t.yaml:1:11: error: an alias to something that contains it\n");
    assert_refused("a: *nowhere\n", "t.yaml:1:4: error: an alias to an anchor that does not exist\n");
    assert_refused("a: 1\n---\na: 2\n", "t.yaml:2:1: error: a second document\n");
    assert_refused("a: !!str 1\n", "t.yaml:1:4: error: tags are not read\n");
    assert_refused("[a]: 1\n", "t.yaml:1:1: error: a key must be a word, not a list or a map\n");
    assert_refused("a: \"x\\0y\"\n", "t.yaml:1:4: error: a text with a zero byte\n");
    assert_refused("a: [1\nb: 2\n", "t.yaml:2:2: error: not YAML: ");
    assert_refused("a: \xff\n", "t.yaml:1:4: error: not text: ");
}

static void garbage_is_refused(void **state) {
    (void)state;
    char bytes[512];
    uint32_t x = 12345;
    for (int trials = 0; trials < 200; trials++) {
        for (size_t i = 0; i < sizeof bytes; i++) {
            x = x * 1664525 + 1013904223;
            bytes[i] = (char)(x >> 24);
        }
        struct trial trial = read_bytes(bytes, sizeof bytes);
        assert_true(trial.report.n_errors > 0);
        trial_free(&trial);
    }
}

static char *repeat(const char *piece, size_t n) {
    struct text text = {0};
    for (size_t i = 0; i < n; i++)
        text_add(&text, "%s", piece);
    return text_take(&text);
}

static void deep_nesting_is_refused(void **state) {
    (void)state;
    static const char *const pieces[] = {"[", "{a: ", "- ", "? - "};
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        char *text = repeat(pieces[i], 10000);
        struct trial trial = read_yaml(text);
        assert_null(trial.root);
        assert_true(trial.report.n_errors == 1);
        trial_free(&trial);
        free(text);
    }
}

static void nesting_through_aliases_is_refused(void **state) {
    (void)state;
    struct text text = {0};
    text_add(&text, "a0: &a0 [1]\n");
    for (int i = 1; i < 100; i++)
        text_add(&text, "a%d: &a%d [*a%d]\n", i, i, i - 1);
    struct trial trial = read_yaml(text.bytes);
    assert_non_null(strstr(trial.messages, "nested deeper than 64 levels"));
    trial_free(&trial);
    text_free(&text);
}

static void alias_bomb_is_refused(void **state) {
    (void)state;
    struct text text = {0};
    text_add(&text, "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 20; i++) {
        text_add(&text, "a%d: &a%d [", i, i);
        for (int k = 0; k < 10; k++)
            text_add(&text, "*a%d, ", i - 1);
        text_add(&text, "]\n");
    }
    struct trial trial = read_yaml(text.bytes);
    assert_non_null(strstr(trial.messages, "more than 2 million values"));
    trial_free(&trial);
    text_free(&text);
}

static void mistakes_are_shown_in_the_order_of_the_text(void **state) {
    (void)state;
    struct report report = {0};
    const struct source *source = report_text(&report, "x", "one\ntwo\tthree\n", 14);
    report_error(&report, &(struct place){source, 2, 5, 5}, "try four", "second %d", 2);
    report_warning(&report, &(struct place){source, 1, 1, 1}, NULL, "first\x01");
    report_error(&report, &(struct place){.source = source}, NULL, "whole");
    char *text;
    assert_int_equal(report_render(&report, &text), RISKPOOL_OK);
    assert_string_equal(text, "x: error: whole\n"
                              "x:1:1: warning: first?\n    1 | one\n      | ^\n"
                              "x:2:5: error: second 2\n    2 | two three\n      |     ^~~~~\n      = help: try four\n"
                              "2 errors\n");
    assert_int_equal(report_status(&report), RISKPOOL_INVALID);
    free(text);
    report_free(&report);
}

static struct node *read_csv(struct trial *trial, const char *text) {
    *trial = (struct trial){0};
    const struct source *source = report_text(&trial->report, "m.csv", text, strlen(text));
    trial->root = csv_read(source, &trial->tree, &trial->report);
    assert_int_equal(report_render(&trial->report, &trial->messages), RISKPOOL_OK);
    return trial->root;
}

static void csv_cells_have_places(void **state) {
    (void)state;
    struct trial trial;
    const struct node *rows = read_csv(&trial, "# x\r\n, \"a,\"\"b\" ,c\r\n\r\n1,2.5 ,\r\n");
    assert_non_null(rows);
    assert_int_equal(rows->n, 2);
    assert_int_equal(rows->item[0]->n, 3);
    assert_string_equal(rows->item[0]->item[0]->text, "");
    assert_string_equal(rows->item[0]->item[1]->text, "a,\"b");
    assert_int_equal(rows->item[0]->item[1]->place.column, 3);
    assert_int_equal(rows->item[0]->item[1]->place.line, 2);
    assert_string_equal(rows->item[1]->item[1]->text, "2.5");
    assert_int_equal(rows->item[1]->n, 3);
    trial_free(&trial);
}

static void csv_mistakes_have_places(void **state) {
    (void)state;
    struct trial trial;
    assert_null(read_csv(&trial, "1,2\n3,\"4\n"));
    assert_memory_equal(trial.messages, "m.csv:2:3: error: a quote that is not closed", 44);
    trial_free(&trial);
    assert_null(read_csv(&trial, "\"1\"2\n"));
    assert_memory_equal(trial.messages, "m.csv:1:4: error: a comma is due after the cell", 47);
    trial_free(&trial);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_are_those_of_the_text), cmocka_unit_test(aliases_are_copies),
        cmocka_unit_test(refusals_name_their_place),    cmocka_unit_test(garbage_is_refused),
        cmocka_unit_test(deep_nesting_is_refused),      cmocka_unit_test(nesting_through_aliases_is_refused),
        cmocka_unit_test(alias_bomb_is_refused),        cmocka_unit_test(mistakes_are_shown_in_the_order_of_the_text),
        cmocka_unit_test(csv_cells_have_places),        cmocka_unit_test(csv_mistakes_have_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
