/* Preloaded into the program: a clock of the day that is set back and forth by more than a year, at every look. */
#include <dlfcn.h>
#include <stdatomic.h>
#include <sys/time.h>
#include <time.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static time_t jump(void) {
    static const int days[] = {0, 400, -400, 1, -1, 3000, -3000};
    static atomic_uint looks;
    return 86400 * (time_t)days[atomic_fetch_add(&looks, 1) % (sizeof days / sizeof *days)];
}

time_t time(time_t *there) {
    const time_t now = REAL(time)(NULL) + jump();
    if (there)
        *there = now;
    return now;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    const int failed = REAL(gettimeofday)(now, zone);
    now->tv_sec += jump();
    return failed;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    const int failed = REAL(clock_gettime)(clock, now);
    if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)
        now->tv_sec += jump();
    return failed;
}
