#include "study/worth.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <gsl/gsl_cdf.h>

#include "sim/rng.h"
#include "study/run_view.h"

enum { RESAMPLES = 2000 };

const char *const worth_perspectives[WORTH_PERSPECTIVES] = {
    [WORTH_SOCIETY] = "society", [WORTH_PAYER] = "payer", [WORTH_PATIENTS] = "patients"};

/* ---- ratios ---- */

/* Sample covariance of two columns about their means. */
static double covariance(const double *x, double mean_x, const double *y, double mean_y, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += (x[i] - mean_x) * (y[i] - mean_y);
    return sum / (double)(count - 1);
}

struct worth_ratio worth_ratio_of(const double *above, const double *below, size_t count)
{
    const struct stats over = stats_of(above, count), under = stats_of(below, count);
    struct worth_ratio ratio = {.value = NAN, .low = NAN, .high = NAN, .set = WORTH_UNDEFINED};
    if (over.n < count || under.n < count || count < 2)
        return ratio;
    const double t = gsl_cdf_tdist_Pinv(0.975, (double)count - 1);
    const double f = t * t / (double)count;
    const double both = covariance(above, over.mean, below, under.mean, count);
    /* a x^2 - 2 b x + c <= 0: the mean of above - x below may be 0 */
    const double a = under.mean * under.mean - f * under.sd * under.sd;
    const double b = over.mean * under.mean - f * both;
    const double c = over.mean * over.mean - f * over.sd * over.sd;
    const double root = b * b - a * c;
    ratio.value = under.mean == 0 ? NAN : over.mean / under.mean;
    if (under.mean == 0 && under.sd == 0)
        return ratio;
    ratio.set = WORTH_ANYTHING;
    if (a == 0 || (a < 0 && root <= 0))
        return ratio;
    const double half = sqrt(root > 0 ? root : 0) / fabs(a);
    ratio.low = b / a - half;
    ratio.high = b / a + half;
    ratio.set = a > 0 ? WORTH_BETWEEN : WORTH_OUTSIDE;
    return ratio;
}

/* ---- gathering ---- */

/* Position of a metric; c->metrics when there is none. */
static size_t find(const struct comparison *c, const char *name)
{
    size_t i = 0;
    while (i < c->metrics && strcmp(c->metric_names[i], name) != 0)
        i++;
    return i;
}

static double value(const struct comparison *c, size_t world, size_t replication, size_t metric)
{
    return metric >= c->metrics ? NAN
                                : c->values[(world * c->replications + replication) * c->metrics + metric];
}

static double beyond(const struct comparison *c, size_t world, size_t replication, size_t metric)
{
    return value(c, world, replication, metric) - value(c, 0, replication, metric);
}

static void gather_costs(const struct worth *worth, const struct comparison *c, size_t world)
{
    static const bool counts[WORTH_PERSPECTIVES][3] = {
        [WORTH_SOCIETY] = {true, true, true}, [WORTH_PAYER] = {false, true, true}, [WORTH_PATIENTS] = {true}};
    const size_t cost[] = {find(c, "discounted/patient_cost"), find(c, "discounted/insurer_cost"),
                           find(c, "discounted/programme_cost")};
    const size_t daly = find(c, "discounted/daly");
    struct worth_world *of = &worth->world[world];
    for (size_t r = 0; r < worth->replications; r++) {
        of->averted[r] = -beyond(c, world, r, daly);
        of->cost[r] = 0;
        for (size_t k = 0; k < 3; k++)
            if (counts[worth->perspective][k])
                of->cost[r] += beyond(c, world, r, cost[k]);
    }
}

/* Years after the warm-up that every world has; positions of the metrics of a year. */
static size_t year_metric(const struct comparison *c, size_t year, const char *what)
{
    char name[64];
    snprintf(name, sizeof name, "year/%zu/%s", year + 1, what);
    return find(c, name);
}

static void gather_budget(const struct worth *worth, const struct comparison *c, size_t world)
{
    for (size_t year = 0; year < worth->years; year++) {
        const size_t insurer = year_metric(c, year, "insurer_cost");
        const size_t programme = year_metric(c, year, "programme_cost");
        for (size_t r = 0; r < worth->replications; r++) {
            worth->world[world].insurer[r * worth->years + year] = beyond(c, world, r, insurer);
            worth->world[world].programme[r * worth->years + year] = beyond(c, world, r, programme);
        }
    }
}

