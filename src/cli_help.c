/* riskpool help and riskpool template: texts for people, from the tables of commands and keys. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "reference.h"

static int print_text(char *text) {
    enum riskpool_status status = text ? RISKPOOL_OK : RISKPOOL_NO_MEMORY;
    if (text && (fputs(text, stdout) == EOF || fflush(stdout) != 0))
        status = RISKPOOL_WRITE_FAILED;
    if (status != RISKPOOL_OK)
        fprintf(stderr, "riskpool: %s\n", riskpool_status_text(status));
    free(text);
    return riskpool_status_exit_code(status);
}

static int wants_help(int argc, char **argv) {
    return argc > 1 && (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0);
}

int cli_template(int argc, char **argv) {
    if (wants_help(argc, argv)) {
        command_help(command_find("template"));
        return 0;
    }
    if (argc > 1)
        return command_misused("template", "takes no arguments, but '%s' was given", argv[1]);
    return print_text(reference_template());
}

static void print_overview(void) {
    printf("riskpool %s: Monte Carlo stress test of leveraged accounts in isolated, cross and hybrid margin\n\n"
           "usage: riskpool COMMAND [OPTION]... [FILE]...\n\n",
           riskpool_version());
    for (const struct command *command = commands; command->name; command++)
        printf("  %-9s %s\n", command->name, command->sentence);
    printf("\n'riskpool help COMMAND' explains a command, 'riskpool help scenario' the scenario file;\n"
           "'riskpool template > my.yaml' starts a new one.\n\n"
           "Exit codes: 0 done; 1 a limit of the scenario was breached; 64 wrong usage; 65 invalid scenario or\n"
           "data; 66 input missing; 70 internal; 73 output cannot be created; 74 write failed; 75 stopped early,\n"
           "the same command goes on; 130 a second Ctrl-C.\n");
}

static int refuse_topic(const char *topic) {
    struct nearest nearest = {.word = topic};
    nearest_offer(&nearest, "scenario");
    for (const struct command *command = commands; command->name; command++)
        nearest_offer(&nearest, command->name);
    return nearest.best ? command_misused("help", "nothing is known of '%s'; did you mean '%s'?", topic, nearest.best)
                        : command_misused("help", "nothing is known of '%s'", topic);
}

int cli_help(int argc, char **argv) {
    const char *topic = argc > 1 ? argv[1] : NULL;
    if (argc > 2)
        return command_misused("help", "one topic at a time");
    if (topic && strcmp(topic, "scenario") == 0)
        return print_text(reference_text());
    const struct command *command = topic ? command_find(topic) : NULL;
    if (topic && !command && !wants_help(argc, argv))
        return refuse_topic(topic);
    if (command)
        command_help(command);
    else if (topic)
        command_help(command_find("help"));
    else
        print_overview();
    return 0;
}
