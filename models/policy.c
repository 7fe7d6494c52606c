#include "models/policy.h"

#include <stdlib.h>
#include <string.h>

#include "models/world_parts.h"
#include "sim/state.h"

static const struct policy_ops *find_ops(const char *kind)
{
    for (size_t i = 0; i < policy_table_count; i++)
        if (strcmp(policy_table[i]->keys->kind, kind) == 0)
            return policy_table[i];
    return NULL;
}

int policies_init(struct world *world, struct err *err)
{
    const struct key_list *heads = &world->scenario->policies;
    world->policies = arena_zeroed(&world->arena, heads->count, sizeof *world->policies, err);
    world->periods = arena_zeroed(&world->arena, heads->count, sizeof *world->periods, err);
    if (world->policies == NULL || world->periods == NULL)
        return -1;
    int failed = 0;
    for (size_t i = 0; i < heads->count && world->scenario->run.planning == STEP_NONE; i++)
        if (SCENARIO_ITEM(*heads, struct policy_head, i)->active)
            return scenario_blame(
                world->scenario, &world->scenario->run.planning, err,
                "policies act at planning epochs, and there are none; write \"day\", or active = "
                "false for every policy");
    for (size_t i = 0; i < heads->count; i++) {
        const struct policy_head *head = SCENARIO_ITEM(*heads, struct policy_head, i);
        const struct policy_ops *ops = find_ops(head->kind);
        if (!head->active || ops == NULL)
            continue;
        struct world_period *period = &world->periods[world->policy_count];
        *period = (struct world_period){.policy = head->name, .to_us = INT64_MAX};
        struct policy *policy = &world->policies[world->policy_count++];
        *policy = (struct policy){.head = head, .ops = ops, .period = period};
        policy->state = arena_zeroed(&world->arena, 1, ops->state_size, err);
        if (policy->state == NULL)
            return -1;
        failed |= ops->prepare(world, policy, err);
    }
    for (size_t i = 0; i < world->policy_count && failed == 0; i++)
        if (world->policies[i].ops->check != NULL)
            failed |= world->policies[i].ops->check(world, &world->policies[i], err);
    return failed;
}

int policies_plan(struct world *world, int64_t now_us, struct err *err)
{
    for (size_t i = 0; i < world->policy_count; i++)
        if (world->policies[i].ops->plan(world, &world->policies[i], now_us, err) != 0)
            return -1;
    return 0;
}

int64_t policy_time(const struct world *world, int64_t date_us)
{
    return date_us - world->scenario->run.start_us;
}

int64_t policy_end(const struct world *world, int64_t date_us, struct key_span span)
{
    return span.months == 0 && span.us == 0 ? INT64_MAX : policy_time(world, key_span_after(date_us, span));
}

/* --- saving --- */

static bool has_started(const struct policy *policy, int64_t now_us)
{
    return policy->period->from_us < now_us;
}

int policies_save(const struct world *world, int64_t now_us, struct state_writer *writer, struct err *err)
{
    size_t started = 0;
    for (size_t i = 0; i < world->policy_count; i++)
        started += has_started(&world->policies[i], now_us);
    state_begin(writer, "policies", 1);
    state_put_u64(writer, started);
    for (size_t i = 0; i < world->policy_count; i++) {
        const struct policy *policy = &world->policies[i];
        if (!has_started(policy, now_us))
            continue;
        if (policy->ops->save == NULL && !policy->ops->stateless)
            return err_fail(err,
                            "policy \"%s\": what a policy of kind \"%s\" has begun cannot be saved; save the "
                            "state before it starts",
                            policy->head->name, policy->head->kind);
        state_put_text(writer, policy->head->name);
        state_put_text(writer, policy->head->kind);
        if (policy->ops->save != NULL)
            policy->ops->save(world, policy, writer);
    }
    state_end(writer);
    return 0;
}

static bool is_called(struct state_reader *reader, const char *name)
{
    char *text = state_get_text(reader);
    const bool same = text != NULL && strcmp(text, name) == 0;
    if (!same)
        state_refuse(reader,
                     "was saved with policy \"%s\" at work where this world has \"%s\"; policies that start "
                     "before it was saved must be the same",
                     text == NULL ? "" : text, name);
    free(text);
    return same;
}

void policies_restore(struct world *world, int64_t now_us, struct state_reader *reader)
{
    state_enter(reader, "policies", 1);
    uint64_t left = state_get_u64(reader);
    for (size_t i = 0; i < world->policy_count && !reader->failed; i++) {
        struct policy *policy = &world->policies[i];
        if (policy->ops->save == NULL && !policy->ops->stateless)
            state_refuse(reader,
                         "cannot be gone on from with policy \"%s\": kind \"%s\" cannot be saved; run from "
                         "the start",
                         policy->head->name, policy->head->kind);
        if (reader->failed || !has_started(policy, now_us))
            continue;
        if (left-- == 0)
            state_refuse(reader,
                         "was saved without policy \"%s\", which starts before that; save it earlier, or "
                         "start the policy later",
                         policy->head->name);
        else if (is_called(reader, policy->head->name) && is_called(reader, policy->head->kind) &&
                 policy->ops->restore != NULL)
            policy->ops->restore(world, policy, reader);
    }
    if (left > 0)
        state_refuse(reader,
                     "was saved with more policies at work than this world has; take the scenario that "
                     "it was made from");
    state_leave(reader);
}

const char *policies_name(const struct world *world, const char *saved, struct state_reader *reader)
{
    for (size_t i = 0; saved != NULL && i < world->policy_count; i++)
        if (strcmp(world->policies[i].head->name, saved) == 0)
            return world->policies[i].head->name;
    if (saved != NULL)
        state_refuse(reader,
                     "has what policy \"%s\" has done, which the scenario does not have; take the scenario "
                     "that it was made from",
                     saved);
    return NULL;
}
