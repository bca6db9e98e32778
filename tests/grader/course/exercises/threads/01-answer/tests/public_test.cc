// Writes the trace that a student's answer asks for: 42 passes, 1 is a data race, 2 dies, 3 is the engine's failure,
// 4 writes nonsense, 5 takes for ever.
#include <unistd.h>

#include <cstdio>
#include <string>

#include "adapter.h"

namespace {

void Say(std::FILE* trace, const std::string& line) { std::fputs((line + "\n").c_str(), trace); }

std::string Hex(unsigned long address) {
  char text[32];
  std::snprintf(text, sizeof text, "\"0x%lx\"", address);
  return text;
}

}  // namespace

int WriteTrace(std::FILE* trace, const std::string& orders, const std::string& test) {
  Say(trace, R"({"record":"program","trace":"racecourse-trace-1"})");
  Say(trace, R"({"record":"scenario_begin","scenario":")" + test + R"("})");
  std::fflush(trace);
  const int answer = StudentAnswer();
  const bool is_replay = orders.find("replay=") != std::string::npos;
  if (answer == 2) _exit(0);
  if (answer == 3) return 3;
  if (answer == 4) Say(trace, "nonsense");
  for (; answer == 5; sleep(1)) {
  }
  const std::string frames = "[" + Hex(reinterpret_cast<unsigned long>(&StudentAnswer)) + "]";
  if (answer == 1) {
    Say(trace, R"({"record":"finding","scenario":")" + test +
                   R"(","kind":"data_race","message":"T2 writes what T1 reads.","schedule":"rc1:07","execution":3,)" +
                   (is_replay ? R"("reproduced":2,"repeat":2,"confirmed":true,)" : R"("confirmed":true,)") +
                   R"("preemptions":1,"stacks":[{"role":"this write","thread":2,"step":2,"value":"1","frames":)" + frames +
                   R"(}],"threads":[],"steps":[{"step":1,"thread":1,"operation":"read","value":"0","frames":)" + frames +
                   R"(},{"step":2,"thread":2,"operation":"write","value":"1","preempts":true,"frames":)" + frames +
                   R"(}],"consequence":null})");
  }
  const std::string status = answer == 42 ? "passed" : "failed";
  Say(trace, R"({"record":"scenario_end","scenario":")" + test + R"(","status":")" + status +
                 R"(","executions":100,"strength":")" + orders.substr(orders.find(';') + 1) + R"("})");
  Say(trace, R"({"record":"test","test":")" + test + R"(","status":")" + status + R"(","message":"42 is not )" +
                 std::to_string(answer) + R"("})");
  Say(trace, R"({"record":"program_end","tests":1,"failed":0})");
  return answer == 42 ? 0 : 1;
}
