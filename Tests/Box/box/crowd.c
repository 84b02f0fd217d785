/* Many clients at once: makes connections over TLS, asks one query on each, and keeps them until its input ends.
 *
 *     crowd PORT NETWORK COUNT PER-ADDRESS QUERY
 *
 * They come from 127.NETWORK.0.0/16, PER-ADDRESS from each address, and go to 127.0.0.1. QUERY is a DNS message in hexadecimal.
 * "connected N failed M" is printed when the last has its answer. What libssl needs for a connection is given back then; the
 * server cannot know.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { AT_ONCE = 64, LONGEST = 4096, PATIENCE_MS = 20000 };

struct client {
    int fd;
    SSL *tls;
    int has_asked;
    int received;
    unsigned char answer[LONGEST];
};

static unsigned char query[2 + LONGEST];
static int query_length;

static void read_query(const char *text)
{
    int count = (int)strlen(text) / 2;
    if (count > LONGEST) exit(2);
    query[0] = (unsigned char)(count >> 8);
    query[1] = (unsigned char)count;
    for (int index = 0; index < count; index++) {
        unsigned octet;
        if (sscanf(text + 2 * index, "%2x", &octet) != 1) exit(2);
        query[2 + index] = (unsigned char)octet;
    }
    query_length = 2 + count;
}

/* A connection that has begun; -1 when it cannot. */
static int begin(int port, int network, int index, int per_address)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (fd < 0) return -1;
    int place = index / per_address, yes = 1;
    /* Closed by a reset, or as many ports would stay taken. */
    struct linger reset = {1, 0};
    struct sockaddr_in from = {.sin_family = AF_INET}, to = {.sin_family = AF_INET};
    from.sin_addr.s_addr = htonl(127u << 24 | (unsigned)network << 16 | (unsigned)(place / 200) << 8 | (unsigned)(place % 200 + 1));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to.sin_port = htons((unsigned short)port);
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
    if (bind(fd, (struct sockaddr *)&from, sizeof from) < 0
        || (connect(fd, (struct sockaddr *)&to, sizeof to) < 0 && errno != EINPROGRESS)) {
        close(fd);
        return -1;
    }
    return fd;
}

/* Goes on as far as the socket allows: 1 done, 0 not yet, -1 failed. */
static int go_on(struct client *client)
{
    ERR_clear_error();
    if (!client->has_asked) {
        int result = SSL_do_handshake(client->tls);
        if (result != 1) goto not_now;
        result = SSL_write(client->tls, query, query_length);
        if (result != query_length) return -1;
        client->has_asked = 1;
    }
    for (;;) {
        int wanted = client->received < 2 ? 2 : 2 + (client->answer[0] << 8 | client->answer[1]);
        if (wanted > LONGEST) return -1;
        if (client->received == wanted && wanted > 2) return 1;
        int result = SSL_read(client->tls, client->answer + client->received, wanted - client->received);
        if (result <= 0) goto not_now;
        client->received += result;
    }
not_now:;
    int reason = SSL_get_error(client->tls, 0);
    return reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE ? 0 : -1;
}

int main(int count_of_arguments, char **argument)
{
    if (count_of_arguments != 6) return 2;
    int port = atoi(argument[1]), network = atoi(argument[2]), count = atoi(argument[3]), per_address = atoi(argument[4]);
    read_query(argument[5]);
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    static const unsigned char protocol[] = "\3dot";
    SSL_CTX_set_alpn_protos(context, protocol, sizeof protocol - 1);
    int epoll = epoll_create1(0), begun = 0, busy = 0, connected = 0, failed = 0;
    while (begun < count || busy > 0) {
        while (begun < count && busy < AT_ONCE) {
            int fd = begin(port, network, begun++, per_address);
            struct client *client = calloc(1, sizeof *client);
            if (fd < 0 || !client || !(client->tls = SSL_new(context))) {
                failed++;
                continue;
            }
            client->fd = fd;
            SSL_set_fd(client->tls, fd);
            SSL_set_connect_state(client->tls);
            struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = client};
            epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
            busy++;
        }
        struct epoll_event events[AT_ONCE];
        int ready = epoll_wait(epoll, events, AT_ONCE, PATIENCE_MS);
        if (ready <= 0) break;
        for (int index = 0; index < ready; index++) {
            struct client *client = events[index].data.ptr;
            int pending = 0;
            socklen_t size = sizeof pending;
            getsockopt(client->fd, SOL_SOCKET, SO_ERROR, &pending, &size);
            int result = pending ? -1 : go_on(client);
            if (result == 0) continue;
            epoll_ctl(epoll, EPOLL_CTL_DEL, client->fd, NULL);
            SSL_set_quiet_shutdown(client->tls, 1);
            SSL_free(client->tls);
            if (result > 0) connected++; else { failed++; close(client->fd); }
            free(client);
            busy--;
        }
    }
    printf("connected %d failed %d\n", connected, failed + busy);
    fflush(stdout);
    while (getchar() != EOF) {}
    return 0;
}
