/* Is what was acknowledged seen by whoever asks next, whichever way they come? Writers that update and readers that ask, in one program with one clock.
 *
 *     freshness PORT TLS-PORT KEY SECRET ZONE WRITERS CHECKS ALIASES
 *
 * Writer W gives fW.ZONE two addresses and gW.ZONE one, all with its counter in them, in one update; each fourth update takes both names away.
 * When an update is acknowledged, the names are asked for at once over UDP from several ports, over TCP and over TLS; more questions are always
 * in flight. Each question remembers the counter that was acknowledged when it was sent; its answer must not be older, nor newer than what
 * was sent since, nor be of two updates at once. With ALIASES, not "-", fW.ALIASES are asked for, too: aliases of fW.ZONE elsewhere.
 * Prints one line: checks, stale, torn, wrong, lost, updates, refused, reconnections, seconds. The first failures are told on stderr.
 */
#include "signing.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { UDP_SOCKETS = 32, TCP_CONNECTIONS = 8, TLS_CONNECTIONS = 4, WAYS = UDP_SOCKETS + TCP_CONNECTIONS + TLS_CONNECTIONS };
enum { SLOTS = 256, IN_FLIGHT = 128, MOST_WRITERS = 64, BURST = 12, PATIENCE_S = 3, FRAME = 65536, SHOWN = 10 };
enum kind { PAIR, SINGLE, ALIAS, WRITE };

struct way {
    int fd;
    SSL *tls;
    unsigned char frame[2 + FRAME];
    int filled;
};

struct slot {
    int used;
    enum kind kind;
    int writer, way;
    uint16_t id;
    uint32_t floor;   /* what was acknowledged when this was sent; of a writer's update, its counter */
    int in_burst;
    double begun;
};

struct writer {
    uint32_t sent, acknowledged;
    int busy, burst;
};

static struct way ways[WAYS];
static struct slot slots[SLOTS];
static struct writer writers[MOST_WRITERS];
static struct sockaddr_in plain, encrypted;
static SSL_CTX *context;
static int writer_count, in_flight, shown;
static char aliases[256];
static long checks, stale, torn, wrong, lost, updates, refused, reconnections;
static uint16_t generation;
static uint64_t seed = 88172645463325252u;

static unsigned chance(unsigned limit)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (unsigned)(seed >> 33) % limit;
}

static int is_gone(uint32_t counter) { return counter % 4 == 3 || counter == 0; }

/* --- Ways --- */

