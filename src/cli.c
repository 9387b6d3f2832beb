/* The table of commands with their help, from which the program dispatches and explains itself. */
#include "cli.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reference.h"

#define HELP_OPTION "  -h, --help               show this help\n"
#define ASSIGN_OPTION                                                                           \
    "  -P KEY.PATH=VALUE        set any key of the scenario (repeatable); items of lists are\n" \
    "                           addressed by their name or number: -P positions.btc.leverage=5\n"

#define STRESS_OPTION                                                                             \
    "      --stress FILE        lay the stress events of another file over the scenario's, and\n" \
    "                           nothing else of it (repeatable): scenarios/history/ftx-2022.yaml\n"

/* Of every command that runs scenarios, after its --output. */
#define RUN_OPTIONS                                                                                            \
    "  -n, --paths N            number of paths, instead of the scenario's\n"                                  \
    "      --seed N             seed, instead of the scenario's\n"                                             \
    "  -j, --threads N          threads [OMP_NUM_THREADS, else SLURM_CPUS_PER_TASK, else all]\n" ASSIGN_OPTION \
        STRESS_OPTION "      --modes A,B          only these modes of the scenario\n"                          \
    "      --target-error X     add paths until the relative half width of the 99 % expected\n"                \
    "                           shortfall of every mode is below X\n"                                          \
    "      --exact              value every pool at every step; slower, the same results\n"                    \
    "      --memory SIZE        memory for what grows with the paths; more lies in files beside the\n"         \
    "                           results while the run lasts [128MB]\n"                                         \
    "      --max-time DURATION  stop after so long, such as 7.5h, with exit code 75\n"                         \
    "      --shard I/N          every N-th batch, from the I-th (from 0); who completes the set\n"             \
    "                           writes the results. auto: as Slurm, srun or mpirun number it\n"                \
    "      --fresh              discard the spool, replace a results file of another run\n"                    \
    "      --log-level LEVEL    what goes to stderr: error (why there are no results, or a limit is\n"         \
    "                           breached), warning (also what was repaired, or looks wrong in the\n"           \
    "                           scenario), info (also progress and the summary), debug (also\n"                \
    "                           versions, memory, batches) [info]\n"                                           \
    "  -q, --quiet              the same as --log-level error\n"                                               \
    "      --json               the summary as JSON on stdout\n" HELP_OPTION

