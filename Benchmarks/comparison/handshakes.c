/* Clients that ask one question over TLS and go: a connection for each query (RFC 7858).
 *
 *     handshakes PORT CLIENTS SECONDS RESUMED QUERY
 *
 * So many clients at once. With RESUMED 1 each comes back with the last ticket that it was given (RFC 8446, section 2.2); with 0 it
 * comes as a stranger. QUERY is a DNS message in hexadecimal. Prints one line: connections that had their answer, those of them that were
 * resumed, those that failed, seconds, and the median, 99th percentile and 99.9th of a connection's time in microseconds.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MOST_CLIENTS = 256, MOST_TIMES = 1 << 18, LONGEST = 65537, PATIENCE_S = 5 };

struct client {
    pthread_t thread;
    SSL_SESSION *ticket;
    long answered, resumed, failed;
    float *microseconds; /* of each connection that had its answer */
    unsigned char answer[LONGEST];
};

static int port, is_resumed;
static double end;
static unsigned char query[2 + 512];
static int query_length;
static SSL_CTX *context;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void read_query(const char *text)
{
    int count = (int)strlen(text) / 2;
    if (count > 512) exit(2);
    query[0] = (unsigned char)(count >> 8);
    query[1] = (unsigned char)count;
    for (int index = 0; index < count; index++)
        if (sscanf(text + 2 * index, "%2hhx", &query[2 + index]) != 1) exit(2);
    query_length = 2 + count;
}

/* Of the tickets that a server sends the last is kept. */
static int keep_ticket(SSL *tls, SSL_SESSION *ticket)
{
    struct client *client = SSL_get_app_data(tls);
    SSL_SESSION_free(client->ticket);
    client->ticket = ticket;
    return 1;
}

static int open_connection(void)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
    struct timeval patience = {.tv_sec = PATIENCE_S};
    struct sockaddr_in server = {.sin_family = AF_INET};
    server.sin_port = htons((unsigned short)port);
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0) return -1;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    /* The question goes right behind the handshake's end, and does not wait until that is acknowledged. */
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (connect(fd, (struct sockaddr *)&server, sizeof server) == 0) return fd;
    close(fd);
    return -1;
}

static int ask(SSL *tls, unsigned char *answer)
{
    if (SSL_connect(tls) != 1 || SSL_write(tls, query, query_length) != query_length) return 0;
    for (int received = 0;;) {
        int wanted = received < 2 ? 2 : 2 + (answer[0] << 8 | answer[1]);
        if (received == wanted && received > 2) return 1;
        int count = SSL_read(tls, answer + received, wanted - received);
        if (count <= 0) return 0;
        received += count;
    }
}

static void come_and_go(struct client *client)
{
    double begun = now();
    int fd = open_connection();
    SSL *tls = fd < 0 ? NULL : SSL_new(context);
    int is_answered = 0;
    if (tls) {
        SSL_set_fd(tls, fd);
        SSL_set_app_data(tls, client);
        if (is_resumed && client->ticket) SSL_set_session(tls, client->ticket);
        is_answered = ask(tls, client->answer);
        client->resumed += is_answered && SSL_session_reused(tls);
        SSL_shutdown(tls);
        SSL_free(tls);
    }
    if (fd >= 0) close(fd);
    if (!is_answered) client->failed++;
    else if (client->answered < MOST_TIMES) client->microseconds[client->answered++] = (float)((now() - begun) * 1e6);
}

static void *run(void *argument)
{
    struct client *client = argument;
    while (now() < end) come_and_go(client);
    return NULL;
}

static int by_time(const void *left, const void *right)
{
    float first = *(const float *)left, second = *(const float *)right;
    return (first > second) - (first < second);
}

int main(int count_of_arguments, char **argument)
{
    if (count_of_arguments != 6) return 2;
    int clients = atoi(argument[2]);
    double seconds = atof(argument[3]), begun = now();
    if (clients < 1 || clients > MOST_CLIENTS) return 2;
    port = atoi(argument[1]);
    is_resumed = atoi(argument[4]);
    read_query(argument[5]);
    end = begun + seconds;
    context = SSL_CTX_new(TLS_client_method());
    static const unsigned char protocol[] = "\3dot";
    SSL_CTX_set_alpn_protos(context, protocol, sizeof protocol - 1);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, keep_ticket);
    struct client *all = calloc((size_t)clients, sizeof *all);
    for (int index = 0; index < clients; index++) {
        all[index].microseconds = malloc(MOST_TIMES * sizeof(float));
        if (!all[index].microseconds || pthread_create(&all[index].thread, NULL, run, &all[index]) != 0) return 1;
    }
    long answered = 0, resumed = 0, failed = 0;
    for (int index = 0; index < clients; index++) pthread_join(all[index].thread, NULL);
    double took = now() - begun;
    for (int index = 0; index < clients; index++) {
        answered += all[index].answered;
        resumed += all[index].resumed;
        failed += all[index].failed;
    }
    float *times = malloc((size_t)(answered + 1) * sizeof *times);
    for (long index = 0, at = 0; index < clients; at += all[index++].answered)
        memcpy(times + at, all[index].microseconds, (size_t)all[index].answered * sizeof *times);
    qsort(times, (size_t)answered, sizeof *times, by_time);
    times[answered] = 0;
    printf("%ld %ld %ld %.3f %.0f %.0f %.0f\n", answered, resumed, failed, took, times[answered / 2], times[answered * 99 / 100],
           times[answered * 999 / 1000]);
    return 0;
}
