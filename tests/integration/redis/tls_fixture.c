#include "tests/integration/redis/tls_fixture.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/attr.h"
#include "common/base/clock.h"
#include "common/base/fail.h"

enum { START_MS = 20000, POLL_MS = 10, PATH_BYTES = 128 };

static const char config[] = "[req]\n"
                             "distinguished_name = dn\n"
                             "[dn]\n"
                             "[ca]\n"
                             "basicConstraints = critical, CA:TRUE\n"
                             "subjectKeyIdentifier = hash\n"
                             "[localhost]\n"
                             "subjectAltName = DNS:localhost, IP:127.0.0.1\n"
                             "[other]\n"
                             "subjectAltName = DNS:other.example\n"
                             "[name_only]\n"
                             "subjectAltName = DNS:localhost\n";

static const struct {
    const char *certificate; /* NULL = plain */
    const char *auth_clients;
} servers[TLS_SERVERS] = {
    [TLS_LOCALHOST] = { "localhost", "no" },
    [TLS_OTHER] = { "other", "no" },
    [TLS_NAME_ONLY] = { "name_only", "no" },
    [TLS_MUTUAL] = { "localhost", "yes" },
    [TLS_PLAIN] = { NULL, "no" },
};

void tls_path(const struct tls_fixture *x, const char *name, char *ret, size_t ret_bytes)
{
    (void)snprintf(ret, ret_bytes, "%s/%s", x->folder, name);
}

/* Start a program in the folder, its words into the file "log"; it dies with us. */
static pid_t start(const struct tls_fixture *x, const char *const *words)
{
    pid_t pid = fork();

    if (pid == 0) {
        int log = chdir(x->folder) == 0 ? open("log", O_WRONLY | O_CREAT | O_APPEND, 0600) : -1;

        if (log >= 0 && dup2(log, 1) >= 0 && dup2(log, 2) >= 0 &&
            prctl(PR_SET_PDEATHSIG, SIGKILL) == 0) {
            execvp(words[0], (char *const *)(uintptr_t)words);
        }
        _exit(127);
    }
    return pid;
}

static int run(const struct tls_fixture *x, const char *const *words)
{
    pid_t pid = start(x, words);
    int status = -1;

    return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0 ? 0 : -1;
}

/* NAME.pem and NAME.key with the extensions of the section NAME; the CA signs all but itself. */
static int certify(const struct tls_fixture *x, const char *name)
{
    char pem[PATH_BYTES], key[PATH_BYTES];
    bool ca = strcmp(name, "ca") == 0;

    (void)snprintf(pem, sizeof pem, "%s.pem", name);
    (void)snprintf(key, sizeof key, "%s.key", name);
    return run(x, (const char *[]){ "openssl",
                                    "req",
                                    "-x509",
                                    "-config",
                                    "config",
                                    "-extensions",
                                    name,
                                    "-subj",
                                    ca ? "/CN=test authority" : "/CN=test server",
                                    "-newkey",
                                    "ec",
                                    "-pkeyopt",
                                    "ec_paramgen_curve:prime256v1",
                                    "-nodes",
                                    "-days",
                                    "2",
                                    "-keyout",
                                    key,
                                    "-out",
                                    pem,
                                    ca ? NULL : "-CA",
                                    "ca.pem",
                                    "-CAkey",
                                    "ca.key",
                                    NULL });
}

static struct sockaddr_in loopback(int port)
{
    return (struct sockaddr_in){ .sin_family = AF_INET,
                                 .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                 .sin_port = htons((uint16_t)port) };
}

static int free_port(void)
{
    struct sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    int port = -1;

    if (bind(fd, (struct sockaddr *)&address, size) == 0 &&
        getsockname(fd, (struct sockaddr *)&address, &size) == 0) {
        port = ntohs(address.sin_port);
    }
    close(fd);
    return port;
}

static int wait_for_port(int port)
{
    struct sockaddr_in address = loopback(port);

    for (int64_t end = clock_mono_ms() + START_MS; clock_mono_ms() < end; clock_sleep_ms(POLL_MS)) {
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        int refused = connect(fd, (struct sockaddr *)&address, sizeof address);

        close(fd);
        if (refused == 0) {
            return 0;
        }
    }
    return -1;
}

static int start_server(struct tls_fixture *x, enum tls_server which)
{
    const char *name = servers[which].certificate;
    int port = free_port();
    char number[16], pem[PATH_BYTES], key[PATH_BYTES];

    (void)snprintf(number, sizeof number, "%d", port);
    (void)snprintf(pem, sizeof pem, "%s.pem", name == NULL ? "" : name);
    (void)snprintf(key, sizeof key, "%s.key", name == NULL ? "" : name);
    x->servers[which].port = port;
    x->servers[which].pid =
        start(x, (const char *[]){ "redis-server", "--bind", "127.0.0.1", "--save", "", "--port",
                                   name == NULL ? number : "0", name == NULL ? NULL : "--tls-port",
                                   number, "--tls-cert-file", pem, "--tls-key-file", key,
                                   "--tls-ca-cert-file", "ca.pem", "--tls-auth-clients",
                                   servers[which].auth_clients, NULL });
    return x->servers[which].pid > 0 ? wait_for_port(port) : -1;
}

static int write_config(const struct tls_fixture *x)
{
    char path[PATH_BYTES];
    FILE *file;

    tls_path(x, "config", path, sizeof path);
    file = fopen(path, "w");
    if (file == NULL) {
        return -1;
    }
    return (fputs(config, file) < 0) | (fclose(file) != 0) ? -1 : 0;
}

static int prepare(struct tls_fixture *x)
{
    static const char *const names[] = { "ca", "localhost", "other", "name_only" };

    signal(SIGPIPE, SIG_IGN); /* as every program does */
    TRY(mkdtemp(x->folder) == NULL ? -1 : write_config(x));
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        TRY(certify(x, names[i]));
    }
    for (int i = 0; i < TLS_SERVERS; i++) {
        TRY(start_server(x, (enum tls_server)i));
    }
    return 0;
}

int tls_setup(void **state)
{
    struct tls_fixture *x = calloc(1, sizeof *x);

    if (x == NULL) {
        return -1;
    }
    (void)snprintf(x->folder, sizeof x->folder, "/tmp/dropship-tls-XXXXXX");
    *state = x;
    if (prepare(x) < 0) {
        (void)fprintf(stderr, "cannot make certificates or start Redis; see %s/log\n", x->folder);
        return -1;
    }
    return 0;
}

int tls_teardown(void **state)
{
    struct tls_fixture *x = *state;
    int removed;

    for (size_t i = 0; i < TLS_SERVERS; i++) {
        if (x->servers[i].pid > 0) {
            kill(x->servers[i].pid, SIGTERM);
            waitpid(x->servers[i].pid, NULL, 0);
        }
    }
    removed = run(x, (const char *[]){ "rm", "-r", x->folder, NULL });
    free(x);
    return removed;
}
