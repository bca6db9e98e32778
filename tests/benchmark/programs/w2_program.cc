#include "bounded_buffer.h"

int main() { return RunBoundedBuffer() ? 0 : 1; }