static int make_room(struct worth *worth, struct err *err)
{
    size_t cells = 0;
    if (__builtin_mul_overflow(worth->replications, worth->years, &cells))
        return err_fail(err, "out of memory: too many replications and years");
    worth->room = arena_zeroed(&worth->arena, worth->replications, sizeof *worth->room, err);
    if (worth->room == NULL)
        return -1;
    worth->world = arena_zeroed(&worth->arena, worth->worlds, sizeof *worth->world, err);
    for (size_t w = 0; worth->world != NULL && w < worth->worlds; w++) {
        struct worth_world *of = &worth->world[w];
        of->cost = arena_zeroed(&worth->arena, worth->replications, sizeof(double), err);
        of->averted = arena_zeroed(&worth->arena, worth->replications, sizeof(double), err);
        of->insurer = arena_zeroed(&worth->arena, cells, sizeof(double), err);
        of->programme = arena_zeroed(&worth->arena, cells, sizeof(double), err);
        if (of->cost == NULL || of->averted == NULL || of->insurer == NULL || of->programme == NULL)
            return -1;
    }
    return worth->world == NULL ? -1 : 0;
}

/* ---- acceptability ---- */

/* Half for a draw, so that nothing is worth as much as nothing. */
static double is_worth(double net)
{
    return net > 0 ? 1 : net == 0 ? 0.5 : 0;
}

/* Sums over a sample of the replications, with replacement. */
static void resample(const struct worth *worth, const struct worth_world *of, uint32_t number, double *cost,
                     double *averted)
{
    const struct rng rng = rng_of(0, number);
    const uint64_t stream = rng_hash("replications to draw again");
    *cost = *averted = 0;
    for (size_t i = 0; i < worth->replications; i++) {
        const struct rng_words luck =
            rng_draw(&rng, (struct rng_identity){.stream = stream, .ordinal = (uint32_t)i},
                     (struct rng_purpose){.quantity = 0});
        const size_t r = (size_t)(luck.w[0] * (uint64_t)worth->replications >> 32);
        *cost += of->cost[r];
        *averted += of->averted[r];
    }
}

static void accept(const struct worth *worth, struct worth_world *of)
{
    for (size_t t = 0; t < WORTH_THRESHOLDS; t++) {
        for (size_t r = 0; r < worth->replications; r++)
            of->share[t] += is_worth(worth->at[t] * of->averted[r] - of->cost[r]);
        of->share[t] /= (double)worth->replications;
    }
    for (uint32_t b = 0; b < RESAMPLES; b++) {
        double cost, averted;
        resample(worth, of, b, &cost, &averted);
        for (size_t t = 0; t < WORTH_THRESHOLDS; t++)
            of->believed[t] += is_worth(worth->at[t] * averted - cost);
    }
    for (size_t t = 0; t < WORTH_THRESHOLDS; t++)
        of->believed[t] /= RESAMPLES;
}

/* ---- the whole ---- */

static int check(const struct comparison *c, const struct run_view *views, struct err *err)
{
    for (size_t w = 0; w < c->worlds; w++)
        if (!isfinite(views[w].price_year) || !isfinite(views[w].discount))
            return err_fail(err,
                            "%s: does not say the year of its prices and the discount rate; run the "
                            "scenario again with this program",
                            c->labels[w]);
    for (size_t w = 1; w < c->worlds; w++) {
        if (views[w].price_year != views[0].price_year)
            return err_fail(err,
                            "%s has prices of %.0f and %s of %.0f: money can be compared only in prices "
                            "of one year; set scenario.price_year and the prices",
                            c->labels[0], views[0].price_year, c->labels[w], views[w].price_year);
        if (views[w].discount != views[0].discount)
            return err_fail(err, "%s discounts at %g a year and %s at %g: set scenario.discount to the same",
                            c->labels[0], views[0].discount, c->labels[w], views[w].discount);
    }
    return 0;
}

