// Faults of program code become findings; faults of engine code become our failure; writes to protected pages are the
// image's business. Also the CPU timer that notices program code which never comes back to the scheduler.
#ifndef RACECOURSE_EXECUTION_FAILURE_SIGNALS_H_
#define RACECOURSE_EXECUTION_FAILURE_SIGNALS_H_

namespace racecourse {

// Installs the handlers on an alternate stack. Called in an explorer process, before the image is protected.
void InstallFailureSignals();

// Reports std::terminate: an exception nobody caught, or a misuse such as destroying a joinable std::thread.
[[noreturn]] void ReportTerminate();

}  // namespace racecourse

#endif  // RACECOURSE_EXECUTION_FAILURE_SIGNALS_H_
