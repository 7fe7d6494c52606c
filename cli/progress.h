#ifndef COUNTERPART_CLI_PROGRESS_H
#define COUNTERPART_CLI_PROGRESS_H

/* A line on the terminal that tells how far a run is, and the wish of the user to
 * stop it (Ctrl-C, SIGTERM). Without a terminal nothing is written. */

#include <stdbool.h>
#include <stddef.h>

struct progress_line {
    bool terminal;
    const char *what; /* shown before the share */
    double replications;
    double from, width; /* the share of the whole work that the present run is: [from, from + width] */
    double begun_s, shown_s;
    int length;       /* of the line on the terminal */
    const char *kept; /* the folder of what has finished, to be told when the run is stopped; NULL: none */
};

/* From here on SIGINT, SIGTERM, SIGHUP and SIGUSR1 (which mpirun passes on, and schedulers send before a time
 * limit) end the program at the next progress_show(), and at once when they come again. */
void progress_begin(struct progress_line *line, const char *what, double replications);
/* For struct replicate_options: data is the struct progress_line. Ends the program, with exit code 1, when a
 * signal has asked for it: nothing is on the disk before a result is whole. */
void progress_show(void *data, double share);
/* For work that keeps what it has done: shows tasks, rate and time left, on a terminal as a line that
 * changes, in a log as a line a minute. Returns the signal that has asked for the end, or 0. */
int progress_tasks(struct progress_line *line, size_t done, size_t tasks);
/* The same without showing anything. */
int progress_stopped(void);
/* Takes the line off the terminal without ending the program. Returns as progress_tasks(). */
int progress_end_gently(struct progress_line *line);
/* Takes the line off the terminal. What is written afterwards is not interrupted. */
void progress_end(struct progress_line *line);

#endif
