#define _GNU_SOURCE
#include "CLinux.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

//--- Addresses

typedef union {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
} raw_address;

static void put_ipv6(struct in6_addr *raw, const clinux_address *address) {
    uint64_t halves[2] = {htobe64(address->high), htobe64(address->low)};
    memcpy(raw, halves, sizeof *raw);
}

static void get_ipv6(const struct in6_addr *raw, clinux_address *address) {
    uint64_t halves[2];
    memcpy(halves, raw, sizeof halves);
    address->high = be64toh(halves[0]);
    address->low = be64toh(halves[1]);
}

// The length of the raw address, or 0 for an unknown family.
static socklen_t pack(const clinux_address *address, raw_address *raw) {
    memset(raw, 0, sizeof *raw);
    switch (address->family) {
    case 4:
        raw->v4.sin_family = AF_INET;
        raw->v4.sin_port = htons(address->port);
        raw->v4.sin_addr.s_addr = htonl((uint32_t)address->low);
        return sizeof raw->v4;
    case 6:
        raw->v6.sin6_family = AF_INET6;
        raw->v6.sin6_port = htons(address->port);
        put_ipv6(&raw->v6.sin6_addr, address);
        raw->v6.sin6_scope_id = address->scope;
        return sizeof raw->v6;
    default:
        return 0;
    }
}

static void unpack(const raw_address *raw, socklen_t length, clinux_address *address) {
    memset(address, 0, sizeof *address);
    if (length >= sizeof raw->v4 && raw->any.sa_family == AF_INET) {
        address->family = 4;
        address->port = ntohs(raw->v4.sin_port);
        address->low = ntohl(raw->v4.sin_addr.s_addr);
    } else if (length >= sizeof raw->v6 && raw->any.sa_family == AF_INET6) {
        address->family = 6;
        address->port = ntohs(raw->v6.sin6_port);
        address->scope = raw->v6.sin6_scope_id;
        get_ipv6(&raw->v6.sin6_addr, address);
    }
}

//--- Sockets

static int result(int value) { return value < 0 ? -errno : value; }

