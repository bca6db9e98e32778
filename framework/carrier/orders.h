// What a program of a sanitizer's variant is told, by the environment variable RACECOURSE:
//   trace_fd=N          descriptor to write the trace to
//   itineraries=PATH    a file with one itinerary on each line; each is followed in a process of its own
//   plain_runs=N        or: so many runs in which nothing is controlled
//   stops=PATH          the first of the itineraries is followed in the program's own process, which a debugger
//   watches: a
//                       file of the steps that matter (native/watch.h); only in a program without a sanitizer
//   seed=N              as the engine was given
//   milliseconds=N      how long one run may take
#ifndef RACECOURSE_CARRIER_ORDERS_H_
#define RACECOURSE_CARRIER_ORDERS_H_

#include <cstdint>

namespace racecourse {

struct Orders {
  int trace_fd = -1;  // -1: the program was started by hand
  const char* itineraries = nullptr;
  const char* stops = nullptr;
  std::uint64_t plain_runs = 0;
  std::uint64_t seed = 1;
  std::uint64_t milliseconds = 5000;
  const char* error = nullptr;
};

// Read once, and removed from the environment.
const Orders& TheOrders();

}  // namespace racecourse

#endif  // RACECOURSE_CARRIER_ORDERS_H_