/* What has been gathered of the perspective, threshold and prices that *worth says. */
static int weigh(struct worth *worth, const struct comparison *comparison, struct err *err)
{
    worth->replications = comparison->replications;
    worth->worlds = comparison->worlds;
    worth->labels = comparison->labels;
    if (find(comparison, "discounted/daly") == comparison->metrics)
        return err_fail(err,
                        "nothing is known of years of life and costs, which scenarios with places count");
    while (year_metric(comparison, worth->years, "insurer_cost") < comparison->metrics)
        worth->years++;
    for (size_t t = 0; t < WORTH_THRESHOLDS; t++)
        worth->at[t] = 3 * worth->threshold * (double)t / (WORTH_THRESHOLDS - 1);
    if (make_room(worth, err) != 0)
        return -1;
    for (size_t w = 0; w < worth->worlds; w++) {
        gather_costs(worth, comparison, w);
        gather_budget(worth, comparison, w);
        worth->world[w].ratio =
            worth_ratio_of(worth->world[w].cost, worth->world[w].averted, worth->replications);
        accept(worth, &worth->world[w]);
    }
    return 0;
}

int worth_init(struct worth *worth, const struct comparison *comparison, const struct run_view *views,
               enum worth_perspective perspective, double threshold, struct err *err)
{
    *worth = (struct worth){.perspective = perspective,
                            .threshold = threshold,
                            .price_year = views[0].price_year,
                            .discount = views[0].discount};
    return check(comparison, views, err) != 0 ? -1 : weigh(worth, comparison, err);
}

bool worth_is_in(const struct result *result)
{
    return result_text(result, "worth_perspective") != NULL;
}

int worth_of(struct worth *worth, const struct comparison *comparison, const struct result *result,
             struct err *err)
{
    const char *name = result_text(result, "worth_perspective");
    size_t perspective = 0;
    *worth = (struct worth){.threshold = run_view_number(result, "worth_threshold"),
                            .price_year = run_view_number(result, "price_year"),
                            .discount = run_view_number(result, "discount")};
    while (perspective < WORTH_PERSPECTIVES &&
           strcmp(worth_perspectives[perspective], name == NULL ? "" : name) != 0)
        perspective++;
    if (perspective == WORTH_PERSPECTIVES || !(worth->threshold > 0) || !isfinite(worth->threshold) ||
        !isfinite(worth->price_year) || !isfinite(worth->discount))
        return err_fail(err, "no perspective, threshold, price_year and discount as a comparison with "
                             "--worth has them");
    worth->perspective = (enum worth_perspective)perspective;
    return weigh(worth, comparison, err);
}

void worth_free(struct worth *worth)
{
    arena_free(&worth->arena);
    *worth = (struct worth){.worlds = 0};
}

const char *worth_verdict(const struct worth *worth, size_t world)
{
    const struct stats cost = stats_of(worth->world[world].cost, worth->replications);
    const struct stats averted = stats_of(worth->world[world].averted, worth->replications);
    const bool costs_same = cost.mean == 0, health_same = averted.mean == 0;
    if (!isfinite(cost.mean) || !isfinite(averted.mean))
        return "costs or years of life are not known";
    if (costs_same && health_same)
        return "costs the same and averts nothing";
    if (averted.mean >= 0 && cost.mean <= 0)
        return "costs no more and averts no fewer DALYs: dominates the base";
    if (averted.mean <= 0 && cost.mean >= 0)
        return "costs no less and averts no more DALYs: dominated by the base";
    return cost.mean > 0 ? "costs more and averts DALYs" : "costs less, and DALYs are lost";
}

struct stats worth_net_benefit(const struct worth *worth, size_t world, double threshold)
{
    for (size_t r = 0; r < worth->replications; r++)
        worth->room[r] = threshold * worth->world[world].averted[r] - worth->world[world].cost[r];
    return stats_of(worth->room, worth->replications);
}

struct stats worth_budget(const struct worth *worth, size_t world, size_t year, bool insurer, bool programme)
{
    const struct worth_world *of = &worth->world[world];
    for (size_t r = 0; r < worth->replications; r++) {
        const size_t at = r * worth->years + year;
        worth->room[r] = (insurer ? of->insurer[at] : 0) + (programme ? of->programme[at] : 0);
    }
    return stats_of(worth->room, worth->replications);
}
