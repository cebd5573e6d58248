#include "tests/support/fault/fault.h"

#include <assert.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SHORT_CALLS = 4 };

static _Thread_local struct {
    bool armed, fired, spared;
    enum fault_kind kind;
    long left; /* calls until the failing one */
    int again; /* how many more calls the fault lasts */
} fault;

static const char *const names[FAULT_KINDS] = {
    [FAULT_ALLOC] = "no memory", [FAULT_EINTR] = "signal",    [FAULT_SHORT] = "short transfer",
    [FAULT_RESET] = "reset",     [FAULT_TIMEOUT] = "timeout", [FAULT_EOF] = "end",
};

const char *fault_name(enum fault_kind kind)
{
    return names[kind];
}

bool fault_disarm(void)
{
    fault.armed = false;
    return fault.fired;
}

bool fault_was_spared(void)
{
    return fault.spared;
}

/* Is this the call that fails? */
static bool due(void)
{
    if (!fault.armed) {
        return false;
    }
    if (fault.fired) {
        return fault.again-- > 0;
    }
    if (fault.left-- > 0) {
        return false;
    }
    fault.fired = true;
    fault.again = fault.kind == FAULT_SHORT ? SHORT_CALLS - 1 : 0;
    return true;
}

/* hiredis before 1.0 ends the process when one of these finds no memory; nothing of ours could help that. */
static bool aborts_without_memory(const void *caller)
{
    Dl_info info;

    return dladdr(caller, &info) != 0 && info.dli_sname != NULL &&
           strncmp(info.dli_sname, "hi_", 3) == 0;
}

static bool no_memory(const void *caller)
{
    if (!fault.armed || fault.kind != FAULT_ALLOC || !due()) {
        return false;
    }
    fault.spared = aborts_without_memory(caller);
    if (!fault.spared) {
        errno = ENOMEM;
    }
    return !fault.spared;
}

/* The allocators below ours: the sanitizer's, or the C library's. */
#ifdef FAULT_SANITIZER
#define BELOW(name) __interceptor_##name
#else
#define BELOW(name) __libc_##name
#endif
void *BELOW(malloc)(size_t size);
void *BELOW(calloc)(size_t count, size_t size);
void *BELOW(realloc)(void *old, size_t size);

void *malloc(size_t size)
{
    return no_memory(__builtin_return_address(0)) ? NULL : BELOW(malloc)(size);
}

void *calloc(size_t count, size_t size)
{
    return no_memory(__builtin_return_address(0)) ? NULL : BELOW(calloc)(count, size);
}

void *realloc(void *old, size_t size)
{
    return no_memory(__builtin_return_address(0)) ? NULL : BELOW(realloc)(old, size);
}

char *strdup(const char *text)
{
    size_t bytes = strlen(text) + 1;
    char *copy = no_memory(__builtin_return_address(0)) ? NULL : BELOW(malloc)(bytes);

    return copy == NULL ? NULL : memcpy(copy, text, bytes);
}

/* What stands behind ours.  ISO C has no cast from dlsym's result to a function; POSIX lets its bytes be copied. */
static struct below {
    ssize_t (*read)(int, void *, size_t);
    ssize_t (*write)(int, const void *, size_t);
    ssize_t (*recv)(int, void *, size_t, int);
    ssize_t (*send)(int, const void *, size_t, int);
    int (*connect)(int, __CONST_SOCKADDR_ARG, socklen_t); /* glibc: a transparent union */
    int (*poll)(struct pollfd *, nfds_t, int);
    int (*socket)(int, int, int);
    int (*getaddrinfo)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
} below;

static void find(void *ret, const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);

    assert(found != NULL);
    memcpy(ret, &found, sizeof found);
}

/* Before main() there is one thread. */
__attribute__((constructor)) static void find_all(void)
{
    if (below.read == NULL) {
        find(&below.write, "write");
        find(&below.recv, "recv");
        find(&below.send, "send");
        find(&below.connect, "connect");
        find(&below.poll, "poll");
        find(&below.socket, "socket");
        find(&below.getaddrinfo, "getaddrinfo");
        find(&below.read, "read");
    }
}

