#include "study/sweep_manifest.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/checksum.h"
#include "sim/mem.h"
#include "study/sweep_folder.h"
#include "study/whole_file.h"

#define HEADING "# SHA-256 of shards of sweep "
#define ENDING "# checksum of the lines above: "

enum {
    LINE_BYTES = 128, /* more than any line has */
    SUM_TEXT = 16,
    ENDING_BYTES = sizeof ENDING - 1 + SUM_TEXT + 1,
    BLOCK_BYTES = 1 << 16,
};

int sweep_manifest_init(struct sweep_manifest *manifest, size_t shards, struct err *err)
{
    *manifest = (struct sweep_manifest){.shards = shards};
    manifest->digests = mem_zeroed(shards, sizeof *manifest->digests, err);
    manifest->known = mem_zeroed(shards, sizeof *manifest->known, err);
    return manifest->digests == NULL || manifest->known == NULL ? -1 : 0;
}

void sweep_manifest_free(struct sweep_manifest *manifest)
{
    free(manifest->digests);
    free(manifest->known);
    *manifest = (struct sweep_manifest){.shards = 0};
}

bool sweep_manifest_note(struct sweep_manifest *manifest, size_t shard,
                         const unsigned char digest[SHA256_BYTES])
{
    if (manifest->known[shard])
        return memcmp(manifest->digests[shard], digest, SHA256_BYTES) == 0;
    memcpy(manifest->digests[shard], digest, SHA256_BYTES);
    manifest->known[shard] = true;
    return true;
}

/* ---- bytes of files ---- */

/* Gives the bytes of a file to `take`, a block at a time. */
static int each_block(const char *path, void (*take)(void *data, const void *bytes, size_t size), void *data,
                      struct err *err)
{
    char *block = mem_zeroed(BLOCK_BYTES, 1, err);
    const int fd = block == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t got = fd < 0 ? -1 : 1;
    while (got > 0) {
        got = read(fd, block, BLOCK_BYTES);
        if (got < 0 && errno == EINTR)
            got = 1;
        else if (got > 0)
            take(data, block, (size_t)got);
    }
    const int reason = errno;
    if (fd >= 0)
        close(fd);
    free(block);
    return got == 0 ? 0 : err_fail(err, "%s: cannot be read: %s", path, strerror(reason));
}

static void add_to_sum(void *data, const void *bytes, size_t size)
{
    sha256_add(data, bytes, size);
}

int sweep_manifest_digest(const char *folder, size_t shard, unsigned char digest[SHA256_BYTES],
                          struct err *err)
{
    struct sha256 sum;
    char *path = sweep_shard_path(folder, shard, err);
    if (path == NULL)
        return -1;
    sha256_begin(&sum);
    const int status = each_block(path, add_to_sum, &sum, err);
    sha256_end(&sum, digest);
    free(path);
    return status;
}

/* ---- a list as text ---- */

struct text {
    char *bytes; /* owned */
    size_t size, capacity;
};

static void end_text(const struct text *text, size_t size, char ending[ENDING_BYTES + 1])
{
    const uint64_t sum = checksum_end(checksum_add(0, text->bytes, size), size);
    snprintf(ending, ENDING_BYTES + 1, ENDING "%016" PRIx64 "\n", sum);
}

/* Empty when no shard of the member is known. */
static int text_of(const struct sweep_manifest *manifest, const char *fingerprint, size_t member,
                   size_t members, struct text *text, struct err *err)
{
    *text = (struct text){.size = 0};
    const size_t lines = manifest->shards / members + 3;
    text->bytes = mem_zeroed(lines, LINE_BYTES, err);
    if (text->bytes == NULL)
        return -1;
    bool any = false;
    text->size = (size_t)snprintf(text->bytes, LINE_BYTES, HEADING "%.32s\n", fingerprint);
    for (size_t shard = member; shard < manifest->shards; shard += members) {
        char digest[SHA256_TEXT];
        if (!manifest->known[shard])
            continue;
        any = true;
        sha256_text(manifest->digests[shard], digest);
        text->size +=
            (size_t)snprintf(text->bytes + text->size, LINE_BYTES, "%s  shard-%06zu.h5\n", digest, shard);
    }
    char ending[ENDING_BYTES + 1];
    end_text(text, text->size, ending);
    memcpy(text->bytes + text->size, ending, ENDING_BYTES);
    text->size = any ? text->size + ENDING_BYTES : 0;
    return 0;
}

struct reading {
    struct text *text;
    size_t most;
    bool failed;
};

static void add_to_text(void *data, const void *bytes, size_t size)
{
    struct reading *reading = data;
    struct text *text = reading->text;
    struct err ignored = ERR_INIT;
    char *grown = reading->failed || size > reading->most - text->size
                      ? NULL
                      : mem_grow(text->bytes, &text->capacity, text->size + size + 1, 1, &ignored);
    reading->failed = grown == NULL;
    if (grown == NULL)
        return;
    text->bytes = grown;
    memcpy(text->bytes + text->size, bytes, size);
    text->size += size;
    text->bytes[text->size] = '\0';
}

