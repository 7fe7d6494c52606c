#include "study/ticker.h"

#include <time.h>

enum { TICK_NS = 200000000, SECOND_NS = 1000000000 };

static void *work(void *data)
{
    struct ticker *ticker = data;
    pthread_mutex_lock(&ticker->mutex);
    while (!ticker->ended) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += (until.tv_nsec + TICK_NS) / SECOND_NS;
        until.tv_nsec = (until.tv_nsec + TICK_NS) % SECOND_NS;
        (void)pthread_cond_timedwait(&ticker->woken, &ticker->mutex, &until);
        if (!ticker->ended)
            ticker->tick(ticker->data);
    }
    pthread_mutex_unlock(&ticker->mutex);
    return NULL;
}

void ticker_begin(struct ticker *ticker, void (*tick)(void *data), void *data)
{
    *ticker = (struct ticker){.tick = tick, .data = data};
    if (pthread_mutex_init(&ticker->mutex, NULL) != 0)
        return;
    if (pthread_cond_init(&ticker->woken, NULL) == 0) {
        ticker->under_way = pthread_create(&ticker->thread, NULL, work, ticker) == 0;
        if (ticker->under_way)
            return;
        pthread_cond_destroy(&ticker->woken);
    }
    pthread_mutex_destroy(&ticker->mutex);
}

void ticker_end(struct ticker *ticker)
{
    if (!ticker->under_way)
        return;
    pthread_mutex_lock(&ticker->mutex);
    ticker->ended = true;
    pthread_cond_signal(&ticker->woken);
    pthread_mutex_unlock(&ticker->mutex);
    pthread_join(ticker->thread, NULL);
    pthread_cond_destroy(&ticker->woken);
    pthread_mutex_destroy(&ticker->mutex);
    ticker->under_way = false;
}
