#include "CFuzzer.h"

int fuzzer_run(int argc, char **argv, int (*body)(const uint8_t *data, size_t size)) {
    return LLVMFuzzerRunDriver(&argc, &argv, body);
}
