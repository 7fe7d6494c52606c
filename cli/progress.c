#include "cli/progress.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

#define REDRAW_S 0.2
#define LOG_S 60.0

static atomic_int stop_signal; /* the first that came; 0: none */
static atomic_bool running;

static void note_signal(int number)
{
    static const char text[] = "\ncounterpart: stopped at once; nothing is half written\n";
    int none = 0;
    if (atomic_compare_exchange_strong(&stop_signal, &none, number) || !atomic_load(&running))
        return;
    const ssize_t written = write(STDERR_FILENO, text, sizeof text - 1);
    (void)written; /* perhaps nobody reads it */
    _exit(EXIT_FAILED);
}

static void watch_signals(void)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct sigaction old, action;
        memset(&action, 0, sizeof action);
        action.sa_handler = note_signal;
        action.sa_flags = SA_RESTART;
        sigemptyset(&action.sa_mask);
        /* A signal that the caller has switched off (nohup, a background job) stays off. */
        if (sigaction(numbers[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
            (void)sigaction(numbers[i], &action, NULL);
    }
}

void progress_begin(struct progress_line *line, const char *what, double replications)
{
    *line = (struct progress_line){.terminal = isatty(STDERR_FILENO) == 1,
                                   .what = what,
                                   .replications = replications,
                                   .width = 1,
                                   .begun_s = cli_clock_s()};
    atomic_store(&running, true);
    watch_signals();
}

static void erase(struct progress_line *line)
{
    if (line->length > 0)
        fprintf(stderr, "\r%*s\r", line->length, "");
    line->length = 0;
}

static void write_left(char *out, size_t size, double left_s)
{
    if (!(left_s < 360000))
        snprintf(out, size, "-");
    else if (left_s < 3600)
        snprintf(out, size, "%d:%02d", (int)left_s / 60, (int)left_s % 60);
    else
        snprintf(out, size, "%d:%02d:%02d", (int)left_s / 3600, (int)left_s / 60 % 60, (int)left_s % 60);
}

static void draw(struct progress_line *line, double share, double elapsed_s)
{
    char left[32], drawn[160];
    write_left(left, sizeof left, share > 0 ? elapsed_s * (1 - share) / share : 1e9);
    const double rate = elapsed_s > 0 ? share * line->replications / elapsed_s : 0;
    const int length = snprintf(drawn, sizeof drawn, "%.40s %3.0f%%, %.*f replications/s, %s left",
                                line->what, 100 * share, rate < 10 ? 2 : 0, rate, left);
    fprintf(stderr, "\r%s%*s", drawn, line->length > length ? line->length - length : 0, "");
    fflush(stderr);
    line->length = length;
}

void progress_show(void *data, double share)
{
    struct progress_line *line = data;
    const int number = atomic_load(&stop_signal);
    if (number != 0) {
        erase(line);
        const char *by = number == SIGINT ? "Ctrl-C" : strsignal(number);
        if (line->kept == NULL)
            fprintf(stderr, "counterpart: stopped by %s; nothing was written\n", by);
        else
            fprintf(stderr, "counterpart: stopped by %s; what had finished is in %s: go on with --resume\n",
                    by, line->kept);
        _exit(EXIT_FAILED);
    }
    const double now = cli_clock_s();
    if (!line->terminal || now - line->shown_s < REDRAW_S || now - line->begun_s < REDRAW_S)
        return;
    line->shown_s = now;
    draw(line, line->from + line->width * share, now - line->begun_s);
}

int progress_stopped(void)
{
    return atomic_load(&stop_signal);
}

int progress_tasks(struct progress_line *line, size_t done, size_t tasks)
{
    const double now = cli_clock_s(), elapsed = now - line->begun_s;
    const double pause = line->terminal ? REDRAW_S : LOG_S;
    if (now - (line->shown_s > 0 ? line->shown_s : line->begun_s) >= pause) {
        char left[32], drawn[160];
        const double rate = elapsed > 0 ? (double)done / elapsed : 0;
        write_left(left, sizeof left, rate > 0 ? (double)(tasks - done) / rate : 1e9);
        const int length = snprintf(drawn, sizeof drawn, "%.40s: %zu of %zu tasks, %.*f tasks/s, %s left",
                                    line->what, done, tasks, rate < 10 ? 2 : 0, rate, left);
        fprintf(stderr, line->terminal ? "\r%s%*s" : "%s%*s\n", drawn,
                line->length > length ? line->length - length : 0, "");
        fflush(stderr);
        line->length = line->terminal ? length : 0;
        line->shown_s = now;
    }
    return atomic_load(&stop_signal);
}

int progress_end_gently(struct progress_line *line)
{
    atomic_store(&running, false);
    erase(line);
    return atomic_load(&stop_signal);
}

void progress_end(struct progress_line *line)
{
    progress_show(line, 1);
    atomic_store(&running, false);
    erase(line);
}
