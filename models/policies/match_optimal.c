#include "models/policies/match.h"

#include <limits.h>
#include <setjmp.h>
#include <stdbool.h>

#include <glpk.h>

#include "sim/mem.h"

#define HOUR_US 3600e6

/* GLPK calls this where it would abort (out of memory); its environment is per thread. */
static void give_up(void *info)
{
    longjmp(*(jmp_buf *)info, 1);
}

static double cost(const struct match *match, size_t helped, size_t helper)
{
    return (double)(match->need[helped] + 1) * (double)match->way_us[helped * match->helpers + helper] /
           HOUR_US;
}

/* More than any arrangement can cost: nobody is left without help to shorten ways. */
static double cost_of_nobody(const struct match *match)
{
    double sum = 1;
    for (size_t h = 0; h < match->helped; h++) {
        double most = 0;
        for (size_t k = 0; k < match->helpers; k++)
            most = cost(match, h, k) > most ? cost(match, h, k) : most;
        sum += most;
    }
    return sum;
}

/* One row a hospital that is helped (by one, or by nobody), one a helper (at most its load); one column a
 * pair, one a hospital without help. */
static void fill(glp_prob *lp, const struct match *match)
{
    const int helped = (int)match->helped, helpers = (int)match->helpers;
    const double nobody = cost_of_nobody(match);
    glp_set_obj_dir(lp, GLP_MIN);
    glp_add_rows(lp, helped + helpers);
    for (int h = 0; h < helped; h++)
        glp_set_row_bnds(lp, h + 1, GLP_FX, 1, 1);
    for (int k = 0; k < helpers; k++)
        glp_set_row_bnds(lp, helped + k + 1, match->load == 0 ? GLP_FR : GLP_UP, 0, (double)match->load);
    glp_add_cols(lp, helped * helpers + helped);
    for (int h = 0; h < helped; h++)
        for (int k = 0; k < helpers; k++) {
            const int column = h * helpers + k + 1, rows[] = {0, h + 1, helped + k + 1};
            const double ones[] = {0, 1, 1};
            glp_set_col_bnds(lp, column, GLP_LO, 0, 0);
            glp_set_obj_coef(lp, column, cost(match, (size_t)h, (size_t)k));
            glp_set_mat_col(lp, column, 2, rows, ones);
        }
    for (int h = 0; h < helped; h++) {
        const int column = helped * helpers + h + 1, rows[] = {0, h + 1};
        const double ones[] = {0, 1};
        glp_set_col_bnds(lp, column, GLP_LO, 0, 0);
        glp_set_obj_coef(lp, column, nobody);
        glp_set_mat_col(lp, column, 1, rows, ones);
    }
}

static bool solve(const struct match *match, int32_t *helper_of)
{
    glp_term_out(GLP_OFF);
    glp_prob *lp = glp_create_prob();
    fill(lp, match);
    glp_smcp how;
    glp_init_smcp(&how);
    const bool solved = glp_simplex(lp, &how) == 0 && glp_get_status(lp) == GLP_OPT;
    for (size_t h = 0; solved && h < match->helped; h++)
        for (size_t k = 0; k < match->helpers; k++)
            if (glp_get_col_prim(lp, (int)(h * match->helpers + k) + 1) > 0.5)
                helper_of[h] = (int32_t)k;
    glp_delete_prob(lp);
    return solved;
}

int match_optimal(const struct match *match, int32_t *helper_of, struct err *err)
{
    size_t columns = 0;
    if (__builtin_mul_overflow(match->helped, match->helpers + 1, &columns) || columns > INT_MAX / 2)
        return err_fail(err, "%zu helpers and %zu hospitals are too many for an optimal pairing",
                        match->helpers, match->helped);
    jmp_buf back;
    volatile bool solved = false, failed = false;
    if (setjmp(back) == 0) {
        glp_error_hook(give_up, &back);
        solved = solve(match, helper_of);
        glp_error_hook(NULL, NULL);
    } else {
        failed = true;
    }
    glp_free_env();
    if (failed)
        return err_fail(err, "out of memory while hospitals were paired");
    return solved ? 0 : err_fail(err, "no optimal pairing was found");
}
