#include "two_counters.h"

int main() {
  TwoCounters counters;
  return counters.Run() ? 0 : 1;
}