static void open_way(int index)
{
    struct way *way = &ways[index];
    int udp = index < UDP_SOCKETS, yes = 1;
    way->filled = 0;
    way->fd = socket(AF_INET, udp ? SOCK_DGRAM : SOCK_STREAM, 0);
    struct sockaddr_in *to = index < UDP_SOCKETS + TCP_CONNECTIONS ? &plain : &encrypted;
    if (connect(way->fd, (struct sockaddr *)to, sizeof *to) < 0) {
        perror("connect");
        exit(1);
    }
    if (!udp) setsockopt(way->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (to == &encrypted) {
        way->tls = SSL_new(context);
        SSL_set_fd(way->tls, way->fd);
        if (SSL_connect(way->tls) != 1) {
            ERR_print_errors_fp(stderr);
            exit(1);
        }
    }
    struct timeval none = {0, 1};
    setsockopt(way->fd, SOL_SOCKET, SO_RCVTIMEO, &none, sizeof none);
}

static void reopen(int index)
{
    if (ways[index].tls) SSL_free(ways[index].tls);
    ways[index].tls = NULL;
    close(ways[index].fd);
    open_way(index);
    reconnections++;
}

static int send_by(int index, unsigned char *message, int length)
{
    unsigned char frame[2 + LONGEST];
    struct way *way = &ways[index];
    if (index < UDP_SOCKETS) return send(way->fd, message, (size_t)length, MSG_DONTWAIT) == length;
    put16(frame, (unsigned)length);
    memcpy(frame + 2, message, (size_t)length);
    if (way->tls) return SSL_write(way->tls, frame, length + 2) == length + 2;
    return send(way->fd, frame, (size_t)length + 2, MSG_NOSIGNAL) == length + 2;
}

/* --- Asking and writing --- */

static int take_slot(void)
{
    static int next;
    for (int count = 0; count < SLOTS; count++) {
        next = (next + 1) % SLOTS;
        if (!slots[next].used) return next;
    }
    return -1;
}

static int begin(enum kind kind, int writer, int way, int in_burst)
{
    int index = take_slot();
    if (index < 0) return 0;
    slots[index] = (struct slot){1, kind, writer, way, (uint16_t)(index | (generation++ & 255) << 8), writers[writer].acknowledged, in_burst, now()};
    in_flight++;
    return index + 1;
}

static void ask(enum kind kind, int writer, int way, int in_burst)
{
    unsigned char message[LONGEST] = {0}, *at = message + 12;
    char text[300];
    int index = begin(kind, writer, way, in_burst) - 1;
    if (index < 0) return;
    if (in_burst) writers[writer].burst++;
    put16(message, slots[index].id);
    message[2] = kind == ALIAS || chance(2);
    put16(message + 4, 1);
    if (kind == ALIAS) {
        snprintf(text, sizeof text, "f%d.%s", writer, aliases);
        at += put_name(at, text);
    } else {
        int length = snprintf(text, sizeof text, "%c%d", kind == PAIR ? 'f' : 'g', writer);
        *at++ = (unsigned char)length;
        memcpy(at, text, (size_t)length);
        at += length;
        memcpy(at, zone, (size_t)zone_length);
        at += zone_length;
    }
    at = put16(put16(at, 1), 1);
    if (!send_by(way, message, (int)(at - message)) && way >= UDP_SOCKETS) reopen(way);
}

static void write_next(int number)
{
    unsigned char message[LONGEST];
    struct writer *writer = &writers[number];
    uint32_t counter = writer->sent + 1;
    int way = counter % 3 == 0 ? (int)chance(UDP_SOCKETS) : counter % 3 == 1 ? UDP_SOCKETS + (int)chance(TCP_CONNECTIONS)
                                                                             : UDP_SOCKETS + TCP_CONNECTIONS + (int)chance(TLS_CONNECTIONS);
    int index = begin(WRITE, number, way, 0) - 1;
    if (index < 0) return;
    slots[index].floor = writer->sent = counter;
#ifdef BELIEVES_TOO_EARLY  /* shows that this program sees what it looks for */
    writer->acknowledged = counter;
#endif
    writer->busy = 1;
    char pair[16], single[16];
    snprintf(pair, sizeof pair, "f%d", number);
    snprintf(single, sizeof single, "g%d", number);
    unsigned char *at = begin_update(message, slots[index].id, is_gone(counter) ? 2 : 5);
    at = put_fixed(put_owner(at, pair), 255, 255, 0, 0);
    at = put_fixed(put_owner(at, single), 255, 255, 0, 0);
    for (unsigned part = 0; part < 3 && !is_gone(counter); part++) {
        at = put_fixed(put_owner(at, part < 2 ? pair : single), 1, 1, 300, 4);
        *at++ = (unsigned char)(part == 1 ? 12 : 11);  /* public addresses: private ones are kept from who follows a public alias */
        *at++ = (unsigned char)(counter >> 16);
        at = put16(at, counter & 0xFFFF);
    }
    if (!send_by(way, message, sign(message, (int)(at - message))) && way >= UDP_SOCKETS) reopen(way);
}

/* --- Judging --- */

static void complain(const char *what, const struct slot *slot, uint32_t seen, int rcode, int count)
{
    if (shown++ >= SHOWN) return;
    const char *by = slot->way < UDP_SOCKETS ? "UDP" : slot->way < UDP_SOCKETS + TCP_CONNECTIONS ? "TCP" : "TLS";
    fprintf(stderr, "%s: %s of writer %d over %s: acknowledged %u, sent %u, seen %u (RCODE %d, %d addresses)\n", what,
            (const char *[]){"pair", "single", "alias"}[slot->kind], slot->writer, by, slot->floor, writers[slot->writer].sent, seen, rcode, count);
}

static int skip_name(const unsigned char *message, int length, int at)
{
    while (at < length && message[at] != 0) {
        if (message[at] >= 0xC0) return at + 2;
        at += message[at] + 1;
    }
    return at + 1;
}

static void judge(const struct slot *slot, const unsigned char *message, int length)
{
    int rcode = message[3] & 15, answers = message[6] << 8 | message[7], at = skip_name(message, length, 12) + 4, count = 0;
    uint32_t first[2] = {0, 0}, seen[2] = {0, 0};
    checks++;
    for (int index = 0; index < answers && at < length; index++) {
        at = skip_name(message, length, at);
        if (at + 10 > length) break;
        int type = message[at] << 8 | message[at + 1], size = message[at + 8] << 8 | message[at + 9];
        if (type == 1 && size == 4 && at + 14 <= length && count < 2) {
            first[count] = message[at + 10];
            seen[count++] = (uint32_t)message[at + 11] << 16 | (uint32_t)message[at + 12] << 8 | message[at + 13];
        } else if (type == 1) {
            count++;
        }
        at += 10 + size;
    }
    uint32_t newest = writers[slot->writer].sent;
    if (count == 0) {
        /* Nothing is right if some update between took the name away. */
        int possible = 0;
        for (uint32_t counter = slot->floor; counter <= newest; counter++) possible |= is_gone(counter);
        if (rcode != 3) {
            wrong++;
            complain("wrong", slot, 0, rcode, count);
        } else if (!possible) {
            stale++;
            complain("stale", slot, 0, rcode, count);
        }
        return;
    }
    int wanted = slot->kind == SINGLE ? 1 : 2;
    if (rcode != 0 || count != wanted) {
        torn++;
        complain("torn", slot, seen[0], rcode, count);
    } else if (wanted == 2 && (seen[0] != seen[1] || first[0] == first[1])) {
        torn++;
        complain("torn", slot, seen[0], rcode, count);
    } else if (seen[0] < slot->floor || seen[0] > newest || is_gone(seen[0])) {
        stale++;
        complain("stale", slot, seen[0], rcode, count);
    }
}

static void acknowledged(struct slot *slot, int rcode)
{
    struct writer *writer = &writers[slot->writer];
    writer->busy = 0;
    updates++;
    if (rcode != 0) {  /* what it asked for may be there or not: nothing is claimed until the next */
        refused++;
        return;
    }
    writer->acknowledged = slot->floor;
    for (int index = 0; index < BURST; index++) {
        int way = index % 3 == 0 ? UDP_SOCKETS + (int)chance(TCP_CONNECTIONS) : index % 6 == 1 ? UDP_SOCKETS + TCP_CONNECTIONS + (int)chance(TLS_CONNECTIONS)
                                                                                              : (int)chance(UDP_SOCKETS);
        ask(aliases[0] && index % 4 == 3 ? ALIAS : index % 4 == 2 ? SINGLE : PAIR, slot->writer, way, 1);
    }
}

static void take(int way, const unsigned char *message, int length)
{
    if (length < 12) return;
    struct slot *slot = &slots[message[1]];
    if (!slot->used || slot->id != (message[0] << 8 | message[1]) || slot->way != way) return;
    struct slot done = *slot;
    slot->used = 0;
    in_flight--;
    if (done.kind == WRITE) {
        acknowledged(&done, message[3] & 15);
    } else {
        judge(&done, message, length);
        if (done.in_burst) writers[done.writer].burst--;
    }
}

static void read_from(int index)
{
    struct way *way = &ways[index];
    if (index < UDP_SOCKETS) {
        unsigned char message[4096];
        ssize_t length;
        while ((length = recv(way->fd, message, sizeof message, MSG_DONTWAIT)) > 0) take(index, message, (int)length);
        return;
    }
    do {
        int room = (int)sizeof way->frame - way->filled;
        int length = way->tls ? SSL_read(way->tls, way->frame + way->filled, room) : (int)recv(way->fd, way->frame + way->filled, (size_t)room, MSG_DONTWAIT);
        if (length <= 0) {
            int later = way->tls ? SSL_get_error(way->tls, length) == SSL_ERROR_WANT_READ : length < 0 && errno == EAGAIN;
            if (!later) reopen(index);
            return;
        }
        way->filled += length;
        int at = 0;
        while (way->filled - at >= 2 && way->filled - at >= 2 + (way->frame[at] << 8 | way->frame[at + 1])) {
            int size = way->frame[at] << 8 | way->frame[at + 1];
            take(index, way->frame + at + 2, size);
            at += 2 + size;
        }
        memmove(way->frame, way->frame + at, (size_t)(way->filled - at));
        way->filled -= at;
    } while (way->tls && SSL_pending(way->tls) > 0);
}

/* What got no answer is lost. An update that got none may be in force or not. */
static void give_up(double time)
{
    for (int index = 0; index < SLOTS; index++) {
        struct slot *slot = &slots[index];
        if (!slot->used || time - slot->begun < PATIENCE_S) continue;
        slot->used = 0;
        in_flight--;
        lost++;
        if (slot->kind == WRITE) writers[slot->writer].busy = 0;
        if (slot->in_burst) writers[slot->writer].burst--;
    }
}

int main(int count, char **argument)
{
    if (count != 9) return 2;
    read_key(argument[3], argument[4], argument[5]);
    writer_count = atoi(argument[6]);
    long wanted = atol(argument[7]);
    if (strcmp(argument[8], "-") != 0) snprintf(aliases, sizeof aliases, "%s", argument[8]);
    if (writer_count < 1 || writer_count > MOST_WRITERS) return 2;
    plain = encrypted = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    plain.sin_port = htons((uint16_t)atoi(argument[1]));
    encrypted.sin_port = htons((uint16_t)atoi(argument[2]));
    context = SSL_CTX_new(TLS_client_method());
    static const unsigned char protocol[] = "\3dot";
    SSL_CTX_set_alpn_protos(context, protocol, sizeof protocol - 1);
    for (int index = 0; index < WAYS; index++) open_way(index);
    double begun = now(), looked = begun;
    while (checks < wanted) {
        for (int number = 0; number < writer_count; number++)
            if (!writers[number].busy && writers[number].burst == 0) write_next(number);
        while (in_flight < IN_FLIGHT) {
            int kind = (int)chance(aliases[0] ? 3 : 2);
            ask((enum kind)kind, (int)chance((unsigned)writer_count), (int)chance(WAYS), 0);
        }
        struct pollfd watched[WAYS];
        for (int index = 0; index < WAYS; index++) watched[index] = (struct pollfd){ways[index].fd, POLLIN, 0};
        if (poll(watched, WAYS, 100) < 0) return 1;
        for (int index = 0; index < WAYS; index++)
            if (watched[index].revents) read_from(index);
        double time = now();
        if (time - looked > 0.5) {
            give_up(time);
            looked = time;
        }
        if (lost > 2000 || reconnections > 20000) break;
    }
    printf("%ld %ld %ld %ld %ld %ld %ld %ld %.2f\n", checks, stale, torn, wrong, lost, updates, refused, reconnections, now() - begun);
    return 0;
}
