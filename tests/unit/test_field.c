/* Numbers as people write them, names that are misspelt, and tables that read and print structs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "field.h"
#include "number.h"
#include "yaml_tree.h"

static void assert_number(const char *text, double expected) {
    double value;
    assert_null(number_parse(text, &value));
    assert_true(value == expected);
}

static void assert_fraction(const char *text, double expected) {
    double value;
    assert_null(fraction_parse(text, &value));
    assert_true(value == expected);
}

static void assert_duration(const char *text, double expected) {
    double value;
    assert_null(duration_parse(text, &value));
    assert_true(value == expected);
}

static void numbers_are_read(void **state) {
    (void)state;
    assert_number("100000", 100000);
    assert_number("1e5", 100000);
    assert_number("-1.5", -1.5);
    assert_number("+.5", 0.5);
    assert_number("5.", 5);
    assert_number("0", 0);
    assert_number("-0", 0);
    assert_number("0.1e+2", 10);
    assert_fraction("44%", 0.44);
    assert_fraction("44 %", 0.44);
    assert_fraction("99.9%", 0.999);
    assert_fraction("0.7%", 0.007);
    assert_fraction("1e1%", 0.1);
    assert_fraction("0.44", 0.44);
    assert_duration("30 min", 1800);
    assert_duration("1h", 3600);
    assert_duration("7d", 604800);
    assert_duration("7 d", 604800);
    assert_duration("1 y", 31536000);
    assert_duration("0.1 h", 360);
    assert_duration("90 s", 90);
    assert_duration("0", 0);
    double percent;
    assert_null(percent_parse("150%", &percent));
    assert_true(percent == 150);
    assert_null(percent_parse("1.2", &percent));
    assert_true(percent == 120);
}

static void what_is_no_number_is_refused(void **state) {
    (void)state;
    static const char *const wrong[] = {
        "",      "x",        "3k",     "3000x",
        "1_000", "1,000",    "0x10",   "0X1p3",
        "0o17",  "010",      "-010",   ".nan",
        "nan",   "inf",      "-inf",   ".inf",
        "1e999", "1e",       "1e+",    "e5",
        ".",     "-",        "--1",    "1 2",
        "44%",   "1.2.3",    "1e-400", "1e99999999999",
        "0b1",   "infinity", "1e5.5",  "1e-99999999999",
        "٣",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        double value;
        if (!number_parse(wrong[i], &value))
            fail_msg("'%s' was read as %g", wrong[i], value);
    }
    static const char *const no_duration[] = {"7", "7 days", "7 m", "-1 h", "h", "1 hh", "1e308 y", "1  H", "7 d x"};
    for (size_t i = 0; i < sizeof no_duration / sizeof no_duration[0]; i++) {
        double value;
        if (!duration_parse(no_duration[i], &value))
            fail_msg("'%s' was read as %g s", no_duration[i], value);
    }
    static const char *const no_whole[] = {"-1", "1.5", "18446744073709551616", "1e17", "1e400", "ten"};
    for (size_t i = 0; i < sizeof no_whole / sizeof no_whole[0]; i++) {
        uint64_t value;
        if (!whole_parse(no_whole[i], &value))
            fail_msg("'%s' was read as %llu", no_whole[i], (unsigned long long)value);
    }
    double value;
    assert_non_null(fraction_parse("44%%", &value));
    assert_non_null(fraction_parse("%", &value));
}

static void whole_numbers_are_exact(void **state) {
    (void)state;
    uint64_t value;
    assert_null(whole_parse("18446744073709551615", &value));
    assert_true(value == UINT64_MAX);
    assert_null(whole_parse("9007199254740993", &value));
    assert_true(value == 9007199254740993u);
    assert_null(whole_parse("1e6", &value));
    assert_true(value == 1000000);
}

static void formats_read_back(void **state) {
    (void)state;
    uint64_t x = 88172645463325252u;
    for (int i = 0; i < 20000; i++) {
        char text[NUMBER_SIZE];
        double value, back;
        x ^= x << 13, x ^= x >> 7, x ^= x << 17;
        value = (double)(x >> 11) * 0x1p-53 * (i % 2 ? 1 : 1e7);
        number_format(value, text);
        assert_null(number_parse(text, &back));
        assert_true(back == value);
        duration_format(value, text);
        assert_null(duration_parse(text, &back));
        assert_true(back == value);
    }
    char text[NUMBER_SIZE];
    number_format(0.1, text);
    assert_string_equal(text, "0.1");
    percent_format(0.999, text);
    assert_string_equal(text, "99.9%");
    duration_format(604800, text);
    assert_string_equal(text, "7 d");
    duration_format(5400, text);
    assert_string_equal(text, "90 min");
}

static void distances_count_edits(void **state) {
    (void)state;
    assert_int_equal(edit_distance("paths", "paths"), 0);
    assert_int_equal(edit_distance("pahts", "paths"), 1); /* a transposition is one */
    assert_int_equal(edit_distance("path", "paths"), 1);
    assert_int_equal(edit_distance("PATHS", "paths"), 0);
    assert_int_equal(edit_distance("kitten", "sitting"), 3);
    assert_int_equal(edit_distance("", "abc"), 3);
    assert_int_equal(edit_distance("ca", "abc"), 3); /* no substring is edited twice */
}

