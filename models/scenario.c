#include "models/scenario.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/change.h"
#include "models/rows.h"
#include "models/scenario_read.h"
#include "models/source.h"

/* ---- a file and its bases ---- */

struct loading {
    struct arena *arena;
    struct arena rows; /* settings of elements that stand in tables: too many to be kept */
    struct source_files files;
    struct {
        dev_t device;
        ino_t inode;
    } chain[SOURCE_DEPTH];
    size_t depth;
    struct err *err;
};

static struct setting *load_tree(struct loading *loading, const char *path, const char *name,
                                 const char *role, const struct setting *named_at);

/* Refuses a file that is its own base, at any distance. */
static int check_chain(struct loading *loading, const char *path, const char *name,
                       const struct setting *named_at)
{
    struct source_file identity = {.name = name};
    char *text = NULL;
    size_t length = 0;
    struct err why = ERR_INIT;
    const bool readable = source_text(path, &text, &length, &identity, &why) == 0;
    free(text);
    if (!readable && strncmp(why.text[0], "out of memory", 13) == 0)
        return err_add(loading->err, "%s", why.text[0]);
    if (!readable)
        return 0; /* reading it again says why, and where it is named */
    for (size_t i = 0; i < loading->depth; i++)
        if (loading->chain[i].device == identity.device && loading->chain[i].inode == identity.inode)
            return setting_problem(named_at, "base", loading->err,
                                   "\"%s\" is based on itself; take one of the bases away", name);
    if (loading->depth == SOURCE_DEPTH)
        return setting_problem(named_at, "base", loading->err,
                               "bases are nested more than %d deep; use fewer", SOURCE_DEPTH);
    loading->chain[loading->depth].device = identity.device;
    loading->chain[loading->depth].inode = identity.inode;
    loading->depth++;
    return 0;
}

static struct setting *load_base(struct loading *loading, const struct setting *base)
{
    if (base->type != SETTING_TEXT || base->text[0] == '\0') {
        setting_problem(base, "base", loading->err, "is %s; write the name of a file: base = \"file.cfg\";",
                        base->type == SETTING_TEXT ? "empty" : setting_type_name(base));
        return NULL;
    }
    char *path = source_join(loading->arena, base->folder, base->text, loading->err);
    return path == NULL ? NULL : load_tree(loading, path, base->text, "base", base);
}

/* Takes `base` and `change` out of the tree and applies them. */
static struct setting *inherit(struct loading *loading, struct setting *root)
{
    struct setting *base = setting_find(root, "base"), *changes = setting_find(root, "change");
    struct setting *whole = root;
    if (changes != NULL)
        setting_remove(root, changes);
    if (base != NULL) {
        setting_remove(root, base);
        whole = load_base(loading, base);
        if (whole == NULL || change_overlay(whole, root, loading->err) != 0)
            return NULL;
        whole->file = root->file;
        whole->folder = root->folder;
    }
    if (changes != NULL && change_apply(loading->arena, whole, changes, loading->err) != 0)
        return NULL;
    return whole;
}

static struct setting *load_tree(struct loading *loading, const char *path, const char *name,
                                 const char *role, const struct setting *named_at)
{
    if (check_chain(loading, path, name, named_at) != 0)
        return NULL;
    struct setting *root =
        source_read(loading->arena, &loading->files, path, name, role, named_at, loading->err);
    if (root == NULL || rows_expand(loading->arena, &loading->rows, root, loading->err) != 0)
        return NULL;
    return inherit(loading, root);
}

/* ---- the command line ---- */

static int apply_set(struct loading *loading, struct setting *root, const char *set, const char *folder)
{
    const char *equals = strchr(set, '=');
    if (equals == NULL || equals == set)
        return err_add(loading->err, "--set %s: has no path and value; write --set PATH=VALUE", set);
    const size_t label_size = strlen(set) + sizeof "--set ";
    char *label = arena_zeroed(loading->arena, label_size, 1, loading->err);
    char *path = arena_text(loading->arena, set, loading->err);
    if (label == NULL || path == NULL)
        return -1;
    snprintf(label, label_size, "--set %s", set);
    path[equals - set] = '\0';
    struct setting *value =
        source_value(loading->arena, label, path + (equals - set) + 1, folder, loading->err);
    if (value == NULL)
        return -1;
    return change_set(loading->arena, root, value, path, value, loading->err);
}

