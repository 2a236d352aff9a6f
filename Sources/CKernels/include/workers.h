// Threads that share out the calls of a loop.
//
// Dispatch could do this too, but it allocates on every call and always wakes sleeping threads, where the
// layers of an encoder follow each other within microseconds.
#ifndef MIEN_WORKERS_H
#define MIEN_WORKERS_H

#include <stdbool.h>
#include <stddef.h>

typedef void mien_loop_body(void *context, size_t index, size_t slot);

// Calls `body` once for every index in 0..<count, on the caller's thread and at most `slots` - 1 others,
// and returns when all calls have. Calls that run at the same time have different slots, below `slots`.
//
// Calls run at the same time on no more threads than there are processors that busy threads leave, see below.
//
// May be called from any thread, from several at once, and from within a call. Allocates only when the
// process has not used so many threads before.
void mien_parallel_for(size_t slots, size_t count, mien_loop_body *body, void *context);

// Says whether the calling thread is busy, and returns what it said last, at first false. Where several
// threads compute at the same time, each with a loop of its own to share out, and say so, they do not get in
// each other's way: one that is alone has all processors, one among others its own.
bool mien_thread_is_busy(bool busy);

#endif
