/* Lines about a run, and the flag that a signal leaves. */
#include "progress.h"

#include <math.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* DEC and ECMA-48 controls: a line that is too long for the terminal is cut, not wrapped. */
#define NO_WRAP "\033[?7l"
#define WRAP "\033[?7h"
#define CLEAR_REST "\033[K"

/* A signal handler can reach nothing else. */
static volatile sig_atomic_t signals_seen;

static void on_signal(int signal) {
    if (signals_seen && signal == SIGINT)
        _exit(130);
    signals_seen = 1;
}

void progress_watch_signals(void) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGUSR1, &action, NULL);
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
    const double rate = p->elapsed > 0.0 ? (double)p->paths_done / p->elapsed : 0.0;
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

int progress_show(void *user, const struct riskpool_progress *progress) {
    struct progress_line *line = user;
    const double interval = line->terminal ? 0.25 : 60.0;
    if (!line->quiet && progress->elapsed - line->shown >= interval) {
        line->shown = progress->elapsed;
        print_state(line, progress);
    }
    return signals_seen != 0;
}

void progress_clear(struct progress_line *line) {
    if (line->terminal && !line->quiet && line->shown > 0.0)
        fputs("\r" CLEAR_REST, line->stream);
}