static int apply_sets(struct loading *loading, struct setting *root, const char *const *sets, size_t count,
                      const char *path)
{
    const char *folder = source_folder(loading->arena, path, loading->err);
    int status = folder == NULL ? -1 : 0;
    for (size_t i = 0; i < count && folder != NULL; i++)
        if (apply_set(loading, root, sets[i], folder) != 0)
            status = -1;
    return status;
}

/* ---- the record ---- */

/* The text of all files, each under a line that names it, and the values of the command line. */
static int keep_written(struct scenario *scenario, const struct source_files *files, const char *const *sets,
                        size_t set_count, struct err *err)
{
    size_t size = 1;
    for (size_t i = 0; i < files->count; i++)
        size += strlen(files->list[i].name) + strlen(files->list[i].text) + 32;
    for (size_t i = 0; i < set_count; i++)
        size += strlen(sets[i]) + 16;
    char *written = arena_zeroed(&scenario->arena, size, 1, err);
    if (written == NULL)
        return -1;
    scenario->written = written;
    size_t used = 0;
    for (size_t i = 0; i < files->count; i++) {
        const struct source_file *file = &files->list[i];
        const size_t length = strlen(file->text);
        used += (size_t)snprintf(written + used, size - used, "# ---- %s: %s\n%s%s", file->role, file->name,
                                 file->text, length == 0 || file->text[length - 1] == '\n' ? "" : "\n");
    }
    for (size_t i = 0; i < set_count; i++)
        used += (size_t)snprintf(written + used, size - used, "# --set %s\n", sets[i]);
    return 0;
}

static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

static int load(struct scenario *scenario, struct loading *loading, const char *const *sets, size_t set_count)
{
    const char *folder = source_folder(&scenario->arena, scenario->path, loading->err);
    struct setting *root =
        folder == NULL ? NULL
                       : load_tree(loading, scenario->path, file_name(scenario->path), "scenario", NULL);
    if (root == NULL)
        return -1;
    if (apply_sets(loading, root, sets, set_count, scenario->path) != 0)
        return -1;
    if (root->count == 0)
        return setting_problem(root, "scenario", loading->err,
                               "the file is empty; begin with scenario: { length = \"1 y\"; };");
    if (scenario_read(scenario, root, loading->err) != 0)
        return -1;
    if (scenario_check(scenario, loading->err) != 0 || scenario_write(scenario, folder, loading->err) != 0)
        return -1;
    return keep_written(scenario, &loading->files, sets, set_count, loading->err);
}

int scenario_load(struct scenario *scenario, const char *path, const char *const *sets, size_t set_count,
                  struct err *err)
{
    memset(scenario, 0, sizeof *scenario);
    struct loading loading = {.arena = &scenario->arena, .err = err};
    const unsigned before = err->count;
    scenario->path = arena_text(&scenario->arena, path, err);
    scenario->origins = mem_zeroed(1, sizeof *scenario->origins, err);
    int status = -1;
    if (scenario->path != NULL && scenario->origins != NULL)
        status = load(scenario, &loading, sets, set_count);
    source_files_free(&loading.files);
    arena_free(&loading.rows);
    return status != 0 || err->count > before ? -1 : 0;
}

void scenario_free(struct scenario *scenario)
{
    if (scenario->origins != NULL)
        free(scenario->origins->list);
    free(scenario->origins);
    arena_free(&scenario->arena);
    memset(scenario, 0, sizeof *scenario);
}

/* ---- blame ---- */

const struct origin *scenario_origin(const struct scenario *scenario, const void *member, const char *name)
{
    const struct scenario_origins *origins = scenario->origins;
    size_t low = 0, high = origins == NULL ? 0 : origins->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if ((uintptr_t)origins->list[middle]->member < (uintptr_t)member)
            low = middle + 1;
        else
            high = middle;
    }
    for (; origins != NULL && low < origins->count && origins->list[low]->member == member; low++)
        if (name == NULL || (origins->list[low]->name != NULL && strcmp(origins->list[low]->name, name) == 0))
            return origins->list[low];
    return NULL;
}

int scenario_blame(const struct scenario *scenario, const void *member, struct err *err, const char *format,
                   ...)
{
    char message[ERR_TEXT];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    const struct origin *origin = scenario_origin(scenario, member, NULL);
    if (origin == NULL)
        return err_add(err, "%s: %s", scenario->path == NULL ? "scenario" : scenario->path, message);
    return origin_problem(origin, err, "%s", message);
}
