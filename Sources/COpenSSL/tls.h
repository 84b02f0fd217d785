// What Swift needs of libssl 3.0. The functions below stand for macros, which Swift cannot call, or build the parameter
// lists of OpenSSL 3, which keep pointers to their names and values.
#pragma once

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

// Why: these are 64 bits wide, made by a macro that Swift does not evaluate.
static const uint64_t COPENSSL_NO_COMPRESSION = SSL_OP_NO_COMPRESSION;
static const uint64_t COPENSSL_NO_RENEGOTIATION = SSL_OP_NO_RENEGOTIATION;
static const uint64_t COPENSSL_IGNORE_UNEXPECTED_EOF = SSL_OP_IGNORE_UNEXPECTED_EOF;

//--- Contexts (each is a call of SSL_CTX_ctrl)

static inline int copenssl_set_versions(SSL_CTX *context, int lowest, int highest) {
    return SSL_CTX_set_min_proto_version(context, lowest) == 1
        && SSL_CTX_set_max_proto_version(context, highest) == 1;
}
static inline int copenssl_set_groups(SSL_CTX *context, const char *names) {
    return (int)SSL_CTX_set1_groups_list(context, names);
}
static inline void copenssl_set_modes(SSL_CTX *context, long set, long cleared) {
    SSL_CTX_set_mode(context, set);
    SSL_CTX_clear_mode(context, cleared);
}
static inline void copenssl_read_ahead(SSL_CTX *context) { SSL_CTX_set_read_ahead(context, 1); }
static inline void copenssl_no_session_cache(SSL_CTX *context) {
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
}
// Has each ticket of a server handed to the callback, and none kept inside.
static inline void copenssl_on_ticket(SSL_CTX *context, int (*callback)(SSL *, SSL_SESSION *)) {
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, callback);
}
static inline int copenssl_add_chain_certificate(SSL_CTX *context, X509 *certificate) {
    return (int)SSL_CTX_add1_chain_cert(context, certificate);
}
static inline void copenssl_on_server_name(SSL_CTX *context, int (*callback)(SSL *, int *, void *)) {
    SSL_CTX_set_tlsext_servername_callback(context, callback);
}

//--- Sessions

// Why: application data is slot 0 of a macro's making.
static inline void copenssl_set_owner(SSL *session, void *owner) { SSL_set_app_data(session, owner); }
static inline void *copenssl_owner(const SSL *session) { return SSL_get_app_data(session); }

// Tells the server which host is meant (RFC 6066 §3). 1 when done.
static inline int copenssl_send_name(SSL *session, const char *name) {
    return (int)SSL_set_tlsext_host_name(session, name);
}

//--- Streams of octets below a session

static inline void copenssl_retry_reading(BIO *bio) { BIO_set_retry_read(bio); }
static inline void copenssl_retry_writing(BIO *bio) { BIO_set_retry_write(bio); }
static inline void copenssl_do_not_retry(BIO *bio) { BIO_clear_retry_flags(bio); }

// An end in memory; what is not there yet is asked for later. NULL without memory.
static inline BIO *copenssl_memory(void) { return BIO_new(BIO_s_mem()); }

//--- Certificates of servers

// The SHA-256 digest (32 octets) of a certificate's SubjectPublicKeyInfo (RFC 7469 §2.4). 1 when done.
static inline int copenssl_pin(const X509 *certificate, unsigned char *digest) {
    unsigned char *info = NULL;
    int length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &info);
    if (length <= 0)
        return 0;
    int is_done = EVP_Digest(info, (size_t)length, digest, NULL, EVP_sha256(), NULL);
    OPENSSL_free(info);
    return is_done == 1;
}

//--- Errors

// Why: a static inline function whose body is macros over macros.
static inline int copenssl_reason(unsigned long error) { return ERR_GET_REASON(error); }

//--- Tickets

// Keys the MAC of a session ticket: HMAC with SHA-256.
static inline int copenssl_key_ticket_mac(EVP_MAC_CTX *mac, const unsigned char *key, size_t count) {
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, (void *)key, count),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)"SHA256", 0),
        OSSL_PARAM_construct_end(),
    };
    return EVP_MAC_CTX_set_params(mac, parameters);
}
