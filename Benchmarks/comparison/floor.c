/* What the kernel costs anyone who answers over UDP: sends each datagram back, as many at once as have come.
 *
 *     floor PORT THREADS
 *
 * Each thread has a socket of its own on the same port of 127.0.0.1. Of a message only the flags change: QR and RA are set,
 * so that a client takes it for an answer (RFC 1035, section 4.1.1).
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { BATCH = 64, LONGEST = 1232, HEADER = 12, MOST_THREADS = 64 };

struct place {
    struct sockaddr_in client;
    struct iovec octets;
    unsigned char message[LONGEST];
};

static int port;

static int open_socket(void)
{
    int fd = socket(AF_INET, SOCK_DGRAM, 0), yes = 1;
    struct sockaddr_in own = {.sin_family = AF_INET};
    own.sin_port = htons((unsigned short)port);
    own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes) < 0 || bind(fd, (struct sockaddr *)&own, sizeof own) < 0)
        exit(1);
    return fd;
}

/* What is too short for a header goes back as it is. */
static void answer(struct place *place, unsigned length)
{
    place->octets.iov_len = length;
    if (length < HEADER) return;
    place->message[2] |= 0x80;
    place->message[3] |= 0x80;
}

static void *echo(void *unused)
{
    (void)unused;
    int fd = open_socket();
    struct place *places = calloc(BATCH, sizeof *places);
    struct mmsghdr messages[BATCH];
    if (!places) exit(1);
    for (;;) {
        for (int index = 0; index < BATCH; index++) {
            struct place *place = &places[index];
            place->octets = (struct iovec){place->message, LONGEST};
            messages[index].msg_hdr = (struct msghdr){
                .msg_name = &place->client, .msg_namelen = sizeof place->client, .msg_iov = &place->octets, .msg_iovlen = 1};
        }
        int received = recvmmsg(fd, messages, BATCH, MSG_WAITFORONE, NULL);
        for (int index = 0; index < received; index++) answer(&places[index], messages[index].msg_len);
        for (int sent = 0; sent < received;) {
            int count = sendmmsg(fd, messages + sent, (unsigned)(received - sent), 0);
            sent += count > 0 ? count : 1; /* one that cannot be sent is left out */
        }
    }
    return NULL;
}

int main(int count_of_arguments, char **argument)
{
    if (count_of_arguments != 3) return 2;
    port = atoi(argument[1]);
    int threads = atoi(argument[2]);
    if (threads < 1 || threads > MOST_THREADS) return 2;
    pthread_t thread;
    for (int index = 1; index < threads; index++)
        if (pthread_create(&thread, NULL, echo, NULL) != 0) return 1;
    echo(NULL);
    return 0;
}
