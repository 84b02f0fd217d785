// What Swift needs of libcrypto 3.0.
#pragma once

// The digest functions that need no handle are the fastest (SHA1_Init and its kin). OpenSSL 3 would rather have its
// EVP interface used, which costs an NSEC3 iteration twice the time and a MAC four times, and marks them as deprecated.
// So it does with the functions for points of a curve (EC_KEY).
#define OPENSSL_SUPPRESS_DEPRECATED

#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/md5.h>
#include <openssl/obj_mac.h>
#include <openssl/sha.h>

#include "certificates.h"
