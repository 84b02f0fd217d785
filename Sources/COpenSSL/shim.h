// What the Swift importer needs of libcrypto.
#pragma once
#include <openssl/err.h>
#include <openssl/evp.h>
