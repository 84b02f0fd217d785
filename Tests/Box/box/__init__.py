"""The box: a small internet on one machine's loopback, and the checks a resolver must pass in it."""