int clinux_socket(uint8_t family, int kind) {
    int type = kind == CLINUX_STREAM ? SOCK_STREAM : SOCK_DGRAM;
    return result(socket(family == 6 ? AF_INET6 : AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

int clinux_bind(int fd, const clinux_address *address) {
    raw_address raw;
    socklen_t length = pack(address, &raw);
    return length == 0 ? -EAFNOSUPPORT : result(bind(fd, &raw.any, length));
}

int clinux_connect(int fd, const clinux_address *address) {
    raw_address raw;
    socklen_t length = pack(address, &raw);
    return length == 0 ? -EAFNOSUPPORT : result(connect(fd, &raw.any, length));
}

int clinux_disconnect(int fd) {
    struct sockaddr unspecified = {.sa_family = AF_UNSPEC};
    return result(connect(fd, &unspecified, sizeof unspecified));
}

int clinux_local_address(int fd, clinux_address *address) {
    raw_address raw;
    socklen_t length = sizeof raw;
    if (getsockname(fd, &raw.any, &length) < 0) return -errno;
    unpack(&raw, length, address);
    return 0;
}

int clinux_listen(int fd, int backlog) { return result(listen(fd, backlog)); }

int clinux_accept(int fd, clinux_address *peer) {
    raw_address raw;
    socklen_t length = sizeof raw;
    int accepted;
    do accepted = accept4(fd, &raw.any, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    while (accepted < 0 && errno == EINTR);
    if (accepted < 0) return -errno;
    unpack(&raw, length, peer);
    return accepted;
}

int64_t clinux_peer_user(int fd) {
    struct ucred peer;
    socklen_t length = sizeof peer;
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0 ? -errno : (int64_t)peer.uid;
}

int64_t clinux_send(int fd, const uint8_t *bytes, size_t count) {
    ssize_t sent;
    do sent = send(fd, bytes, count, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent < 0 ? -errno : sent;
}

int64_t clinux_receive(int fd, uint8_t *bytes, size_t capacity) {
    ssize_t received;
    do received = recv(fd, bytes, capacity, 0);
    while (received < 0 && errno == EINTR);
    return received < 0 ? -errno : received;
}

int64_t clinux_receive_from(int fd, uint8_t *bytes, size_t capacity, clinux_address *peer) {
    raw_address raw;
    socklen_t length = sizeof raw;
    ssize_t received;
    do received = recvfrom(fd, bytes, capacity, 0, &raw.any, &length);
    while (received < 0 && errno == EINTR);
    if (received < 0) return -errno;
    unpack(&raw, length, peer);
    return received;
}

int64_t clinux_peek(int fd, uint8_t *bytes, size_t capacity) {
    ssize_t received;
    do received = recv(fd, bytes, capacity, MSG_PEEK);
    while (received < 0 && errno == EINTR);
    return received < 0 ? -errno : received;
}

int clinux_close(int fd) { return result(close(fd)); }

static int set(int fd, int level, int name, int value) {
    return result(setsockopt(fd, level, name, &value, sizeof value));
}

int clinux_set_option(int fd, int option, int value) {
    switch (option) {
    case CLINUX_REUSE_ADDRESS: return set(fd, SOL_SOCKET, SO_REUSEADDR, value);
    case CLINUX_REUSE_PORT: return set(fd, SOL_SOCKET, SO_REUSEPORT, value);
    case CLINUX_ONLY_IPV6: return set(fd, IPPROTO_IPV6, IPV6_V6ONLY, value);
    case CLINUX_PACKET_INFO_IPV4: return set(fd, IPPROTO_IP, IP_PKTINFO, value);
    case CLINUX_PACKET_INFO_IPV6: return set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, value);
    case CLINUX_IGNORE_PATH_MTU_IPV4:
        return set(fd, IPPROTO_IP, IP_MTU_DISCOVER, value ? IP_PMTUDISC_OMIT : IP_PMTUDISC_WANT);
    case CLINUX_IGNORE_PATH_MTU_IPV6:
        return set(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, value ? IPV6_PMTUDISC_OMIT : IPV6_PMTUDISC_WANT);
    case CLINUX_LOW_WATER: return set(fd, SOL_SOCKET, SO_RCVLOWAT, value);
    case CLINUX_QUICK_ACK: return set(fd, IPPROTO_TCP, TCP_QUICKACK, value);
    case CLINUX_RECEIVE_BUFFER: return set(fd, SOL_SOCKET, SO_RCVBUF, value);
    case CLINUX_SEND_BUFFER: return set(fd, SOL_SOCKET, SO_SNDBUF, value);
    case CLINUX_LARGE_RECEIVE_BUFFER:
        // The forcing form needs CAP_NET_ADMIN; without it the kernel's maximum applies.
        return set(fd, SOL_SOCKET, SO_RCVBUFFORCE, value) == 0 ? 0 : set(fd, SOL_SOCKET, SO_RCVBUF, value);
    case CLINUX_LARGE_SEND_BUFFER:
        return set(fd, SOL_SOCKET, SO_SNDBUFFORCE, value) == 0 ? 0 : set(fd, SOL_SOCKET, SO_SNDBUF, value);
    case CLINUX_NO_DELAY: return set(fd, IPPROTO_TCP, TCP_NODELAY, value);
    case CLINUX_PORT_ON_CONNECT: return set(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, value);
    case CLINUX_FAST_OPEN: return set(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, value);
    default: return -EINVAL;
    }
}

int clinux_socket_error(int fd) {
    int error = 0;
    socklen_t length = sizeof error;
    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0 ? errno : error;
}

// The beginning of a small file, with a zero behind it; a negative errno.
static int read_text(const char *path, char *text, size_t capacity) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return -errno;
    ssize_t count;
    do count = read(fd, text, capacity - 1);
    while (count < 0 && errno == EINTR);
    int status = count < 0 ? -errno : 0;
    if (status == 0) text[count] = 0;
    close(fd);
    return status;
}

int clinux_drawn_ports(uint16_t *low, uint16_t *high) {
    char text[64];
    int status = read_text("/proc/sys/net/ipv4/ip_local_reserved_ports", text, sizeof text);
    if (status < 0) return status;
    if (text[0] != 0 && text[0] != '\n') return -EINVAL;
    status = read_text("/proc/sys/net/ipv4/ip_local_port_range", text, sizeof text);
    if (status < 0) return status;
    return sscanf(text, "%hu %hu", low, high) == 2 ? 0 : -EINVAL;
}

//--- Batches of datagrams

typedef union {
    struct cmsghdr alignment;
    uint8_t bytes[CMSG_SPACE(sizeof(struct in6_pktinfo))];  // the larger of the two kinds
} control_buffer;

typedef struct {
    struct mmsghdr *headers;
    struct iovec *vectors;
    raw_address *addresses;
    control_buffer *controls;
    uint8_t *bytes;
    uint32_t capacity;  // octets per slot
} direction;

struct clinux_batch {
    uint32_t slots;
    uint32_t used;  // headers of the last receive, which it changed
    direction in, out;
    clinux_datagram *datagrams;
};

static void destroy_direction(direction *d) {
    free(d->headers);
    free(d->vectors);
    free(d->addresses);
    free(d->controls);
    free(d->bytes);
}

static int create_direction(direction *d, uint32_t slots, uint32_t capacity) {
    d->headers = calloc(slots, sizeof *d->headers);
    d->vectors = calloc(slots, sizeof *d->vectors);
    d->addresses = calloc(slots, sizeof *d->addresses);
    d->controls = calloc(slots, sizeof *d->controls);
    d->bytes = calloc(slots, capacity);
    d->capacity = capacity;
    if (!d->headers || !d->vectors || !d->addresses || !d->controls || !d->bytes) return 0;
    for (uint32_t i = 0; i < slots; i++) {
        d->vectors[i].iov_base = d->bytes + (size_t)i * capacity;
        d->vectors[i].iov_len = capacity;
        struct msghdr *header = &d->headers[i].msg_hdr;
        header->msg_iov = &d->vectors[i];
        header->msg_iovlen = 1;
        header->msg_name = &d->addresses[i];
        header->msg_control = &d->controls[i];
    }
    return 1;
}

clinux_batch *clinux_batch_create(uint32_t slots, uint32_t receive_capacity, uint32_t send_capacity) {
    if (slots == 0 || slots > 1024 || receive_capacity == 0 || receive_capacity > 65535 || send_capacity == 0
        || send_capacity > 65535)
        return NULL;
    clinux_batch *batch = calloc(1, sizeof *batch);
    if (!batch) return NULL;
    batch->slots = slots;
    batch->used = slots;
    batch->datagrams = calloc(slots, sizeof *batch->datagrams);
    if (!batch->datagrams || !create_direction(&batch->in, slots, receive_capacity)
        || !create_direction(&batch->out, slots, send_capacity)) {
        clinux_batch_destroy(batch);
        return NULL;
    }
    return batch;
}

void clinux_batch_destroy(clinux_batch *batch) {
    destroy_direction(&batch->in);
    destroy_direction(&batch->out);
    free(batch->datagrams);
    free(batch);
}

const clinux_datagram *clinux_batch_datagrams(const clinux_batch *batch) { return batch->datagrams; }
const uint8_t *clinux_batch_received(const clinux_batch *batch) { return batch->in.bytes; }
uint8_t *clinux_batch_outgoing(clinux_batch *batch) { return batch->out.bytes; }

// The address that a datagram was sent to, as far as it can be the source of an answer (a multicast group
// cannot).
static void read_packet_info(struct msghdr *header, clinux_address *local) {
    for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
        if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO
            && c->cmsg_len >= CMSG_LEN(sizeof(struct in_pktinfo))) {
            struct in_pktinfo info;
            memcpy(&info, CMSG_DATA(c), sizeof info);
            local->family = 4;
            local->low = ntohl(info.ipi_spec_dst.s_addr);
            return;
        }
        if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO
            && c->cmsg_len >= CMSG_LEN(sizeof(struct in6_pktinfo))) {
            struct in6_pktinfo info;
            memcpy(&info, CMSG_DATA(c), sizeof info);
            if (IN6_IS_ADDR_MULTICAST(&info.ipi6_addr)) return;
            local->family = 6;
            get_ipv6(&info.ipi6_addr, local);
            // The interface says something only where the address alone does not; elsewhere it would forbid
            // the answer to leave by another one.
            if (IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr)) local->scope = info.ipi6_ifindex;
            return;
        }
    }
}

