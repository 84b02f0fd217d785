// The few Linux calls that Swift's Glibc module lacks or makes painful: batches of datagrams with their
// packet information, epoll, eventfd, socket options by name, socket addresses as plain numbers.
//
// Conventions. A call that can fail returns a negative errno value (errno itself is thread-local state that
// Swift code in between may change). Every buffer is a pointer and its length. Nothing here keeps a pointer
// that it was handed, touches signals, or blocks, except clinux_epoll_wait.
#pragma once

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

//--- Addresses

// A socket address as numbers. Why: sockaddr is a family of overlaid structures reached through pointer
// casts, and a C array arrives in Swift as a tuple.
typedef struct clinux_address {
    uint64_t high;     // IPv6: the first eight octets as a number; IPv4: 0
    uint64_t low;      // IPv6: the last eight octets; IPv4: the address
    uint32_t scope;    // interface index of a link-local IPv6 address, else 0
    uint16_t port;     // in host order
    uint8_t family;    // 4 or 6; 0: no address
} clinux_address;

//--- Sockets

enum clinux_kind { CLINUX_DATAGRAM = 1, CLINUX_STREAM = 2 };

// A new non-blocking, close-on-exec socket of family 4 or 6. Why: one call where Glibc's enums need casts per
// platform.
int clinux_socket(uint8_t family, int kind);
// Why these three: they take a sockaddr.
int clinux_bind(int fd, const clinux_address *address);
int clinux_connect(int fd, const clinux_address *address);
// Undoes a connect: the socket has no peer and, unless it was bound to a port, no port either. Why: AF_UNSPEC.
int clinux_disconnect(int fd);
int clinux_local_address(int fd, clinux_address *address);
int clinux_listen(int fd, int backlog);
// The next waiting connection, non-blocking and close-on-exec. Why: accept4 is behind _GNU_SOURCE.
int clinux_accept(int fd, clinux_address *peer);
// The user ID of whoever connected to a Unix socket, when they did. Why: struct ucred is behind _GNU_SOURCE.
int64_t clinux_peer_user(int fd);
// send with MSG_NOSIGNAL (a peer that went away is an error code, not SIGPIPE) and recv. Why: one place for
// EINTR.
int64_t clinux_send(int fd, const uint8_t *bytes, size_t count);
int64_t clinux_receive(int fd, uint8_t *bytes, size_t capacity);
// The same, and who sent it.
int64_t clinux_receive_from(int fd, uint8_t *bytes, size_t capacity, clinux_address *peer);
// Like clinux_receive, and the kernel keeps what was read.
int64_t clinux_peek(int fd, uint8_t *bytes, size_t capacity);
int clinux_close(int fd);

// Why: option names and levels are macros, partly absent from the Glibc module, and differ between the two
// families.
enum clinux_option {
    CLINUX_REUSE_ADDRESS,         // a restart may listen while old connections linger
    CLINUX_REUSE_PORT,            // a socket per worker on one address; the kernel spreads clients over them
    CLINUX_ONLY_IPV6,             // "::" does not take IPv4 too
    CLINUX_PACKET_INFO_IPV4,      // tell which address a datagram was sent to
    CLINUX_PACKET_INFO_IPV6,
    CLINUX_IGNORE_PATH_MTU_IPV4,  // a forged "too big" must not make us fragment (RFC 9715)
    CLINUX_IGNORE_PATH_MTU_IPV6,
    CLINUX_RECEIVE_BUFFER,        // octets, as far as the system's limit
    CLINUX_SEND_BUFFER,
    CLINUX_LARGE_RECEIVE_BUFFER,  // octets, past the system's limit where the process is allowed to
    CLINUX_LARGE_SEND_BUFFER,
    CLINUX_LOW_WATER,             // fewer octets than this are not reported, the end always is
    CLINUX_QUICK_ACK,             // what came is acknowledged at once, this once
    CLINUX_NO_DELAY,              // answers leave at once
    CLINUX_PORT_ON_CONNECT,       // bind an address now, let connect choose the port among all four-tuples
    CLINUX_FAST_OPEN,             // where the server gave a cookie before, the first octets go with the SYN
};
int clinux_set_option(int fd, int option, int value);
// The pending error of a socket (SO_ERROR) as a positive errno value, which it clears; 0 when there is none.
int clinux_socket_error(int fd);

