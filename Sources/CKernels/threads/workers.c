#include "../include/workers.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <unistd.h>

#define MOST_THREADS 255

// A computation in progress. It lives on its caller's stack and is in the list from when it is ready until
// its caller finds no call left.
typedef struct job {
    mien_loop_body *body;
    void *context;
    size_t count, slots;
    atomic_size_t next;
    atomic_size_t helpers; // threads other than the caller that are at it; grows under the lock only
    size_t taken_slots;    // protected by the lock
    struct job *after;     // protected by the lock
} job;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t work = PTHREAD_COND_INITIALIZER;     // a job came
static pthread_cond_t finished = PTHREAD_COND_INITIALIZER; // a helper left a job
static job *jobs;                                          // protected by the lock
static size_t threads;                                     // protected by the lock
static atomic_size_t arrivals;                             // the number of jobs so far
static atomic_size_t busy_threads;
static _Thread_local bool is_busy; // whether the calling thread is one of them

// Waking a thread takes tens of microseconds, about as long as what lies between two products of an
// encoder. So a thread looks around for about that long before it sleeps.
#define SPINS 1000

static void pause_briefly(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static void run_calls(job *j, size_t slot) {
    for (;;) {
        size_t index = atomic_fetch_add_explicit(&j->next, 1, memory_order_relaxed);
        if (index >= j->count) return;
        j->body(j->context, index, slot);
    }
}

// A job with calls and a slot left. The lock is held.
static job *open_job(void) {
    for (job *j = jobs; j; j = j->after) {
        if (j->taken_slots < j->slots && atomic_load_explicit(&j->next, memory_order_relaxed) < j->count) {
            return j;
        }
    }
    return NULL;
}

static void *help(void *unused) {
    (void)unused;
    pthread_mutex_lock(&lock);
    for (;;) {
        job *j = open_job();
        if (j) {
            size_t slot = j->taken_slots++;
            atomic_fetch_add(&j->helpers, 1);
            pthread_mutex_unlock(&lock);
            run_calls(j, slot);
            pthread_mutex_lock(&lock);
            // The last helper's leave is the end of the job's life: its caller waits for nothing else.
            if (atomic_fetch_sub(&j->helpers, 1) == 1) pthread_cond_broadcast(&finished);
            continue;
        }
        size_t seen = atomic_load(&arrivals);
        pthread_mutex_unlock(&lock);
        for (int i = 0; i < SPINS && atomic_load_explicit(&arrivals, memory_order_relaxed) == seen; i++) {
            pause_briefly();
        }
        pthread_mutex_lock(&lock);
        while (atomic_load(&arrivals) == seen) pthread_cond_wait(&work, &lock);
    }
    return NULL;
}

// Has at least `count` threads, if the system can give them. The lock is held.
static void start_threads(size_t count) {
    if (count > MOST_THREADS) count = MOST_THREADS;
    if (threads >= count) return;
    // Signals are for threads that expect them, but for what an instruction of the thread itself raises.
    sigset_t all, before;
    sigfillset(&all);
    sigdelset(&all, SIGILL);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (threads < count) {
        pthread_t thread;
        // Without this thread, the others do the work.
        if (pthread_create(&thread, NULL, help, NULL) != 0) break;
        pthread_detach(thread);
        threads++;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

bool mien_thread_is_busy(bool busy) {
    bool was = is_busy;
    if (busy && !was) atomic_fetch_add(&busy_threads, 1);
    if (!busy && was) atomic_fetch_sub(&busy_threads, 1);
    is_busy = busy;
    return was;
}

// The processors that the busy threads leave to the calling one, itself among them.
static size_t free_processors(void) {
    static atomic_long processors;
    long all = atomic_load_explicit(&processors, memory_order_relaxed);
    if (all == 0) {
        all = sysconf(_SC_NPROCESSORS_ONLN);
        atomic_store(&processors, all < 1 ? 1 : all);
    }
    size_t others = atomic_load_explicit(&busy_threads, memory_order_relaxed) - is_busy;
    return (size_t)all > others ? (size_t)all - others : 1;
}

void mien_parallel_for(size_t slots, size_t count, mien_loop_body *body, void *context) {
    size_t most = free_processors();
    if (slots > most) slots = most;
    if (slots > count) slots = count;
    if (slots <= 1) {
        for (size_t index = 0; index < count; index++) body(context, index, 0);
        return;
    }
    job j = {.body = body, .context = context, .count = count, .slots = slots, .taken_slots = 1};
    pthread_mutex_lock(&lock);
    start_threads(slots - 1);
    j.after = jobs;
    jobs = &j;
    atomic_fetch_add(&arrivals, 1);
    pthread_cond_broadcast(&work);
    pthread_mutex_unlock(&lock);

    run_calls(&j, 0);

    pthread_mutex_lock(&lock);
    for (job **link = &jobs; *link; link = &(*link)->after) {
        if (*link == &j) {
            *link = j.after;
            break;
        }
    }
    pthread_mutex_unlock(&lock);
    // Nobody can join any more. A helper is in its last call: often it is done in a moment.
    for (int i = 0; i < SPINS && atomic_load_explicit(&j.helpers, memory_order_relaxed) > 0; i++) {
        pause_briefly();
    }
    pthread_mutex_lock(&lock);
    while (atomic_load(&j.helpers) > 0) pthread_cond_wait(&finished, &lock);
    pthread_mutex_unlock(&lock);
}
