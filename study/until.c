#include "study/until.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/scenario.h"
#include "sim/mem.h"

int until_parse(struct until *until, const char *text, struct err *err)
{
    *until = (struct until){.text = text};
    const char *sign = strrchr(text, '<');
    if (sign == NULL || sign == text)
        return err_fail(err,
                        "--until '%s': needs a metric and how far its mean may be off, as in "
                        "'deaths<5' or 'cross_province_share<2%%'",
                        text);
    char *end = NULL;
    until->name_length = (size_t)(sign - text);
    errno = 0;
    until->half = strtod(sign + 1, &end);
    until->relative = *end == '%';
    if (end == sign + 1 || (end[0] != '\0' && (end[0] != '%' || end[1] != '\0')) || errno != 0 ||
        !isfinite(until->half) || until->half <= 0)
        return err_fail(err, "--until '%s': '%s' is not a number above 0, with or without '%%'", text,
                        sign + 1);
    if (until->relative)
        until->half /= 100;
    return 0;
}

int until_find(const struct until *until, const struct run_view *view, size_t *metric, struct err *err)
{
    for (size_t i = 0; i < view->metrics; i++)
        if (strlen(view->metric_names[i]) == until->name_length &&
            memcmp(view->metric_names[i], until->text, until->name_length) == 0) {
            *metric = i;
            return 0;
        }
    char *name = mem_printf(err, "%.*s", (int)until->name_length, until->text);
    if (name == NULL)
        return -1;
    const char *meant = scenario_nearest(name, view->metric_names, view->metrics);
    if (meant != NULL)
        err_fail(err, "there is no metric '%s'; did you mean '%s'?", name, meant);
    else
        err_fail(err, "there is no metric '%s'; 'counterpart show --all' lists those of a result file", name);
    free(name);
    return -1;
}

static void copy_column(const struct run_view *view, size_t metric, double *column)
{
    for (size_t r = 0; r < view->replications; r++)
        column[r] = view->metric_values[r * view->metrics + metric];
}

int until_look(const struct until *until, const struct run_view *views, size_t worlds,
               struct until_state *state, struct err *err)
{
    size_t metric = 0;
    const size_t n = views[0].replications;
    *state = (struct until_state){.half = 0};
    if (until_find(until, &views[0], &metric, err) != 0)
        return -1;
    double *base = mem_zeroed(n, sizeof *base, err);
    double *other = base == NULL ? NULL : mem_zeroed(n, sizeof *other, err);
    int answer = other == NULL ? -1 : 0;
    if (answer == 0)
        copy_column(&views[0], metric, base);
    const struct stats of_base = stats_of(base, answer == 0 ? n : 0);
    if (worlds == 1)
        state->half = of_base.half;
    for (size_t w = 1; answer == 0 && w < worlds; w++) {
        answer = until_find(until, &views[w], &metric, err);
        if (answer != 0)
            break;
        copy_column(&views[w], metric, other);
        const double half = stats_half_of(stats_paired(base, other, n), 1 - 0.05 / (double)(worlds - 1));
        state->half = isnan(half) || half > state->half ? half : state->half;
    }
    if (until->relative && state->half != 0)
        state->half /= fabs(of_base.mean);
    state->reached = state->half <= until->half;
    free(base);
    free(other);
    return answer;
}

uint32_t until_next(uint32_t replications, uint32_t limit)
{
    const uint32_t more = replications / 10 > UNTIL_STEP ? replications / 10 : UNTIL_STEP;
    return limit < replications || limit - replications < more ? limit : replications + more;
}
