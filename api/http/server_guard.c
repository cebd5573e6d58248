#include "api/http/server_guard.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "api/http/server_guard_priv.h"
#include "common/base/clock.h"
#include "common/base/log.h"

enum { HEAD_MS = 5000, DRAIN_MS = 1000, DRAIN_QUIET_MS = 100, DRAIN_MAX_BYTES = 1024 * 1024 };

static size_t bucket_of(struct in_addr in, in_port_t port)
{
    return (((ntohl(in.s_addr) * 2654435761U) >> 8) + ntohs(port)) % GUARD_BUCKETS;
}

/* ---- addresses, with the lock held ---- */

static struct address *address_of(struct guard *g, struct in_addr in)
{
    struct address **place = &g->addresses[bucket_of(in, 0)];

    for (struct address *a = *place; a != NULL; a = a->next) {
        if (a->in.s_addr == in.s_addr) {
            return a;
        }
    }
    struct address *a = calloc(1, sizeof *a);
    if (a != NULL) {
        a->in = in;
        a->trusted = proxies_has_peer(g->setup.trusted, in);
        a->next = *place;
        *place = a;
        g->address_count++;
    }
    return a;
}

static bool is_forgotten(const struct address *a, int64_t now_ms)
{
    return a->open == 0 && (a->strikes == 0 || now_ms - a->struck_ms > GUARD_PENANCE_MS);
}

void guard_forget(struct guard *g, int64_t now_ms)
{
    for (size_t i = 0; i < GUARD_BUCKETS && g->address_count > 0; i++) {
        struct address **at = &g->addresses[i];
        while (*at != NULL) {
            struct address *a = *at;
            if (is_forgotten(a, now_ms)) {
                *at = a->next;
                free(a);
                g->address_count--;
            } else {
                at = &a->next;
            }
        }
    }
}

static size_t limit_of(const struct address *a, int64_t now_ms)
{
    if (a->trusted) {
        return GUARD_TOTAL;
    }
    bool slow = a->strikes >= GUARD_STRIKES && now_ms - a->struck_ms <= GUARD_PENANCE_MS;
    return slow ? GUARD_AFTER_SLOW : GUARD_PER_ADDRESS;
}

void guard_strike(struct address *a, int64_t now_ms)
{
    if (now_ms - a->struck_ms > GUARD_PENANCE_MS) {
        a->strikes = 0;
    }
    a->struck_ms = now_ms;
    if (++a->strikes == GUARD_STRIKES) {
        char text[INET_ADDRSTRLEN] = "";
        (void)inet_ntop(AF_INET, &a->in, text, sizeof text);
        log_warn("http.address_slowed", kv_str("address", text), kv_int("connections", a->open));
    }
}

/* ---- connections ---- */

static void link_guest(struct guard *g, struct guest *guest)
{
    struct guest **place = &g->guests[bucket_of(guest->of->in, guest->port)];

    guest->next = *place;
    *place = guest;
    guest->older = g->newest;
    *(g->newest != NULL ? &g->newest->newer : &g->oldest) = guest;
    g->newest = guest;
    guest->of->open++;
    atomic_fetch_add(&g->open, 1);
}

void guard_unlink(struct guard *g, struct guest *guest)
{
    struct guest **at = &g->guests[bucket_of(guest->of->in, guest->port)];

    while (*at != guest) {
        at = &(*at)->next;
    }
    *at = guest->next;
    *(guest->older != NULL ? &guest->older->newer : &g->oldest) = guest->newer;
    *(guest->newer != NULL ? &guest->newer->older : &g->newest) = guest->older;
    guest->of->open--;
    guest->of->held -= guest->has_thread;
    atomic_fetch_sub(&g->held, guest->has_thread);
    atomic_fetch_sub(&g->open, 1);
}

