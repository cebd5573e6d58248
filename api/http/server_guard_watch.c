#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "api/http/server_guard_priv.h"
#include "common/base/clock.h"

enum { LOOK_MS = 25, LOOKS = 4, HANDSHAKE_MS = 1000, SILENT_S = 3 };

/* accept() has no argument that could lead to the guard. */
static _Atomic(struct guard *) the_guard;

/* Nothing has come that its thread has not read: it is the client that is slow, not we who have no time. */
static bool waits_for_client(const struct guest *guest)
{
    int unread = 0;
    return ioctl(guest->fd, FIONREAD, &unread) == 0 && unread == 0;
}

/* While others wait for a thread: a first head comes in one piece, or the connection would not have been handed to us. */
static bool drips(struct guest *guest, int64_t age_ms)
{
    guest->looks = waits_for_client(guest) ? guest->looks + 1 : 0;
    return guest->looks >= LOOKS && age_ms > GUARD_HEAD_PRESSED_MS;
}

/* Why a connection must go. */
enum verdict { STAYS, MAKES_ROOM, TOO_SLOW };

static enum verdict judge(const struct guard *g, struct guest *guest, bool pressed, int64_t now_ms)
{
    int64_t age_ms = now_ms - atomic_load(&guest->since_ms);
    int64_t until_ms = atomic_load(&guest->until_ms);
    enum guard_phase phase = atomic_load(&guest->phase);

    if (until_ms != 0 && now_ms > until_ms && (phase != GUARD_HEAD || waits_for_client(guest))) {
        return TOO_SLOW;
    }
    switch (phase) {
    case GUARD_QUEUED: /* waiting in a queue is not its fault, a handshake is */
        return g->setup.tls && age_ms > HANDSHAKE_MS && guest->of->open > GUARD_FAIR ? TOO_SLOW
                                                                                     : STAYS;
    case GUARD_HEAD:
        return pressed && guest->of->held > GUARD_FAIR && drips(guest, age_ms) ? TOO_SLOW : STAYS;
    case GUARD_IDLE:
        return atomic_load(&g->ends_idle) ||
                       (pressed && age_ms > GUARD_IDLE_PRESSED_MS && waits_for_client(guest))
                   ? MAKES_ROOM
                   : STAYS;
    case GUARD_BUSY:
        break;
    }
    return STAYS;
}

/* Is the socket still this connection's?  One that failed before its first request is closed without a word to us. */
static bool is_there(const struct guest *guest)
{
    struct sockaddr_in peer;
    socklen_t size = sizeof peer;

    return getpeername(guest->fd, (struct sockaddr *)&peer, &size) == 0 &&
           peer.sin_family == AF_INET && peer.sin_port == guest->port &&
           peer.sin_addr.s_addr == guest->of->in.s_addr;
}

/* One that waits for a head can still be told so; one that does not take its answer cannot. */
static void cut(struct guest *guest)
{
    bool reads = atomic_load(&guest->phase) != GUARD_BUSY;
    atomic_store(&guest->cut, true);
    (void)shutdown(guest->fd, reads ? SHUT_RD : SHUT_RDWR); /* it may have gone by itself */
}

/* With the lock held.  What a thread has met, that thread leaves. */
static void drop_stale(struct guard *g, struct guest *guest)
{
    if (!guest->is_met) {
        guard_unlink(g, guest);
        free(guest);
    }
}

void guard_look(struct guard *g, int64_t now_ms)
{
    pthread_mutex_lock(&g->lock);
    bool pressed =
        atomic_load(&g->held) >= g->setup.threads && atomic_load(&g->open) > atomic_load(&g->held);
    for (struct guest *guest = g->oldest, *newer; guest != NULL; guest = newer) {
        newer = guest->newer;
        enum verdict v = atomic_load(&guest->cut) ? STAYS : judge(g, guest, pressed, now_ms);
        if (v != STAYS && !is_there(guest)) {
            drop_stale(g, guest);
            continue;
        }
        if (v == TOO_SLOW) {
            guard_strike(guest->of, now_ms);
        }
        if (v != STAYS) {
            cut(guest);
        }
    }
    guard_forget(g, now_ms);
    pthread_mutex_unlock(&g->lock);
}

/* Sleeps while there is nobody. */
static bool wait_for_next_look(struct guard *g)
{
    struct timespec until;

    pthread_mutex_lock(&g->lock);
    while (!g->ends && g->oldest == NULL) {
        pthread_cond_wait(&g->changed, &g->lock);
    }
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += LOOK_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    while (!g->ends && pthread_cond_timedwait(&g->changed, &g->lock, &until) != ETIMEDOUT) {
    }
    bool goes_on = !g->ends;
    pthread_mutex_unlock(&g->lock);
    return goes_on;
}

static void *watch(void *guard)
{
    struct guard *g = guard;
    while (wait_for_next_look(g)) {
        guard_look(g, clock_mono_ms());
    }
    return NULL;
}

int guard_open(const struct guard_setup *setup, struct guard **ret, struct fail *f)
{
    struct guard *g = calloc(1, sizeof *g);
    pthread_condattr_t clock;

    if (g == NULL) {
        return fail_memory(f);
    }
    g->setup = *setup;
    pthread_mutex_init(&g->lock, NULL);
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&g->changed, &clock);
    pthread_condattr_destroy(&clock);
    if (pthread_create(&g->watch, NULL, watch, g) != 0) {
        free(g);
        return fail_set(f, FAIL_LATER, "no thread to watch connections with");
    }
    atomic_store(&the_guard, g);
    *ret = g;
    return 0;
}

void guard_close(struct guard *g)
{
    if (g == NULL) {
        return;
    }
    atomic_store(&the_guard, NULL);
    pthread_mutex_lock(&g->lock);
    g->ends = true;
    pthread_mutex_unlock(&g->lock);
    pthread_cond_signal(&g->changed);
    pthread_join(g->watch, NULL);
    while (g->oldest != NULL) { /* what the server left in its queue */
        guard_leave(g, g->oldest);
    }
    guard_forget(g, INT64_MAX);
    pthread_cond_destroy(&g->changed);
    pthread_mutex_destroy(&g->lock);
    free(g);
}

/* ---- accept() ---- */

/* The server library's accept(): it has no door at which one could be turned away, and calls what the program defines under this
 * name.  A refused connection looks to it like one that left before it was taken. */
int guard_accept(int listener, struct sockaddr *address, socklen_t *size) __asm__("accept");
int guard_accept(int listener, struct sockaddr *address, socklen_t *size)
{
    struct guard *g = atomic_load(&the_guard);
    if (g != NULL && !atomic_exchange(&g->defers, true)) {
        /* From now on the kernel keeps connections that have sent nothing, for SILENT_S. */
        (void)setsockopt(listener, IPPROTO_TCP, TCP_DEFER_ACCEPT, &(int){ SILENT_S }, sizeof(int));
    }
    int fd = accept4(listener, address, size, SOCK_CLOEXEC);

    if (fd >= 0 && g != NULL && address != NULL && address->sa_family == AF_INET) {
        struct sockaddr_in peer;
        memcpy(&peer, address, sizeof peer);
        if (!guard_admit(g, fd, &peer, clock_mono_ms())) {
            (void)close(fd);
            errno = ECONNABORTED;
            return -1;
        }
    }
    return fd;
}
