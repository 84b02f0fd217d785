// libFuzzer as a library. SwiftPM gives every executable a main of its own, so libFuzzer's main cannot be used.

#ifndef CFUZZER_H
#define CFUZZER_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*body)(const uint8_t *data, size_t size));

/// Runs libFuzzer with the process's arguments and gives its exit status.
int fuzzer_run(int argc, char **argv, int (*body)(const uint8_t *data, size_t size));

#endif
