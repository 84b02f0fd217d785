// What Swift needs of libcrypto for certificates and the keys that belong to them.
#pragma once

#include <stdint.h>

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

// --- Keys ---

// A new key on P-256; NULL when libcrypto cannot.
static inline EVP_PKEY *copenssl_make_p256_key(void) {
    return EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
}

static inline int copenssl_note_password(char *buffer, int size, int writing, void *asked) {
    (void)buffer;
    (void)size;
    (void)writing;
    *(int *)asked = 1;
    return -1;
}

// The first private key of a PEM text; NULL when there is none. No password is ever asked of a person:
// `is_encrypted` becomes 1 where one would be.
static inline EVP_PKEY *copenssl_read_key(BIO *pem, int *is_encrypted) {
    *is_encrypted = 0;
    return PEM_read_bio_PrivateKey(pem, NULL, copenssl_note_password, is_encrypted);
}

// --- Reading ---

// Seconds since 1970; INT64_MIN for what is no time.
static inline int64_t copenssl_seconds(const ASN1_TIME *time) {
    ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
    int days = 0, seconds = 0;
    int is_time = epoch && time && ASN1_TIME_diff(&days, &seconds, epoch, time) == 1;
    ASN1_TIME_free(epoch);
    return is_time ? (int64_t)days * 86400 + seconds : INT64_MIN;
}

static inline int64_t copenssl_not_before(const X509 *certificate) {
    return copenssl_seconds(X509_get0_notBefore(certificate));
}

static inline int64_t copenssl_not_after(const X509 *certificate) {
    return copenssl_seconds(X509_get0_notAfter(certificate));
}

// Writes a name as RFC 4514 text, letters beyond ASCII as they are and control characters escaped. 1 when done.
static inline int copenssl_print_name(BIO *text, const X509_NAME *name) {
    return X509_NAME_print_ex(text, name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) >= 0;
}

// The alternative names of a certificate, for GENERAL_NAMES_free; NULL when it has none.
static inline GENERAL_NAMES *copenssl_alternative_names(const X509 *certificate) {
    return (GENERAL_NAMES *)X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
}

static inline int copenssl_name_count(const GENERAL_NAMES *names) {
    return sk_GENERAL_NAME_num(names);
}

// The octets of one alternative name and its kind: GEN_DNS or GEN_IPADD; NULL for other kinds.
static inline const unsigned char *copenssl_name(const GENERAL_NAMES *names, int index, int *kind, int *length) {
    const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, index);
    if (!name || (name->type != GEN_DNS && name->type != GEN_IPADD))
        return NULL;
    const ASN1_STRING *text = name->type == GEN_DNS ? name->d.dNSName : name->d.iPAddress;
    *kind = name->type;
    *length = ASN1_STRING_length(text);
    return ASN1_STRING_get0_data(text);
}

// --- Making ---

// A certificate without extensions and signature, with a random serial of 127 bits; NULL when libcrypto cannot.
// `issuer` NULL: it is its own. The times are seconds since 1970.
static inline X509 *copenssl_begin_certificate(const char *common_name, EVP_PKEY *key, const X509 *issuer,
                                               int64_t from, int64_t until) {
    X509 *made = X509_new();
    BIGNUM *serial = BN_new();
    int is_made =
        made && serial && X509_set_version(made, X509_VERSION_3) == 1 &&
        BN_rand(serial, 127, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
        BN_to_ASN1_INTEGER(serial, X509_get_serialNumber(made)) != NULL &&
        ASN1_TIME_set(X509_getm_notBefore(made), (time_t)from) != NULL &&
        ASN1_TIME_set(X509_getm_notAfter(made), (time_t)until) != NULL && X509_set_pubkey(made, key) == 1 &&
        X509_NAME_add_entry_by_NID(X509_get_subject_name(made), NID_commonName, MBSTRING_UTF8,
                                   (const unsigned char *)common_name, -1, -1, 0) == 1 &&
        X509_set_issuer_name(made, X509_get_subject_name(issuer ? issuer : made)) == 1;
    BN_free(serial);
    if (is_made)
        return made;
    X509_free(made);
    return NULL;
}

// Adds an extension, its value as in x509v3_config(5). 1 when done.
static inline int copenssl_add_extension(X509 *made, X509 *issuer, int kind, const char *value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer ? issuer : made, made, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, kind, value);
    int is_added = extension && X509_add_ext(made, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return is_added;
}
