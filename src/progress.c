/* Lines about a run, and the flag that a signal leaves. */
#include "progress.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

/* DEC and ECMA-48 controls: a line that is too long for the terminal is cut, not wrapped. */
#define NO_WRAP "\033[?7l"
#define WRAP "\033[?7h"
#define CLEAR_REST "\033[K"

/* Seconds for what is in hand; between lines that are not redrawn. */
enum { PATIENCE = 1, UNWATCHED = 60 };

/* A signal handler can reach nothing else. The first signal, of those that ask to stop; 0: go on, 1: finish what is in
 * hand, 2: drop it. */
static atomic_int first_signal, stopping;

/* The timer is the time limit, until something asks to stop; then it ends the patience. */
static void on_signal(int signal) {
    const int error = errno;
    if (stopping && signal == SIGINT)
        _exit(130);
    if (stopping && signal == SIGALRM)
        stopping = 2;
    if (!stopping) {
        first_signal = signal;
        stopping = 1;
        const struct itimerval patience = {.it_value = {.tv_sec = PATIENCE}};
        setitimer(ITIMER_REAL, &patience, NULL);
    }
    errno = error;
}

void progress_watch_signals(void) {
    static const int watched[] = {SIGINT, SIGTERM, SIGUSR1, SIGALRM};
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    action.sa_flags = SA_RESTART;
    for (size_t i = 0; i < sizeof watched / sizeof *watched; i++)
        sigaction(watched[i], &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}

void progress_limit_time(double seconds) {
    const double whole = floor(seconds < 1e9 ? seconds : 1e9);
    struct itimerval limit = {.it_value = {.tv_sec = (time_t)whole, .tv_usec = (suseconds_t)((seconds - whole) * 1e6)}};
    if (limit.it_value.tv_sec == 0 && limit.it_value.tv_usec == 0)
        limit.it_value.tv_usec = 1;
    setitimer(ITIMER_REAL, &limit, NULL);
}

int progress_stop(void *user) {
    (void)user;
    return stopping;
}

const char *progress_stop_reason(void) {
    return !stopping                 ? NULL
           : first_signal == SIGINT  ? "SIGINT"
           : first_signal == SIGTERM ? "SIGTERM"
           : first_signal == SIGUSR1 ? "SIGUSR1"
                                     : "the time limit";
}

void progress_init(struct progress_line *line, FILE *stream, const char *name, int quiet) {
    *line =
        (struct progress_line){.stream = stream, .name = name, .quiet = quiet, .terminal = isatty(fileno(stream)) == 1};
}

static void print_duration(FILE *stream, double seconds) {
    long s = lround(seconds);
    if (s >= 3600)
        fprintf(stream, "%ld h %02ld min", s / 3600, s / 60 % 60);
    else if (s >= 60)
        fprintf(stream, "%ld min %02ld s", s / 60, s % 60);
    else
        fprintf(stream, "%ld s", s);
}

static void print_state(const struct progress_line *line, const struct riskpool_progress *p) {
    const double rate = p->elapsed > 0.0 ? (double)(p->paths_done - p->paths_resumed) / p->elapsed : 0.0;
    const double left = rate > 0.0 ? (double)(p->paths - p->paths_done) / rate : NAN;
    fprintf(line->stream, "%s%s: %llu of %llu paths (%.0f %%), %.3g paths/s, ", line->terminal ? "\r" NO_WRAP : "",
            line->name, (unsigned long long)p->paths_done, (unsigned long long)p->paths,
            100.0 * (double)p->paths_done / (double)p->paths, rate);
    print_duration(line->stream, p->elapsed);
    if (isfinite(left)) {
        fputs(", ", line->stream);
        print_duration(line->stream, left);
        fputs(" left", line->stream);
    }
    if (isfinite(p->expected_shortfall) && isfinite(p->half_width))
        fprintf(line->stream, ", ES %.6g ± %.2g", p->expected_shortfall, p->half_width);
    fputs(line->terminal ? CLEAR_REST WRAP : "\n", line->stream);
    fflush(line->stream);
}

double progress_estimates(int quiet) {
    return quiet ? INFINITY : isatty(STDERR_FILENO) == 1 ? 1.0 : UNWATCHED / 2.0;
}

int progress_show(void *user, const struct riskpool_progress *progress) {
    struct progress_line *line = user;
    line->last = *progress;
    const double interval = line->terminal ? 0.25 : UNWATCHED;
    if (!line->quiet && progress->elapsed - line->shown >= interval) {
        line->shown = progress->elapsed;
        print_state(line, progress);
    }
    return 0;
}

void progress_clear(struct progress_line *line) {
    if (line->terminal && !line->quiet && line->shown > 0.0)
        fputs("\r" CLEAR_REST, line->stream);
}
