/* Sends updates by RFC 2136, signed with HMAC-SHA-256 (RFC 8945), over UDP, and measures how long each takes to be acknowledged.
 *
 *     sender PORT KEY SECRET ZONE NAMES SECONDS IN-FLIGHT RATE
 *
 * SECRET is in hexadecimal. Each update gives one of hostN.ZONE, N below NAMES, a new address in the place of its old one. IN-FLIGHT of them
 * wait for their answer at a time; with a RATE that is not 0 they begin so many a second. Prints one line:
 * sent, acknowledged, refused, lost, seconds, median, 90th and 99th percentile and maximum in microseconds.
 */
#include "signing.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SOCKETS = 16, MOST_IN_FLIGHT = 1024, PATIENCE_S = 5, MOST_TIMES = 1 << 23 };

struct flight {
    double begun;   /* 0 when nobody waits */
    uint16_t id;
};

static struct flight flights[MOST_IN_FLIGHT];
static int sockets[SOCKETS];
static uint32_t *times;
static long measured;

static void begin(int slot, long number, long names)
{
    unsigned char message[LONGEST];
    char label[32];
    struct flight *flight = &flights[slot];
    flight->id = (uint16_t)(slot | (number & 63) << 10);
    unsigned char *at = begin_update(message, flight->id, 2);
    /* Numbers are spread: neighbours in time are no neighbours in the zone. */
    snprintf(label, sizeof label, "host%ld", number * 7919 % names);
    at = put_fixed(put_owner(at, label), 1, 255, 0, 0);
    at = put_fixed(put_owner(at, label), 1, 1, 300, 4);
    *at++ = 10;
    *at++ = (unsigned char)(number >> 16);
    at = put16(at, (unsigned)number & 0xFFFF);
    int length = sign(message, (int)(at - message));
    flight->begun = now();
    while (send(sockets[slot % SOCKETS], message, (size_t)length, 0) < 0 && (errno == EAGAIN || errno == ENOBUFS)) usleep(100);
}

static int compare(const void *one, const void *other)
{
    uint32_t left = *(const uint32_t *)one, right = *(const uint32_t *)other;
    return left < right ? -1 : left > right;
}

static uint32_t percentile(double share) { return measured ? times[(long)(share * (double)(measured - 1))] : 0; }

int main(int count, char **argument)
{
    if (count != 9) return 2;
    read_key(argument[2], argument[3], argument[4]);
    long names = atol(argument[5]);
    double seconds = atof(argument[6]), rate = atof(argument[8]);
    int in_flight = atoi(argument[7]);
    if (in_flight > MOST_IN_FLIGHT || in_flight < 1 || names < 1) return 2;
    times = malloc(sizeof *times * MOST_TIMES);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argument[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct pollfd watched[SOCKETS];
    for (int index = 0; index < SOCKETS; index++) {
        int room = 1 << 20;
        sockets[index] = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
        setsockopt(sockets[index], SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
        if (connect(sockets[index], (struct sockaddr *)&to, sizeof to) < 0) return 1;
        watched[index] = (struct pollfd){sockets[index], POLLIN, 0};
    }
    long sent = 0, acknowledged = 0, refused = 0, lost = 0;
    int waiting = 0;
    double begun = now(), end = begun + seconds, last = begun;
    for (;;) {
        double time = now();
        for (int slot = 0; slot < in_flight; slot++) {
            struct flight *flight = &flights[slot];
            if (flight->begun != 0 && time - flight->begun > PATIENCE_S) {
                flight->begun = 0;
                lost++;
                waiting--;
            }
            if (flight->begun == 0 && time < end && (rate == 0 || (double)sent < (time - begun) * rate)) {
                begin(slot, sent++, names);
                waiting++;
            }
        }
        if (time >= end && waiting == 0) break;
        poll(watched, SOCKETS, rate != 0 ? 1 : 100);
        for (int index = 0; index < SOCKETS; index++) {
            unsigned char reply[LONGEST];
            ssize_t length;
            while ((length = recv(sockets[index], reply, sizeof reply, 0)) >= 12) {
                int slot = (reply[0] << 8 | reply[1]) & (MOST_IN_FLIGHT - 1);
                struct flight *flight = &flights[slot];
                if (flight->begun == 0 || flight->id != (reply[0] << 8 | reply[1])) continue;
                last = now();
                if ((reply[3] & 15) == 0) acknowledged++; else refused++;
                if (measured < MOST_TIMES) times[measured++] = (uint32_t)((last - flight->begun) * 1e6);
                flight->begun = 0;
                waiting--;
            }
        }
    }
    qsort(times, (size_t)measured, sizeof *times, compare);
    printf("%ld %ld %ld %ld %.3f %u %u %u %u\n", sent, acknowledged, refused, lost, last - begun, percentile(0.5), percentile(0.9), percentile(0.99),
           percentile(1));
    return 0;
}