const struct command commands[] = {
    {"run", "[OPTION]... SCENARIO...", "simulate scenarios and write a results file for each",
     "A run of more than a second saves what is finished in OUTPUT.part. Interrupted by a signal, a\n"
     "crash or the time limit, it goes on from there with the same command, to the same bytes.\n"
     "Of several scenarios a bad one does not stop the others, and those that are done are skipped;\n"
     "summary.csv and summary.json beside the results say what came of each.\n\n"
     "  -o, --output PATH        results file, or folder for several scenarios [results/NAME.h5]\n" RUN_OPTIONS,
     cli_run},
    {"batch", "[OPTION]... NIGHT.yaml", "run every book of a file under every stress, at every venue",
     "Each combination gets a results file in the folder that the file names, BOOK+STRESS+VENUE.h5,\n"
     "as 'run BOOK --stress STRESS' writes it; summary.csv and summary.json have all of them. The same\n"
     "command goes on after an interruption and skips what is done. Options come after the file's keys.\n\n"
     "  -o, --output FOLDER      of the results, instead of the file's\n" RUN_OPTIONS,
     cli_batch},
    {"merge", "[OPTION]... RESULTS.h5.part", "the results of an interrupted or distributed run from its spool",
     "      --partial            go without what is missing; the results say so, the spool stays\n"
     "  -o, --output FILE        results file [the folder without .part]\n"
     "      --memory SIZE        memory for what grows with the paths; more lies in files beside the\n"
     "                           results meanwhile [128MB]\n"
     "  -q, --quiet              no progress, no summary\n"
     "      --json               the summary as JSON on stdout\n" HELP_OPTION,
     cli_merge},
    {"validate", "[OPTION]... SCENARIO...", "report every mistake of scenarios and the memory a run needs; run nothing",
     "      --resolved           print the scenario with every default filled in\n"
     "      --memory SIZE        as for run\n" ASSIGN_OPTION STRESS_OPTION HELP_OPTION,
     cli_validate},
    {"inspect", "[OPTION]... SCENARIO",
     "the account before the first step: margins, levels, liquidation prices, per mode",
     "      --json               as JSON\n" ASSIGN_OPTION STRESS_OPTION HELP_OPTION, cli_inspect},
    {"show", "[OPTION]... RESULTS.h5", "the summary of a results file, the modes side by side",
     "      --json, --csv, --markdown\n"
     "                           in that format\n" HELP_OPTION,
     cli_show},
    {"compare", "[OPTION]... A.h5 B.h5",
     "what differs between two results by more than their errors; exit 1 if anything does",
     "Estimates with an error, mode by mode, as if the two runs were independent (runs with the same seed\n"
     "are closer than that). A bound on all of them together: 5 % of pairs of equal runs exceed it.\n\n"
     "      --all                every estimate, not only those that differ\n"
     "      --json               all of them as JSON\n" HELP_OPTION,
     cli_compare},
    {"replay", "--path N [OPTION]... RESULTS.h5",
     "one path of a run again, in every mode: what happened on it, and why it ended so",
     "Times are hours from the start; what a pool is worth is meant before the event.\n\n"
     "      --path N             number of the path, from 0\n"
     "      --worst MODE         the path with the largest loss of that mode\n"
     "      --every-step         prices, equity and requirement after every step\n"
     "      --scenario FILE      the scenario, where tables it names are not beside the results\n"
     "      --json               as JSON\n" HELP_OPTION,
     cli_replay},
    {"reverse", "[OPTION]... SCENARIO",
     "how much stress, leverage or volatility it takes until a statistic reaches a target",
     "The smallest multiple at which it does, by runs on the same random numbers. The error of the\n"
     "multiple is that of the statistic over its slope. Exit code 1: not reached, or from the start.\n\n"
     "      --target [MODE.]STATISTIC[.ENTRY]=VALUE\n"
     "                           such as cross.any_liquidation_frequency=50%; without a mode: in all\n"
     "      --scale WHAT         stress: the events of the scenario, so many times over (logs of prices\n"
     "                           and of factors on the volatility times the multiple; 2 makes -51% of -30%);\n"
     "                           leverage: every position, on the same cash and margins;\n"
     "                           leverage:POSITION: this one alone;\n"
     "                           volatility: the deviations of every asset\n"
     "      --from A, --to B     multiples to look between [0, 10; leverage from B/64]\n"
     "  -n, --paths N            number of paths, instead of the scenario's\n"
     "      --seed N             seed, instead of the scenario's\n"
     "  -j, --threads N          threads [as for run]\n" ASSIGN_OPTION STRESS_OPTION
     "  -q, --quiet              no progress\n"
     "      --json               the answers as JSON\n" HELP_OPTION,
     cli_reverse},
    {"advise", "[OPTION]... SCENARIO", "which positions should stand alone, which share a pool, with how much cash",
     "Every partition of the positions (beyond 12, by flips and swaps), then margins and leverages, on\n"
     "common paths. The numbers are of paths that had no part in the choice, each with its difference\n"
     "to plain isolated and plain cross, path by path. The modes of the scenario do not matter.\n\n"
     "      --objective WHAT     what shall be least: es99 (or es95, es99.9, ...), any_liquidation,\n"
     "                           wipeout [es99]\n"
     "      --budget X           cash that all pools together may take; what is left of the balance backs\n"
     "                           nothing [the balance]\n"
     "      --margins A,B        multiples of the margins of positions that stand alone; the others get what\n"
     "                           is left, or the same multiple of theirs [0.5,1,1.5,2]\n"
     "      --leverages A,B      multiples of every position, on the same cash, for the frontier [1,0.75,0.5]\n"
     "      --frontier WHAT      what the frontier sets against the objective: capital, loss (the mean),\n"
     "                           any_liquidation or es [any_liquidation for es99, else capital]\n"
     "      --screen N           paths that screen [a tenth of the scenario's, at least 4096]\n"
     "  -n, --paths N            number of paths that choose, and that judge, instead of the scenario's\n"
     "      --seed N             seed of those that judge; one more is that of those that choose\n"
     "  -j, --threads N          threads [as for run]\n" ASSIGN_OPTION STRESS_OPTION
     "  -q, --quiet              no progress\n"
     "      --json               everything as JSON\n" HELP_OPTION,
     cli_advise},
    {"calibrate", "[OPTION]... PRICES.csv", "a market section from a table of prices, with errors",
     "The first row names the columns; the first column is a date, a time or Unix time. Missing\n"
     "prices stay missing: only returns between complete neighbouring rows count.\n\n"
     "      --columns A,B        these columns, in this order [all]\n"
     "      --from DATE, --to DATE\n"
     "                           returns that end in this time, both days inside [all]\n"
     "      --window NAME=FROM..TO\n"
     "                           show this window beside it (repeatable)\n"
     "      --method METHOD      sample; ewma[:DECAY|HALF-LIFE] (0.94, 30d); ledoit-wolf (to a\n"
     "                           multiple of the identity); ledoit-wolf-correlation (to equal\n"
     "                           correlations); shrink:X (to them, by X from 0 to 1) [sample]\n"
     "      --model MODEL        gbm, student-t, jump-diffusion, garch-t or regimes [gbm]\n"
     "      --json               every estimate with its error as JSON instead\n"
     "      --covariance         a covariance instead of volatilities and correlation\n"
     "  -o, --output FILE        write there [stdout]\n" HELP_OPTION,
     cli_calibrate},
    {"template", "", "a commented scenario with every key, its unit, range and default", HELP_OPTION, cli_template},
    {"help", "[COMMAND|scenario]", "explain the program, a command, or the scenario file", HELP_OPTION, cli_help},
    {NULL, NULL, NULL, NULL, NULL},
};