bool guard_admit(struct guard *g, int fd, const struct sockaddr_in *peer, int64_t now_ms)
{
    struct guest *guest = calloc(1, sizeof *guest);

    pthread_mutex_lock(&g->lock);
    struct address *a =
        guest != NULL && atomic_load(&g->open) < GUARD_TOTAL ? address_of(g, peer->sin_addr) : NULL;
    bool admitted = a != NULL && a->open < limit_of(a, now_ms);
    if (admitted) {
        guest->fd = fd;
        guest->port = peer->sin_port;
        guest->of = a;
        guest->since_ms = now_ms;
        link_guest(g, guest);
    }
    pthread_mutex_unlock(&g->lock);
    if (admitted) {
        pthread_cond_signal(&g->changed);
    } else {
        free(guest);
    }
    return admitted;
}

/* With the lock held. */
static void give_thread(struct guard *g, struct guest *guest)
{
    guest->has_thread = true;
    guest->of->held++;
    atomic_fetch_add(&g->held, 1);
    guard_say(guest, GUARD_HEAD, clock_mono_ms() + HEAD_MS);
}

void guard_next(struct guard *g)
{
    pthread_mutex_lock(&g->lock);
    struct guest *guest = g->oldest;
    while (guest != NULL && guest->has_thread) {
        guest = guest->newer;
    }
    if (guest != NULL) {
        give_thread(g, guest);
    }
    pthread_mutex_unlock(&g->lock);
}

struct guest *guard_meet(struct guard *g, const char *address, int port)
{
    struct in_addr in;
    in_port_t wanted = htons((uint16_t)port);

    if (inet_pton(AF_INET, address, &in) != 1) {
        return NULL;
    }
    pthread_mutex_lock(&g->lock);
    struct guest *guest = g->guests[bucket_of(in, wanted)];
    while (guest != NULL && (guest->port != wanted || guest->of->in.s_addr != in.s_addr)) {
        guest = guest->next;
    }
    if (guest != NULL && !guest->has_thread) {
        give_thread(g, guest);
    }
    if (guest != NULL) {
        guest->is_met = true;
    }
    pthread_mutex_unlock(&g->lock);
    return guest;
}

void guard_say(struct guest *guest, enum guard_phase phase, int64_t until_ms)
{
    if (guest != NULL) {
        atomic_store(&guest->since_ms, clock_mono_ms());
        atomic_store(&guest->until_ms, until_ms);
        atomic_store(&guest->phase, phase);
    }
}

bool guard_was_cut(const struct guest *guest)
{
    return guest != NULL && atomic_load(&guest->cut);
}

bool guard_has_left(const struct guest *guest)
{
    char byte;
    ssize_t got = guest != NULL ? recv(guest->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) : 1;
    return got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
}

void guard_drain(const struct guest *guest, int64_t most_bytes)
{
    char bytes[4096];
    int64_t until_ms = clock_mono_ms() + DRAIN_MS;
    int64_t left = most_bytes < DRAIN_MAX_BYTES ? most_bytes : DRAIN_MAX_BYTES;

    while (guest != NULL && left > 0 && clock_mono_ms() < until_ms) {
        struct pollfd at = { .fd = guest->fd, .events = POLLIN };
        if (poll(&at, 1, DRAIN_QUIET_MS) <= 0) {
            return;
        }
        ssize_t got = recv(guest->fd, bytes, sizeof bytes, MSG_DONTWAIT);
        if (got <= 0) {
            return;
        }
        left -= got;
    }
}

void guard_leave(struct guard *g, struct guest *guest)
{
    if (guest == NULL) {
        return;
    }
    pthread_mutex_lock(&g->lock);
    guard_unlink(g, guest);
    pthread_mutex_unlock(&g->lock);
    free(guest);
}

bool guard_is_pressed(const struct guard *g)
{
    size_t held = atomic_load(&g->held);
    return atomic_load(&g->open) > held && held > g->setup.threads / 2;
}

size_t guard_count(const struct guard *g)
{
    return atomic_load(&g->open);
}

void guard_end_idle(struct guard *g)
{
    atomic_store(&g->ends_idle, true);
    guard_look(g, clock_mono_ms());
}