static void nearest_name_is_offered(void **state) {
    (void)state;
    struct nearest nearest = {.word = "levrage"};
    nearest_offer(&nearest, "margin");
    nearest_offer(&nearest, "leverage");
    nearest_offer(&nearest, "average");
    assert_string_equal(nearest.best, "leverage");
    struct nearest far = {.word = "xyz"};
    nearest_offer(&far, "abc");
    assert_null(far.best);
}

struct inner {
    const struct node *node;
    double share;
};

struct outer {
    const struct node *node;
    char *name;
    double size, length;
    uint64_t count;
    int kind, on;
    struct number_list levels;
    struct inner inner;
    struct item_list items;
    double this, that;
};

static const struct choice kinds[] = {{"soft", "s", 0}, {"hard", "h", 0}, {"firm", "f", 1}, {NULL, NULL, 0}};
static const struct field inner_fields[] = {{.name = "share",
                                             .type = FIELD_FRACTION,
                                             .offset = offsetof(struct inner, share),
                                             .standard = "50%",
                                             .range = RANGE_BETWEEN(0, 1)},
                                            {.name = NULL}};
static const struct field outer_fields[] = {
    {.name = "name", .type = FIELD_NAME, .offset = offsetof(struct outer, name), .required = 1},
    {.name = "size", .type = FIELD_NUMBER, .offset = offsetof(struct outer, size), .range = RANGE_ABOVE(0)},
    {.name = "length", .type = FIELD_DURATION, .offset = offsetof(struct outer, length), .standard = "1 h"},
    {.name = "count", .type = FIELD_WHOLE, .offset = offsetof(struct outer, count), .standard = "7"},
    {.name = "kind",
     .type = FIELD_CHOICE,
     .offset = offsetof(struct outer, kind),
     .standard = "hard",
     .choices = kinds},
    {.name = "on", .type = FIELD_FLAG, .offset = offsetof(struct outer, on), .standard = "true"},
    {.name = "levels", .type = FIELD_PERCENTS, .offset = offsetof(struct outer, levels), .standard = "10%, 20%"},
    {.name = "inner", .type = FIELD_MAP, .offset = offsetof(struct outer, inner), .fields = inner_fields},
    {.name = "items",
     .type = FIELD_MAPS,
     .offset = offsetof(struct outer, items),
     .fields = inner_fields,
     .size = sizeof(struct inner),
     .most = 2,
     .standard = ""},
    {.name = "this", .type = FIELD_NUMBER, .offset = offsetof(struct outer, this), .rival = "that", .required = 1},
    {.name = "that", .type = FIELD_NUMBER, .offset = offsetof(struct outer, that), .rival = "this"},
    {.name = NULL}};

struct trial {
    struct tree tree;
    struct report report;
    struct outer outer;
    char *messages;
};

static struct trial *read_outer(const char *text) {
    struct trial *trial = calloc(1, sizeof *trial);
    const struct source *source = report_text(&trial->report, "t", text, strlen(text));
    const struct node *root = yaml_read(source, NULL, &trial->tree, &trial->report);
    field_read(outer_fields, root, &trial->outer, &trial->tree, &trial->report);
    report_render(&trial->report, &trial->messages);
    return trial;
}

static void trial_free(struct trial *trial) {
    free(trial->messages);
    report_free(&trial->report);
    tree_free(&trial->tree);
    free(trial);
}