static void write_packet_info(struct msghdr *header, control_buffer *control, const clinux_address *local) {
    header->msg_control = control;
    memset(control, 0, sizeof *control);
    struct cmsghdr *c = &control->alignment;
    if (local->family == 4) {
        struct in_pktinfo info = {.ipi_spec_dst.s_addr = htonl((uint32_t)local->low)};
        c->cmsg_level = IPPROTO_IP;
        c->cmsg_type = IP_PKTINFO;
        c->cmsg_len = CMSG_LEN(sizeof info);
        memcpy(CMSG_DATA(c), &info, sizeof info);
        header->msg_controllen = CMSG_SPACE(sizeof info);
    } else if (local->family == 6) {
        struct in6_pktinfo info = {.ipi6_ifindex = local->scope};
        put_ipv6(&info.ipi6_addr, local);
        c->cmsg_level = IPPROTO_IPV6;
        c->cmsg_type = IPV6_PKTINFO;
        c->cmsg_len = CMSG_LEN(sizeof info);
        memcpy(CMSG_DATA(c), &info, sizeof info);
        header->msg_controllen = CMSG_SPACE(sizeof info);
    } else {
        header->msg_control = NULL;
        header->msg_controllen = 0;
    }
}

int clinux_batch_receive(clinux_batch *batch, int fd) {
    // The kernel overwrites these two lengths; only what the last call used needs them again.
    for (uint32_t i = 0; i < batch->used; i++) {
        struct msghdr *header = &batch->in.headers[i].msg_hdr;
        header->msg_namelen = sizeof(raw_address);
        header->msg_controllen = sizeof(control_buffer);
    }
    batch->used = 0;
    int received;
    do received = recvmmsg(fd, batch->in.headers, batch->slots, MSG_DONTWAIT, NULL);
    while (received < 0 && errno == EINTR);
    if (received < 0) return -errno;
    batch->used = (uint32_t)received;
    for (uint32_t i = 0; i < (uint32_t)received; i++) {
        struct msghdr *header = &batch->in.headers[i].msg_hdr;
        clinux_datagram *datagram = &batch->datagrams[i];
        unpack(&batch->in.addresses[i], header->msg_namelen, &datagram->peer);
        memset(&datagram->local, 0, sizeof datagram->local);
        if (header->msg_controllen > 0) read_packet_info(header, &datagram->local);
        datagram->length = batch->in.headers[i].msg_len;
        datagram->is_truncated = (header->msg_flags & MSG_TRUNC) != 0;
    }
    return received;
}

