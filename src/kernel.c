/* The choice of the vector kernel: the widest instruction set that this machine has. */
#include "kernel.h"

#include <stdlib.h>
#include <string.h>

#include "riskpool.h"

#if defined(__x86_64__)

extern const struct kernel kernel_v2, kernel_v3, kernel_v4;

static int has_v4(void) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl");
}

static int has_v3(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
}

const struct kernel *kernel_choose(void) {
    const char *forced = getenv("RISKPOOL_ISA");
    int highest = forced && strcmp(forced, "v2") == 0 ? 2 : forced && strcmp(forced, "v3") == 0 ? 3 : 4;
    if (highest >= 4 && has_v4())
        return &kernel_v4;
    if (highest >= 3 && has_v3())
        return &kernel_v3;
    return &kernel_v2;
}

#else

extern const struct kernel kernel_plain;

const struct kernel *kernel_choose(void) {
    return &kernel_plain;
}

#endif

const char *riskpool_instruction_set(void) {
    return kernel_choose()->name;
}