// The range of ports that the kernel draws from for sockets that were not bound to one, where it draws from all of it. 0, or a
// negative errno: EINVAL where some of it is reserved. Why: they are two files of numbers.
int clinux_drawn_ports(uint16_t *low, uint16_t *high);

//--- Batches of datagrams

// Buffers for one recvmmsg and one sendmmsg, allocated once. Why: mmsghdr is three levels of pointers,
// control messages are read and written with macros, and doing so in C keeps the whole web of pointers out of
// Swift.
typedef struct clinux_batch clinux_batch;

typedef struct clinux_datagram {
    clinux_address peer;   // family 0: not an Internet address
    clinux_address local;  // family 0: the socket does not ask for packet information
    uint32_t length;       // octets, at most the batch's receive capacity
    uint32_t is_truncated; // the datagram was longer than that
} clinux_datagram;

// Null when memory is short or a size is 0 or out of range (1,024 slots, 65,535 octets).
clinux_batch *_Nullable clinux_batch_create(
    uint32_t slots, uint32_t receive_capacity, uint32_t send_capacity);
void clinux_batch_destroy(clinux_batch *batch);
// Slot i is at [i] of the first, at [i * receive_capacity] and [i * send_capacity] of the others.
const clinux_datagram *clinux_batch_datagrams(const clinux_batch *batch);
const uint8_t *clinux_batch_received(const clinux_batch *batch);
uint8_t *clinux_batch_outgoing(clinux_batch *batch);

// Receives what is there, at most a batch, and describes it in the datagrams. The number received; -EAGAIN:
// none.
int clinux_batch_receive(clinux_batch *batch, int fd);
// Addresses outgoing slot `out` to the sender of received slot `in`, from the address that it asked.
int clinux_batch_answer(clinux_batch *batch, uint32_t out, uint32_t in, uint32_t length);
// Addresses outgoing slot `out` by numbers. A local address of family 0 leaves the choice to the kernel.
int clinux_batch_address(
    clinux_batch *batch, uint32_t out, const clinux_address *peer, const clinux_address *local,
    uint32_t length);
// Sends outgoing slots [first, end). The number sent; a negative errno is about slot `first`.
int clinux_batch_send(clinux_batch *batch, int fd, uint32_t first, uint32_t end);

//--- Waiting

enum { CLINUX_READABLE = 1, CLINUX_WRITABLE = 2, CLINUX_BROKEN = 4 };

// Why: epoll_event is packed on one architecture and not on others, with a union inside.
typedef struct clinux_event {
    uint64_t token;
    uint32_t readiness;  // the three above; BROKEN: an error, or both directions closed
} clinux_event;

int clinux_epoll_create(void);
int clinux_epoll_add(int epoll, int fd, uint32_t interest, uint64_t token);
int clinux_epoll_modify(int epoll, int fd, uint32_t interest, uint64_t token);
int clinux_epoll_remove(int epoll, int fd);
// Blocks up to `timeout` milliseconds (-1: for ever). Interruption by a signal counts as no event.
int clinux_epoll_wait(int epoll, clinux_event *events, int capacity, int timeout);

// A descriptor that becomes readable when another thread signals it. Why: eventfd is not in the Glibc module.
int clinux_eventfd(void);
int clinux_eventfd_signal(int fd);
int clinux_eventfd_clear(int fd);

//--- Clocks and randomness

// The three clocks at once. Why: one call a wake-up, without three timespec conversions in Swift.
void clinux_clocks(int64_t *monotonic_nanoseconds, int64_t *boot_milliseconds, int64_t *wall_seconds);
// Lets this thread's sleeps end within so many nanoseconds of their time; by default it is 50,000. Why: prctl is variadic.
void clinux_timer_slack(uint64_t nanoseconds);
// Sleeps, or less when a signal comes.
void clinux_pause(int64_t nanoseconds);
// Fills the buffer from the kernel's generator. Why: getrandom may be cut short; this does not return before
// it is full.
int clinux_random(uint8_t *bytes, size_t count);

#pragma clang assume_nonnull end