int clinux_batch_answer(clinux_batch *batch, uint32_t out, uint32_t in, uint32_t length) {
    if (out >= batch->slots || in >= batch->used || length > batch->out.capacity) return -EINVAL;
    struct msghdr *header = &batch->out.headers[out].msg_hdr;
    header->msg_namelen = batch->in.headers[in].msg_hdr.msg_namelen;
    batch->out.addresses[out] = batch->in.addresses[in];
    batch->out.vectors[out].iov_len = length;
    write_packet_info(header, &batch->out.controls[out], &batch->datagrams[in].local);
    return 0;
}

int clinux_batch_address(
    clinux_batch *batch, uint32_t out, const clinux_address *peer, const clinux_address *local,
    uint32_t length) {
    if (out >= batch->slots || length > batch->out.capacity) return -EINVAL;
    struct msghdr *header = &batch->out.headers[out].msg_hdr;
    header->msg_namelen = pack(peer, &batch->out.addresses[out]);
    if (header->msg_namelen == 0) return -EAFNOSUPPORT;
    batch->out.vectors[out].iov_len = length;
    write_packet_info(header, &batch->out.controls[out], local);
    return 0;
}

int clinux_batch_send(clinux_batch *batch, int fd, uint32_t first, uint32_t end) {
    if (end > batch->slots || first > end) return -EINVAL;
    int sent;
    do sent = sendmmsg(fd, batch->out.headers + first, end - first, MSG_DONTWAIT | MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return result(sent);
}

//--- Waiting

int clinux_epoll_create(void) { return result(epoll_create1(EPOLL_CLOEXEC)); }

static int control(int epoll, int operation, int fd, uint32_t interest, uint64_t token) {
    struct epoll_event event = {.data.u64 = token};
    if (interest & CLINUX_READABLE) event.events |= EPOLLIN;
    if (interest & CLINUX_WRITABLE) event.events |= EPOLLOUT;
    return result(epoll_ctl(epoll, operation, fd, &event));
}

int clinux_epoll_add(int epoll, int fd, uint32_t interest, uint64_t token) {
    return control(epoll, EPOLL_CTL_ADD, fd, interest, token);
}

int clinux_epoll_modify(int epoll, int fd, uint32_t interest, uint64_t token) {
    return control(epoll, EPOLL_CTL_MOD, fd, interest, token);
}

int clinux_epoll_remove(int epoll, int fd) { return control(epoll, EPOLL_CTL_DEL, fd, 0, 0); }

int clinux_epoll_wait(int epoll, clinux_event *events, int capacity, int timeout) {
    struct epoll_event raw[256];
    if (capacity <= 0) return -EINVAL;
    if (capacity > 256) capacity = 256;
    int count = epoll_wait(epoll, raw, capacity, timeout);
    if (count < 0) return errno == EINTR ? 0 : -errno;
    for (int i = 0; i < count; i++) {
        uint32_t readiness = 0;
        if (raw[i].events & EPOLLIN) readiness |= CLINUX_READABLE;
        if (raw[i].events & EPOLLOUT) readiness |= CLINUX_WRITABLE;
        if (raw[i].events & (EPOLLERR | EPOLLHUP)) readiness |= CLINUX_BROKEN;
        events[i] = (clinux_event){.token = raw[i].data.u64, .readiness = readiness};
    }
    return count;
}

int clinux_eventfd(void) { return result(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)); }