void fault_arm(enum fault_kind kind, long at)
{
    fault.kind = kind;
    fault.left = at;
    fault.fired = fault.spared = false;
    fault.again = 0;
    fault.armed = true;
}

/* An I/O call of which the kinds in `kinds` (bits) are possible. */
static bool strikes(unsigned kinds)
{
    return fault.armed && fault.kind != FAULT_ALLOC && (kinds & 1U << fault.kind) != 0 && due();
}

enum {
    TRANSFERS = 1 << FAULT_EINTR | 1 << FAULT_SHORT | 1 << FAULT_RESET | 1 << FAULT_TIMEOUT |
                1 << FAULT_EOF,
    OTHERS = 1 << FAULT_EINTR | 1 << FAULT_RESET | 1 << FAULT_TIMEOUT
};

static ssize_t failed(int error)
{
    errno = error;
    return -1;
}

/* The outcome of a transfer that is struck; a short one has been made already. */
static ssize_t broken_transfer(bool writing)
{
    switch (fault.kind) {
    case FAULT_EINTR:
        return failed(EINTR);
    case FAULT_TIMEOUT:
        return failed(EAGAIN);
    case FAULT_EOF:
        return writing ? failed(EPIPE) : 0;
    default:
        return failed(ECONNRESET);
    }
}

static size_t shortened(size_t size)
{
    return size > 1 ? 1 : size;
}

ssize_t read(int fd, void *buffer, size_t size)
{
    find_all();
    if (!strikes(TRANSFERS)) {
        return below.read(fd, buffer, size);
    }
    return fault.kind == FAULT_SHORT ? below.read(fd, buffer, shortened(size))
                                     : broken_transfer(false);
}

ssize_t recv(int fd, void *buffer, size_t size, int flags)
{
    find_all();
    if (!strikes(TRANSFERS)) {
        return below.recv(fd, buffer, size, flags);
    }
    return fault.kind == FAULT_SHORT ? below.recv(fd, buffer, shortened(size), flags)
                                     : broken_transfer(false);
}

ssize_t write(int fd, const void *bytes, size_t size)
{
    find_all();
    if (!strikes(TRANSFERS)) {
        return below.write(fd, bytes, size);
    }
    return fault.kind == FAULT_SHORT ? below.write(fd, bytes, shortened(size))
                                     : broken_transfer(true);
}

ssize_t send(int fd, const void *bytes, size_t size, int flags)
{
    find_all();
    if (!strikes(TRANSFERS)) {
        return below.send(fd, bytes, size, flags);
    }
    return fault.kind == FAULT_SHORT ? below.send(fd, bytes, shortened(size), flags)
                                     : broken_transfer(true);
}

int connect(int fd, __CONST_SOCKADDR_ARG address, socklen_t size)
{
    find_all();
    if (!strikes(OTHERS)) {
        return below.connect(fd, address, size);
    }
    return (int)failed(fault.kind == FAULT_EINTR   ? EINTR
                       : fault.kind == FAULT_RESET ? ECONNREFUSED
                                                   : ETIMEDOUT);
}

int poll(struct pollfd *fds, nfds_t count, int timeout_ms)
{
    find_all();
    if (!strikes(OTHERS)) {
        return below.poll(fds, count, timeout_ms);
    }
    return fault.kind == FAULT_TIMEOUT ? 0
                                       : (int)failed(fault.kind == FAULT_EINTR ? EINTR : ENOMEM);
}

int socket(int domain, int type, int protocol)
{
    find_all();
    return strikes(1 << FAULT_RESET) ? (int)failed(EMFILE) : below.socket(domain, type, protocol);
}

int getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                struct addrinfo **ret)
{
    find_all();
    return strikes(1 << FAULT_RESET | 1 << FAULT_TIMEOUT)
               ? EAI_AGAIN
               : below.getaddrinfo(host, service, hints, ret);
}