const struct command *command_find(const char *name) {
    for (const struct command *command = commands; command->name; command++)
        if (strcmp(command->name, name) == 0)
            return command;
    return NULL;
}

void command_help(const struct command *command) {
    char *keys = command->run == cli_batch ? reference_batch() : NULL;
    printf("usage: riskpool %s %s\n\n%s\n\n%s", command->name, command->usage, command->sentence, command->options);
    if (keys)
        printf("\n%s", keys);
    free(keys);
}

int command_misused(const char *name, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "riskpool %s: ", name);
    vfprintf(stderr, format, arguments);
    fprintf(stderr, "\nTry 'riskpool help %s'.\n", name);
    va_end(arguments);
    return riskpool_status_exit_code(RISKPOOL_USAGE);
}

int command_failed(const char *name, enum riskpool_status status) {
    fprintf(stderr, "riskpool %s: %s\n", name, riskpool_status_text(status));
    return riskpool_status_exit_code(status);
}

int assignments_add(struct assignments *assignments, const char *command, const char *key, const char *value) {
    char **text = realloc(assignments->text, (assignments->n + 1) * sizeof *text);
    assignments->text = text ? text : assignments->text;
    if (!text || asprintf(&text[assignments->n], "%s%s", key, value) < 0)
        return command_failed(command, RISKPOOL_NO_MEMORY);
    assignments->n++;
    return -1;
}

void assignments_free(struct assignments *assignments) {
    for (size_t i = 0; i < assignments->n; ++i)
        free(assignments->text[i]);
    free(assignments->text);
    *assignments = (struct assignments){0};
}
