/* Tables of prices and the returns in them: every way to write a time, every mistake by its message, and which pairs of
 * rows make a return. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "instant.h"
#include "prices.h"
#include "returns.h"

static void times_are_read(void **state) {
    (void)state;
    static const struct {
        const char *text;
        double seconds;
        int is_day;
    } cases[] = {
        {"1970-01-01", 0, 1},
        {"2000-02-29", 951782400, 1},
        {"20230131", 1675123200, 1},
        {"1969-12-31T23:59:59Z", -1, 0},
        {"2023-01-31 12:30", 1675168200, 0},
        {"2023-01-31T12", 1675166400, 0},
        {"2023-01-31T12:30:15.250Z", 1675168215.25, 0},
        {"2023-01-31T12:30:00+02:00", 1675161000, 0},
        {"2023-01-31T12:30:00-0530", 1675188000, 0},
        {"2023-01-31t12:30z", 1675168200, 0},
        {"1675168200", 1675168200, 0},
        {"1675168200.5", 1675168200.5, 0},
        {"1675168200000", 1675168200, 0},
        {"1675168200000000", 1675168200, 0},
        {"1675168200000000000", 1675168200, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct instant instant;
        const char *why = instant_parse(cases[i].text, &instant);
        if (why || fabs(instant.seconds - cases[i].seconds) > 1e-6 || instant.is_day != cases[i].is_day)
            fail_msg("%s: %s, %.6f, day %d", cases[i].text, why ? why : "read", instant.seconds, instant.is_day);
    }
}

static void other_texts_are_no_times(void **state) {
    (void)state;
    static const char *const texts[] = {"",
                                        "BTC",
                                        "2023-02-29",
                                        "2023-13-01",
                                        "2023-1-1",
                                        "2023-01-01x",
                                        "2023-01-01T",
                                        "2023-01-01T24:00",
                                        "2023-01-0",
                                        "31/01/2023",
                                        "2023-01-01T12:",
                                        "2023-01-01T12.5",
                                        "2023-01-01T12:30.5",
                                        "2023-01-01T12:30:15.",
                                        "2023-01-01T12:60",
                                        "1.5e9",
                                        "-1675168200",
                                        "12345",
                                        "2023-01-01T12:30:00 UTC",
                                        "2023/01/01",
                                        "1900-02-29",
                                        "2023-01-01T12:30+99",
                                        "20230229",
                                        "0",
                                        "2023-00-10",
                                        "2023-01-00",
                                        "99999999999999999999"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct instant instant;
        if (!instant_parse(texts[i], &instant))
            fail_msg("'%s' was read as %.3f", texts[i], instant.seconds);
    }
}

static void times_are_written(void **state) {
    (void)state;
    char text[INSTANT_SIZE];
    for (double day = -200000; day < 200000; day += 97) { /* what is written reads back */
        struct instant instant;
        instant_format(day * 86400, text);
        assert_null(instant_parse(text, &instant));
        assert_true(instant.seconds == day * 86400 && instant.is_day);
        assert_int_equal(instant_weekday(day * 86400 + 5), (((int)day + 3) % 7 + 7) % 7);
    }
    instant_format(1675168200, text);
    assert_string_equal(text, "2023-01-31 12:30");
    instant_format(1675168215, text);
    assert_string_equal(text, "2023-01-31 12:30:15");
}

static const char *const path = "test_prices.csv";

static void write_file(const char *text) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void read_table(struct prices *prices, const char *text, const char *const *columns, size_t n) {
    struct report report = {0};
    char *messages = NULL;
    write_file(text);
    if (prices_init(prices, path, columns, n, NULL, &report) != RISKPOOL_OK) {
        report_render(&report, &messages);
        fail_msg("%s", messages);
    }
    report_free(&report);
}

static void a_table_is_read(void **state) {
    (void)state;
    struct prices prices;
    const char *const wanted[] = {"ETH/USDT", "BTC"};
    read_table(&prices,
               "\xef\xbb\xbf"
               "date,BTC,\"ETH/USDT\",junk\r\n"
               "2023-01-01, 100 ,10,-5\r\n"
               "# a comment\r\n"
               "\r\n"
               "2023-01-02,NaN,,text\r\n"
               "2023-01-03,1.5e2,null,\r\n",
               wanted, 2);
    assert_int_equal(prices.n_rows, 3);
    assert_int_equal(prices.n_columns, 2);
    assert_string_equal(prices.name[0], "ETH-USDT");
    assert_string_equal(prices.name[1], "BTC");
    assert_int_equal(prices.line[1], 5);
    assert_true(prices.time[1] - prices.time[0] == 86400);
    assert_true(prices.price[0] == 10 && prices.price[1] == 100 && prices.price[5] == 150);
    assert_true(isnan(prices.price[2]) && isnan(prices.price[3]) && isnan(prices.price[4]));
    prices_free(&prices);
    prices_free(&prices);
}

