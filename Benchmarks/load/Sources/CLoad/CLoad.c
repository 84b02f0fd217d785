#define _GNU_SOURCE
#include "CLoad.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>

//--- Batches of datagrams

typedef struct {
    struct mmsghdr *headers;
    struct iovec *vectors;
    uint8_t *bytes;
} direction;

struct cload_batch {
    uint32_t slots;
    direction in, out;
    uint32_t *lengths;
};

static int create_direction(direction *d, uint32_t slots, uint32_t capacity) {
    d->headers = calloc(slots, sizeof *d->headers);
    d->vectors = calloc(slots, sizeof *d->vectors);
    d->bytes = calloc(slots, capacity);
    if (!d->headers || !d->vectors || !d->bytes) return 0;
    for (uint32_t i = 0; i < slots; i++) {
        d->vectors[i].iov_base = d->bytes + (size_t)i * capacity;
        d->vectors[i].iov_len = capacity;
        d->headers[i].msg_hdr.msg_iov = &d->vectors[i];
        d->headers[i].msg_hdr.msg_iovlen = 1;
    }
    return 1;
}

static void destroy_direction(direction *d) {
    free(d->headers);
    free(d->vectors);
    free(d->bytes);
}

cload_batch *cload_batch_create(uint32_t slots, uint32_t receive_capacity, uint32_t send_capacity) {
    if (slots == 0 || slots > 1024 || receive_capacity == 0 || receive_capacity > 65535 || send_capacity == 0
        || send_capacity > 65535)
        return NULL;
    cload_batch *batch = calloc(1, sizeof *batch);
    if (!batch) return NULL;
    batch->slots = slots;
    batch->lengths = calloc(slots, sizeof *batch->lengths);
    if (!batch->lengths || !create_direction(&batch->in, slots, receive_capacity)
        || !create_direction(&batch->out, slots, send_capacity)) {
        cload_batch_destroy(batch);
        return NULL;
    }
    return batch;
}

void cload_batch_destroy(cload_batch *batch) {
    destroy_direction(&batch->in);
    destroy_direction(&batch->out);
    free(batch->lengths);
    free(batch);
}

const uint8_t *cload_batch_received(const cload_batch *batch) { return batch->in.bytes; }
const uint32_t *cload_batch_received_lengths(const cload_batch *batch) { return batch->lengths; }
uint8_t *cload_batch_outgoing(cload_batch *batch) { return batch->out.bytes; }

void cload_batch_set_length(cload_batch *batch, uint32_t slot, uint32_t length) {
    if (slot < batch->slots) batch->out.vectors[slot].iov_len = length;
}

int cload_batch_send(cload_batch *batch, int fd, uint32_t first, uint32_t end) {
    if (end > batch->slots || first > end) return -EINVAL;
    int sent;
    do sent = sendmmsg(fd, batch->out.headers + first, end - first, MSG_DONTWAIT | MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent < 0 ? -errno : sent;
}

int cload_batch_receive(cload_batch *batch, int fd) {
    int received;
    do received = recvmmsg(fd, batch->in.headers, batch->slots, MSG_DONTWAIT, NULL);
    while (received < 0 && errno == EINTR);
    if (received < 0) return -errno;
    for (int i = 0; i < received; i++) batch->lengths[i] = batch->in.headers[i].msg_len;
    return received;
}

//--- Waiting

int cload_wait(int epoll, cload_event *events, int capacity, int64_t nanoseconds) {
    struct epoll_event raw[256];
    if (capacity <= 0) return -EINVAL;
    if (capacity > 256) capacity = 256;
    struct timespec patience = {nanoseconds / 1000000000, nanoseconds % 1000000000};
    int count = epoll_pwait2(epoll, raw, capacity, nanoseconds < 0 ? NULL : &patience, NULL);
    if (count < 0) return errno == EINTR ? 0 : -errno;
    for (int i = 0; i < count; i++) {
        int is_broken = (raw[i].events & (EPOLLERR | EPOLLHUP)) != 0;
        events[i] = (cload_event){
            .token = raw[i].data.u64,
            .is_readable = is_broken || (raw[i].events & EPOLLIN) != 0,
            .is_writable = is_broken || (raw[i].events & EPOLLOUT) != 0,
        };
    }
    return count;
}

int cload_be_punctual(void) { return prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL) < 0 ? -errno : 0; }

//--- The process

static int64_t microseconds(struct timeval time) { return (int64_t)time.tv_sec * 1000000 + time.tv_usec; }

void cload_processor_time(int64_t *user, int64_t *system) {
    struct rusage usage = {0};
    getrusage(RUSAGE_SELF, &usage);
    *user = microseconds(usage.ru_utime);
    *system = microseconds(usage.ru_stime);
}

uint64_t cload_raise_descriptor_limit(void) {
    struct rlimit limit = {0};
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return 0;
    rlim_t before = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max;
    return setrlimit(RLIMIT_NOFILE, &limit) < 0 ? before : limit.rlim_cur;
}

void cload_ignore_broken_pipes(void) { signal(SIGPIPE, SIG_IGN); }