/* False when it cannot be read, or is longer than a list of so many shards can be. */
static bool read_text(struct text *text, const char *path, size_t shards)
{
    struct err ignored = ERR_INIT;
    *text = (struct text){.size = 0};
    struct reading reading = {.text = text, .most = (shards + 2) * LINE_BYTES};
    return each_block(path, add_to_text, &reading, &ignored) == 0 && !reading.failed && text->size > 0;
}

/* Whether it is a list of this sweep as it was written. */
static bool is_sound(const struct text *text, const char *fingerprint)
{
    char ending[ENDING_BYTES + 1], heading[LINE_BYTES];
    const int length = snprintf(heading, sizeof heading, HEADING "%.32s\n", fingerprint);
    if (text->size < ENDING_BYTES + (size_t)length || memcmp(text->bytes, heading, (size_t)length) != 0)
        return false;
    end_text(text, text->size - ENDING_BYTES, ending);
    return memcmp(text->bytes + text->size - ENDING_BYTES, ending, ENDING_BYTES) == 0;
}

static bool digit(char c, unsigned *value)
{
    *value = c >= '0' && c <= '9' ? (unsigned)(c - '0') : (unsigned)(c - 'a' + 10);
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/* "DIGEST  shard-000012.h5"; false for other lines. */
static bool read_line(const char *line, unsigned char digest[SHA256_BYTES], size_t *shard)
{
    for (size_t i = 0; i < SHA256_BYTES; i++) {
        unsigned high = 0, low = 0;
        if (!digit(line[2 * i], &high) || !digit(line[2 * i + 1], &low))
            return false;
        digest[i] = (unsigned char)(16 * high + low);
    }
    return sscanf(line + SHA256_TEXT - 1, "  shard-%12zu.h5", shard) == 1;
}

/* ---- lists in a folder ---- */

static bool is_list(const char *name)
{
    static const char begin[] = "manifest", end[] = ".sha256";
    const size_t length = strlen(name);
    return strncmp(name, begin, sizeof begin - 1) == 0 && length > sizeof end &&
           strcmp(name + length - (sizeof end - 1), end) == 0;
}

static int take_lines(struct sweep_manifest *manifest, const char *path, const char *bytes, struct err *err)
{
    for (const char *line = bytes; line != NULL && *line != '\0';) {
        unsigned char digest[SHA256_BYTES];
        size_t shard = 0;
        if (read_line(line, digest, &shard) && shard < manifest->shards &&
            !sweep_manifest_note(manifest, shard, digest))
            return err_fail(err,
                            "%s: lists other bytes for shard %zu than another list of the folder: they were "
                            "made by different builds or kinds of processor; take the files of this sweep "
                            "away and make it anew in one way",
                            path, shard);
        line = strchr(line, '\n');
        line = line == NULL ? NULL : line + 1;
    }
    return 0;
}

static int take_list(struct sweep_manifest *manifest, const char *folder, const char *name,
                     const char *fingerprint, struct err *err)
{
    struct text text = {.size = 0};
    char *path = mem_printf(err, "%s/%s", folder, name);
    int status = path == NULL ? -1 : 0;
    if (status == 0 && read_text(&text, path, manifest->shards) && is_sound(&text, fingerprint))
        status = take_lines(manifest, path, text.bytes, err);
    free(text.bytes);
    free(path);
    return status;
}

int sweep_manifest_read(struct sweep_manifest *manifest, const char *folder, const char *fingerprint,
                        struct err *err)
{
    DIR *open_folder = opendir(folder);
    if (open_folder == NULL)
        return err_fail(err, "%s: cannot be read: %s", folder, strerror(errno));
    int status = 0;
    for (const struct dirent *entry = readdir(open_folder); entry != NULL && status == 0;
         entry = readdir(open_folder))
        if (is_list(entry->d_name))
            status = take_list(manifest, folder, entry->d_name, fingerprint, err);
    closedir(open_folder);
    return status;
}

int sweep_manifest_write(const struct sweep_manifest *manifest, const char *folder, const char *fingerprint,
                         size_t member, size_t members, struct err *err)
{
    struct text text, before = {.size = 0};
    char *path = members == 1 ? mem_printf(err, "%s/manifest.sha256", folder)
                              : mem_printf(err, "%s/manifest-%zu-of-%zu.sha256", folder, member, members);
    int status = path == NULL ? -1 : 0;
    if (status == 0)
        status = text_of(manifest, fingerprint, member, members, &text, err);
    if (status == 0) {
        const bool same = read_text(&before, path, manifest->shards) && before.size == text.size &&
                          memcmp(before.bytes, text.bytes, text.size) == 0;
        if (text.size > 0 && !same)
            status = whole_file_write(path, text.bytes, text.size, err);
        free(text.bytes);
    }
    free(before.bytes);
    free(path);
    return status;
}
