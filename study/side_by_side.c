#include "study/side_by_side.h"

#include <pthread.h>
#include <stdlib.h>

#include "sim/mem.h"

int side_by_side(unsigned threads, size_t pieces, void *(*work)(void *job), void *job, struct err *err)
{
    size_t count = threads < pieces ? threads : pieces;
    count = count > 0 ? count : 1;
    pthread_t *others = mem_zeroed(count, sizeof *others, err);
    if (others == NULL)
        return -1;
    size_t started = 0;
    while (started + 1 < count && pthread_create(&others[started], NULL, work, job) == 0)
        started++;
    work(job);
    for (size_t i = 0; i < started; i++)
        pthread_join(others[i], NULL);
    free(others);
    return 0;
}