int clinux_eventfd_signal(int fd) {
    uint64_t one = 1;
    return write(fd, &one, sizeof one) < 0 ? -errno : 0;
}

int clinux_eventfd_clear(int fd) {
    uint64_t count;
    return read(fd, &count, sizeof count) < 0 ? -errno : 0;
}

//--- Clocks and randomness

void clinux_clocks(int64_t *monotonic_nanoseconds, int64_t *boot_milliseconds, int64_t *wall_seconds) {
    struct timespec monotonic = {0}, boot = {0}, wall = {0};
    clock_gettime(CLOCK_MONOTONIC, &monotonic);
    clock_gettime(CLOCK_BOOTTIME, &boot);
    clock_gettime(CLOCK_REALTIME, &wall);
    *monotonic_nanoseconds = (int64_t)monotonic.tv_sec * 1000000000 + monotonic.tv_nsec;
    *boot_milliseconds = (int64_t)boot.tv_sec * 1000 + boot.tv_nsec / 1000000;
    *wall_seconds = wall.tv_sec;
}

void clinux_timer_slack(uint64_t nanoseconds) { prctl(PR_SET_TIMERSLACK, (unsigned long)nanoseconds, 0, 0, 0); }

void clinux_pause(int64_t nanoseconds) {
    struct timespec pause = {.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000};
    nanosleep(&pause, NULL);
}

int clinux_random(uint8_t *bytes, size_t count) {
    size_t filled = 0;
    while (filled < count) {
        ssize_t got = getrandom(bytes + filled, count - filled, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return got < 0 ? -errno : -EIO;
        filled += (size_t)got;
    }
    return 0;
}