static void every_mistake_has_its_message(void **state) {
    (void)state;
    static const struct {
        const char *text, *column, *message;
    } cases[] = {
        {"", NULL, "the file is empty"},
        {"date\n2023-01-01\n", NULL, "no columns of prices"},
        {"2023-01-01,1\n", NULL, "the first row must name the columns"},
        {"date,BTC,\n2023-01-01,1,2\n", NULL, "column 3 has no name"},
        {"date,BTC,BTC\n2023-01-01,1,2\n", NULL, "columns 2 and 3 are both named 'BTC'"},
        {"date,A/B,A-B\n2023-01-01,1,2\n", NULL, "two columns become the asset 'A-B'"},
        {"date,BTC\n2023-01-01,1\n", "BTV", "did you mean 'BTC'"},
        {"date,BTC\n2023-01-01,x\n", NULL, "test_prices.csv:2:12: error: BTC: 'x' is not a number"},
        {"date,BTC\n2023-01-01,0\n", NULL, ":2:12: error: BTC: the price 0 is not above 0"},
        {"date,BTC\n2023-01-01,-3\n", NULL, "the price -3 is not above 0"},
        {"date,BTC\n2023-01-01,inf\n", NULL, "is not a finite number"},
        {"date,BTC\n2023-01-01,1,2\n", NULL, "this row has 3 cells; the row of names has 2"},
        {"date,BTC\nyesterday,1\n", NULL, ":2:1: error: 'yesterday' is not a date or a time"},
        {"date,BTC\n2023-02-30,1\n", NULL, "is a day that the calendar does not have"},
        {"date,BTC\n2023-01-01,1\n2023-01-01,1\n", NULL, ":3:1: error: 2023-01-01 is there twice: also in line 2"},
        {"date,BTC\n2023-01-01,1\n2023-01-04,1\n2023-01-03,1\n2023-01-05,1\n", NULL,
         ":4:1: error: 2023-01-03 comes after 2023-01-04 (line 3), which is later"},
        {"date,BTC\n2023-01-03,1\n2023-01-02,1\n2023-01-01,1\n", NULL, "the rows run from new to old"},
        {"date,BTC\n2023-01-01,\"1\n", NULL, "a quote that is not closed"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct prices prices;
        struct report report = {0};
        char *messages = NULL;
        write_file(cases[i].text);
        assert_int_equal(prices_init(&prices, path, &cases[i].column, cases[i].column != NULL, NULL, &report),
                         RISKPOOL_INVALID);
        assert_int_equal(report.n_errors, 1);
        assert_int_equal(report_render(&report, &messages), RISKPOOL_OK);
        if (!strstr(messages, cases[i].message))
            fail_msg("expected '%s' in: %s", cases[i].message, messages);
        free(messages);
        prices_free(&prices);
        report_free(&report);
    }
}

static void all_mistakes_are_found_at_once(void **state) {
    (void)state;
    struct prices prices;
    struct report report = {0};
    write_file("date,A,B\n2023-01-01,0,x\n2023-01-02,1,-1\nnever,1,1\n2023-01-02,1,1\n");
    assert_int_equal(prices_init(&prices, path, NULL, 0, NULL, &report), RISKPOOL_INVALID);
    assert_int_equal(report.n_errors, 5);
    prices_free(&prices);
    report_free(&report);
    assert_int_equal(prices_init(&prices, "no-such-file.csv", NULL, 0, NULL, &report), RISKPOOL_INPUT_MISSING);
    prices_free(&prices);
    report_free(&report);
}

static const struct window always = {NULL, -HUGE_VAL, HUGE_VAL};

static void only_neighbours_make_returns(void **state) {
    (void)state;
    struct prices prices;
    struct returns returns;
    read_table(&prices,
               "date,A,B\n"
               "2023-01-01,1,1\n2023-01-02,2,1\n" /* one */
               "2023-01-03,,1\n2023-01-04,4,1\n"  /* two left out */
               "2023-01-05,8,2\n"                 /* one, fresh */
               "2023-01-08,1,1\n"                 /* three days: left out */
               "2023-01-09,2,1\n2023-01-10,4,1\n" /* two, the first fresh */,
               NULL, 0);
    assert_int_equal(returns_init(&returns, &prices, &always), RISKPOOL_OK);
    static const double a[] = {2, 2, 2, 2}, b[] = {1, 2, 1, 1};
    static const int fresh[] = {1, 1, 1, 0};
    assert_int_equal(returns.n, 4);
    for (size_t t = 0; t < 4; t++) {
        assert_true(fabs(returns.value[2 * t] - log(a[t])) < 1e-15 &&
                    fabs(returns.value[2 * t + 1] - log(b[t])) < 1e-15);
        assert_int_equal(returns.fresh[t], fresh[t]);
    }
    assert_int_equal(returns.n_rows, 8);
    assert_int_equal(returns.n_missing, 2);
    assert_int_equal(returns.n_gaps, 1);
    assert_true(returns.n_empty[0] == 1 && returns.n_empty[1] == 0);
    assert_true(returns.last[0] == 4 && returns.last[1] == 1);
    assert_true(fabs(returns.step_years * 365 - 1) < 1e-15 && !returns.calendar.weekdays);
    returns_free(&returns);
    prices_free(&prices);
}

static void a_window_is_of_the_ends_of_returns(void **state) {
    (void)state;
    struct prices prices;
    struct returns returns;
    read_table(&prices, "date,A\n2023-01-01,1\n2023-01-02,2\n2023-01-03,6\n2023-01-04,24\n", NULL, 0);
    const struct window window = {NULL, prices.time[1], prices.time[3]};
    assert_int_equal(returns_init(&returns, &prices, &window), RISKPOOL_OK);
    assert_int_equal(returns.n_rows, 2);
    assert_int_equal(returns.n, 2);
    assert_true(fabs(returns.value[0] - log(2)) < 1e-15 && fabs(returns.value[1] - log(3)) < 1e-15);
    assert_true(returns.last[0] == 6);
    returns_free(&returns);
    prices_free(&prices);
}

/* Two weeks of weekdays, the second Monday a holiday: Friday to Tuesday is one step. */
static void weekends_are_part_of_a_step(void **state) {
    (void)state;
    struct prices prices;
    struct returns returns;
    read_table(&prices,
               "date,A\n2023-01-02,1\n2023-01-03,2\n2023-01-04,3\n2023-01-05,4\n2023-01-06,5\n"
               "2023-01-10,6\n2023-01-11,7\n2023-01-12,8\n2023-01-13,9\n2023-01-16,10\n2023-01-26,11\n",
               NULL, 0);
    assert_int_equal(returns_init(&returns, &prices, &always), RISKPOOL_OK);
    assert_int_equal(returns.n, 9);
    assert_int_equal(returns.n_gaps, 1); /* ten days are no weekend */
    assert_true(returns.calendar.weekdays);
    assert_true(fabs(returns.step_years * 365 - 14.0 / 9) < 1e-12);
    returns_free(&returns);
    prices_free(&prices);
}

/* Months differ in length and are steps all the same; hours with a gap are not. */
static void any_spacing_will_do(void **state) {
    (void)state;
    struct prices prices;
    struct returns returns;
    read_table(&prices, "t,A\n2023-01-31,1\n2023-02-28,2\n2023-03-31,3\n2023-04-30,4\n2023-05-31,5\n", NULL, 0);
    assert_int_equal(returns_init(&returns, &prices, &always), RISKPOOL_OK);
    assert_int_equal(returns.n, 4);
    assert_true(fabs(returns.step_years * 365 - 30) < 1e-12);
    returns_free(&returns);
    prices_free(&prices);
    read_table(&prices, "t,A\n1675168200000,1\n1675171800000,2\n1675175400000,3\n1675182600000,4\n", NULL, 0);
    assert_int_equal(returns_init(&returns, &prices, &always), RISKPOOL_OK);
    assert_int_equal(returns.n, 2);
    assert_int_equal(returns.n_gaps, 1);
    assert_true(fabs(returns.step_years * 8760 - 1) < 1e-12);
    returns_free(&returns);
    prices_free(&prices);
}

static int remove_file(void **state) {
    (void)state;
    remove(path);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_read),
        cmocka_unit_test(other_texts_are_no_times),
        cmocka_unit_test(times_are_written),
        cmocka_unit_test(a_table_is_read),
        cmocka_unit_test(every_mistake_has_its_message),
        cmocka_unit_test(all_mistakes_are_found_at_once),
        cmocka_unit_test(only_neighbours_make_returns),
        cmocka_unit_test(a_window_is_of_the_ends_of_returns),
        cmocka_unit_test(weekends_are_part_of_a_step),
        cmocka_unit_test(any_spacing_will_do),
    };
    return cmocka_run_group_tests(tests, NULL, remove_file);
}