static void defaults_are_filled_in(void **state) {
    (void)state;
    struct trial *trial = read_outer("name: x\nthis: 3\n");
    assert_null(trial->messages);
    assert_true(isnan(trial->outer.size));
    assert_true(trial->outer.length == 3600);
    assert_true(trial->outer.count == 7);
    assert_int_equal(trial->outer.kind, 1);
    assert_int_equal(trial->outer.on, 1);
    assert_int_equal(trial->outer.levels.n, 2);
    assert_true(trial->outer.levels.value[1] == 20);
    assert_true(trial->outer.inner.share == 0.5);
    assert_true(isnan(trial->outer.that));
    trial_free(trial);
}

static void what_was_read_is_printed(void **state) {
    (void)state;
    struct trial *trial =
        read_outer("{name: 'a b', that: 1e3, on: false, items: [{share: 25%}, {}], inner: {share: 1}}");
    struct text text = {0};
    struct node *map = field_node(outer_fields, &trial->outer, &trial->tree);
    node_write(map, 0, &text);
    assert_string_equal(text.bytes,
                        "\nname: \"a b\"\nlength: 1 h\ncount: 7\nkind: hard\n\"on\": false\nlevels: [10%, 20%]\n"
                        "inner: {share: 1}\nitems:\n  - {share: 0.25}\n  - {share: 0.5}\nthat: 1000\n");
    text_free(&text);
    trial_free(trial);
}

static void assert_message(const char *text, const char *message) {
    struct trial *trial = read_outer(text);
    if (!trial->messages || !strstr(trial->messages, message))
        fail_msg("'%s' gives\n%s\nand not '%s'", text, trial->messages ? trial->messages : "nothing", message);
    assert_int_equal(trial->report.n_errors, 1);
    trial_free(trial);
}

static void every_mistake_has_its_message(void **state) {
    (void)state;
    assert_message("this: 1", "t:1:1: error: the required key 'name' is missing");
    assert_message("name: x", "'this' or 'that' is missing");
    assert_message("{name: x, this: 1, that: 2}", "t:1:20: error: 'that' is given, and 'this' as well (line 1)");
    assert_message("{name: x, this: 1, siez: 2}", "t:1:20: error: unknown key 'siez'");
    assert_message("{name: x, this: 1, siez: 2}", "did you mean 'size'?");
    assert_message("{name: x, this: 1, kind: firm}", "this version does not have 'kind: firm'");
    assert_message("{name: x, this: 1, kind: hrad}", "did you mean 'hard'? allowed here: soft, hard");
    assert_message("{name: x, this: 1, size: 0}", "'size': '0' is outside the allowed range");
    assert_message("{name: x, this: 1, size: '3'}", "'size': '3' is in quotes");
    assert_message("{name: x, this: 1, size: [3]}", "'size' is a list; a number is due");
    assert_message("{name: x, this: 1, size: }", "'size' is nothing; a number is due");
    assert_message("{name: x, this: 1, size: ~}", "'size' is nothing; a number is due");
    assert_message("{name: x, this: 1, on: yes}", "'on' is 'yes'; true or false is due");
    assert_message("{name: x, this: 1, count: 1.5}", "'count': '1.5' is not a whole number");
    assert_message("{name: x, this: 1, length: 3}", "'length': '3' has no unit of time");
    assert_message("{name: x, this: 1, levels: [1, x]}", "t:1:32: error: 'levels': 'x' is not a number");
    assert_message("{name: x, this: 1, levels: {a: 1}}", "'levels' is a map; a list is due");
    assert_message("{name: x, this: 1, inner: 3}", "this is '3'; a map (key: value) is due");
    assert_message("{name: x, this: 1, items: [{}, {}, {}]}", "'items' has 3 entries; at most 2 are allowed");
    assert_message("{name: x, this: 1, items: [{share: 2}]}", "allowed: fraction from 0 to 1; 0.44 or 44%");
    assert_message("{name: a/b, this: 1}", "'name': 'a/b' cannot be a name");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_read),
        cmocka_unit_test(what_is_no_number_is_refused),
        cmocka_unit_test(whole_numbers_are_exact),
        cmocka_unit_test(formats_read_back),
        cmocka_unit_test(distances_count_edits),
        cmocka_unit_test(nearest_name_is_offered),
        cmocka_unit_test(defaults_are_filled_in),
        cmocka_unit_test(what_was_read_is_printed),
        cmocka_unit_test(every_mistake_has_its_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
