// What Swift needs of libcrypto 3.0.
#pragma once

// The digest functions that need no handle are the fastest (SHA1_Init and its kin). OpenSSL 3 would rather have its
// EVP interface used, which costs an NSEC3 iteration twice the time, and marks them as deprecated.
#define OPENSSL_SUPPRESS_DEPRECATED

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/sha.h>

#include "certificates.h"

// The public key of a curve from its point, uncompressed (0x04 and both coordinates). NULL when that is no point of
// the curve. Written in C because OSSL_PARAM keeps pointers to its names and values.
static inline EVP_PKEY *copenssl_curve_key(const char *curve, const unsigned char *point, size_t count) {
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, (char *)curve, 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, (void *)point, count),
        OSSL_PARAM_construct_end(),
    };
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    if (context && EVP_PKEY_fromdata_init(context) == 1)
        EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters);
    EVP_PKEY_CTX_free(context);
    return key;
}
