// The Linux calls of a load generator that Swift's Glibc module makes painful, and that Homing itself has no use for.
// The conventions are those of CLinux: a negative errno value for failure, buffers as pointer and length.
#pragma once

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

//--- Batches of datagrams

// Buffers for one sendmmsg and one recvmmsg over connected sockets. Why not CLinux's: a connected socket needs no
// addresses and no control messages, and each of them costs the kernel and us for every datagram.
typedef struct cload_batch cload_batch;

// Null when memory is short or a size is 0 or out of range (1,024 slots, 65,535 octets).
cload_batch *_Nullable cload_batch_create(uint32_t slots, uint32_t receive_capacity, uint32_t send_capacity);
void cload_batch_destroy(cload_batch *batch);
// Slot i is at [i * receive_capacity] and [i * send_capacity] of these, its received length at [i] of the lengths.
const uint8_t *cload_batch_received(const cload_batch *batch);
const uint32_t *cload_batch_received_lengths(const cload_batch *batch);
uint8_t *cload_batch_outgoing(cload_batch *batch);
// Octets of outgoing slot `slot`, which is below the number of slots.
void cload_batch_set_length(cload_batch *batch, uint32_t slot, uint32_t length);
// Sends outgoing slots [first, end): the number sent. A negative errno is about slot `first`.
int cload_batch_send(cload_batch *batch, int fd, uint32_t first, uint32_t end);
// Receives what is there, at most a batch: the number. -EAGAIN: none.
int cload_batch_receive(cload_batch *batch, int fd);

//--- Waiting

typedef struct cload_event {
    uint64_t token;
    uint32_t is_readable;
    uint32_t is_writable;
} cload_event;

// As clinux_epoll_wait, with nanoseconds. Why: what is sent a hundred thousand times a second cannot wait for
// milliseconds to pass. An error or a hang-up counts as both readable and writable: the next call will tell.
int cload_wait(int epoll, cload_event *events, int capacity, int64_t nanoseconds);
// Has this thread's waits end as precisely as the kernel can. Why: by default they end up to 50 µs late.
int cload_be_punctual(void);

//--- The process

// Processor time of this process so far, in microseconds: user and system.
void cload_processor_time(int64_t *user, int64_t *system);
// Raises the limit of open descriptors as far as it goes, and tells it.
uint64_t cload_raise_descriptor_limit(void);
// A peer that went away is an error code, not a signal. Why: libssl writes without MSG_NOSIGNAL.
void cload_ignore_broken_pipes(void);

#pragma clang assume_nonnull end
