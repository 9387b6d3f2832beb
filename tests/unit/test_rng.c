/* Philox against the known answers of Random123 and its own header, and the GSL adapter against the words it wraps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <Random123/philox.h>
#include <cmocka.h>
#include <gsl/gsl_randist.h>

#include "rng.h"

static void known_answers(void **state) {
    (void)state;
    /* Random123 1.09, tests/kat_vectors, philox4x32 10. */
    static const struct {
        uint32_t counter[4], key[2], out[4];
    } cases[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{~0U, ~0U, ~0U, ~0U}, {~0U, ~0U}, {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; ++i) {
        uint32_t out[4];
        rng_philox(cases[i].counter, cases[i].key, out);
        assert_memory_equal(out, cases[i].out, sizeof out);
    }
}

static void agrees_with_random123(void **state) {
    (void)state;
    for (uint32_t i = 0; i < 1000; ++i) {
        const uint32_t counter[4] = {i * 2654435761U, i, ~i, i << 20}, key[2] = {i * 40503U, 77U - i};
        philox4x32_ctr_t c = {{counter[0], counter[1], counter[2], counter[3]}};
        philox4x32_key_t k = {{key[0], key[1]}};
        philox4x32_ctr_t expected = philox4x32_R(10, c, k);
        uint32_t out[4];
        rng_philox(counter, key, out);
        assert_memory_equal(out, expected.v, sizeof out);
    }
}

static void adapter_gives_the_words_of_its_address(void **state) {
    (void)state;
    const struct rng_address address = {
        .seed = 0x123456789abcdefU, .path = 0x500000007U, .step = 11, .purpose = RNG_MODEL};
    gsl_rng *generator = gsl_rng_alloc(rng_gsl_type);
    assert_non_null(generator);
    rng_gsl_address(generator, &address);
    const uint32_t key[2] = {0x89abcdefU, 0x1234567U};
    for (uint32_t index = 0; index < 5; ++index) {
        const uint32_t counter[4] = {7, 5, 11, rng_counter_tail(RNG_MODEL, index)};
        uint32_t word[4];
        rng_philox(counter, key, word);
        for (int i = 0; i < 4; ++i)
            assert_int_equal(gsl_rng_get(generator), word[i]);
    }
    rng_gsl_address(generator, &address);
    double first = gsl_ran_gamma(generator, 2.5, 1.0);
    for (int i = 0; i < 100; ++i)
        gsl_rng_get(generator);
    rng_gsl_address(generator, &address);
    assert_true(first == gsl_ran_gamma(generator, 2.5, 1.0));
    gsl_rng_free(generator);
}

static void purposes_do_not_share_counters(void **state) {
    (void)state;
    assert_true(rng_counter_tail(RNG_SHOCK, 0xffffff) < rng_counter_tail(RNG_BRIDGE, 0));
    assert_true(rng_counter_tail(RNG_BRIDGE, 0xffffff) < rng_counter_tail(RNG_MODEL, 0));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_answers),
        cmocka_unit_test(agrees_with_random123),
        cmocka_unit_test(adapter_gives_the_words_of_its_address),
        cmocka_unit_test(purposes_do_not_share_counters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
