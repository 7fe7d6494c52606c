#ifndef COUNTERPART_STUDY_TICKER_H
#define COUNTERPART_STUDY_TICKER_H

/* Something that is done five times a second, by a thread of its own, while others work. */

#include <pthread.h>
#include <stdbool.h>

struct ticker {
    void (*tick)(void *data);
    void *data;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t woken;
    bool under_way, ended;
};

/* When no thread can be had nothing ticks. Always pair with ticker_end(). */
void ticker_begin(struct ticker *ticker, void (*tick)(void *data), void *data);
void ticker_end(struct ticker *ticker); /* afterwards nothing ticks; safe to repeat */

#endif
