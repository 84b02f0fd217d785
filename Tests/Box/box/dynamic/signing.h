/* Updates in wire form, signed with HMAC-SHA-256 (RFC 2136, RFC 8945), for the programs beside this file. */
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LONGEST = 1024, FUDGE = 300 };

static unsigned char key_name[256], zone[256], secret[256];
static int key_length, zone_length, secret_length;

static inline int put_name(unsigned char *wire, const char *text)
{
    int length = 0;
    while (*text) {
        int label = (int)strcspn(text, ".");
        if (label > 63 || length + label > 250) exit(2);
        wire[length++] = (unsigned char)label;
        memcpy(wire + length, text, (size_t)label);
        length += label;
        text += label + (text[label] == '.');
    }
    wire[length++] = 0;
    return length;
}

static inline void read_key(const char *name, const char *hexadecimal, const char *apex)
{
    key_length = put_name(key_name, name);
    zone_length = put_name(zone, apex);
    for (const char *digit = hexadecimal; digit[0] && digit[1] && secret_length < (int)sizeof secret; digit += 2) {
        unsigned octet;
        if (sscanf(digit, "%2x", &octet) != 1) exit(2);
        secret[secret_length++] = (unsigned char)octet;
    }
}

static inline unsigned char *put16(unsigned char *at, unsigned value)
{
    at[0] = (unsigned char)(value >> 8);
    at[1] = (unsigned char)value;
    return at + 2;
}

static inline unsigned char *put_fixed(unsigned char *at, unsigned type, unsigned class, unsigned ttl, unsigned length)
{
    at = put16(put16(at, type), class);
    return put16(put16(put16(at, ttl >> 16), ttl & 0xFFFF), length);
}

/* An owner below the zone, whose name is the question's, at offset 12. */
static inline unsigned char *put_owner(unsigned char *at, const char *label)
{
    size_t length = strlen(label);
    *at++ = (unsigned char)length;
    memcpy(at, label, length);
    return put16(at + length, 0xC00C);
}

/* Header and zone section of an update of so many changes. */
static inline unsigned char *begin_update(unsigned char *message, unsigned id, unsigned changes)
{
    memset(message, 0, 12);
    put16(message, id);
    message[2] = 5 << 3;
    put16(message + 4, 1);
    put16(message + 8, changes);
    memcpy(message + 12, zone, (size_t)zone_length);
    return put16(put16(message + 12 + zone_length, 6), 1);
}

/* Puts the TSIG record behind the message; returns the length. */
static inline int sign(unsigned char *message, int length)
{
    static const unsigned char algorithm[] = "\013hmac-sha256";
    unsigned char hashed[LONGEST * 2], mac[EVP_MAX_MD_SIZE], *at = hashed + length;
    unsigned mac_length = 0;
    uint64_t wall = (uint64_t)time(NULL);
    memcpy(hashed, message, (size_t)length);
    memcpy(at, key_name, (size_t)key_length);
    at = put16(put16(put16(at + key_length, 255), 0), 0);
    memcpy(at, algorithm, sizeof algorithm);
    at = put16(put16(put16(at + sizeof algorithm, wall >> 32 & 0xFFFF), wall >> 16 & 0xFFFF), wall & 0xFFFF);
    at = put16(put16(put16(at, FUDGE), 0), 0);
    HMAC(EVP_sha256(), secret, secret_length, hashed, (size_t)(at - hashed), mac, &mac_length);
    put16(message + 10, 1);
    at = message + length;
    memcpy(at, key_name, (size_t)key_length);
    at = put_fixed(at + key_length, 250, 255, 0, (unsigned)sizeof algorithm + 16 + mac_length);
    memcpy(at, algorithm, sizeof algorithm);
    at = put16(put16(put16(at + sizeof algorithm, wall >> 32 & 0xFFFF), wall >> 16 & 0xFFFF), wall & 0xFFFF);
    at = put16(put16(at, FUDGE), mac_length);
    memcpy(at, mac, mac_length);
    memcpy(at + mac_length, message, 2);
    return (int)(put16(put16(at + mac_length + 2, 0), 0) - message);
}

static inline double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}
