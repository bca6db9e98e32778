// The small program behind `racecourse observe processes`: it runs as any program does, not under the scheduler, looks
// at itself, and prints one JSON object. Its only argument is how long to measure each cost, in seconds; with 0 no cost
// is measured.

#include <sys/utsname.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>

#include "grader/observe/costs.h"
#include "grader/observe/experiments.h"

int main(int argc, char** argv) {
  using namespace racecourse::observe;
  const double seconds = argc > 1 ? std::atof(argv[1]) : 0.1;
  utsname kernel;
  uname(&kernel);
  nlohmann::json result = {
      {"schema", "racecourse-observation-1"},
      {"machine",
       {{"kernel", std::string(kernel.sysname) + " " + kernel.release + " " + kernel.machine},
        {"processors", sysconf(_SC_NPROCESSORS_ONLN)}}},
      {"memory", ObserveMemory()},
      {"copy_on_write", ObserveCopyOnWrite()},
      {"descriptors", ObserveDescriptors()},
  };
  result["costs"] = seconds > 0 ? MeasureCosts(seconds) : nlohmann::json::array();
  std::cout << result.dump(2) << "\n";
  return std::cout.flush() ? 0 : 1;
}
