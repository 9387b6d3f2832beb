/* The program: finds the command and hands it the arguments. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

static int refuse_command(const char *name) {
    struct nearest nearest = {.word = name};
    for (const struct command *command = commands; command->name; command++)
        nearest_offer(&nearest, command->name);
    fprintf(stderr, "riskpool: unknown command '%s'", name);
    if (nearest.best)
        fprintf(stderr, "; did you mean '%s'?", nearest.best);
    fprintf(stderr, "\nTry 'riskpool help'.\n");
    return riskpool_status_exit_code(RISKPOOL_USAGE);
}

/* Whatever a command printed must have arrived. */
static int finish(int code) {
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    if (code == 0)
        fprintf(stderr, "riskpool: %s\n", riskpool_status_text(RISKPOOL_WRITE_FAILED));
    return code ? code : riskpool_status_exit_code(RISKPOOL_WRITE_FAILED);
}

/* glibc raises this bound by itself up to 32 MB, and memory that is freed then stays with the process. */
static void give_back_large_rows(void) {
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, 1 << 19);
#endif
}

/* A standard stream that is closed would be the next file that is opened, and messages would go into results. In its
 * place comes a file that the stream cannot use, so that it fails as it would have. */
static void occupy_standard_files(void) {
    for (int file = 0; file <= 2; file++)
        if (fcntl(file, F_GETFD) < 0)
            (void)open("/dev/null", file == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

int main(int argc, char **argv) {
    occupy_standard_files();
    give_back_large_rows();
    if (argc < 2) {
        fprintf(stderr, "riskpool: which command?\nTry 'riskpool help'.\n");
        return riskpool_status_exit_code(RISKPOOL_USAGE);
    }
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
        printf("riskpool %s (%s)\n", riskpool_version(), riskpool_instruction_set());
        return finish(0);
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return finish(cli_help(1, argv));
    const struct command *command = command_find(argv[1]);
    return command ? finish(command->run(argc - 1, argv + 1)) : refuse_command(argv[1]);
}
