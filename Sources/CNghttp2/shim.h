// What Swift needs of libnghttp2 1.52, and of the allocator that it is given.
#pragma once

#include <malloc.h>
#include <nghttp2/nghttp2.h>
