#ifndef RACECOURSE_GRADER_SYSTEM_INTERRUPT_H_
#define RACECOURSE_GRADER_SYSTEM_INTERRUPT_H_

namespace racecourse::grader {

// Turns the first SIGINT or SIGTERM into a request that long work looks at; the second one ends the process at once.
void CatchInterrupts();

// True once the user asked to stop. Any thread may call it.
bool IsInterrupted();

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_SYSTEM_INTERRUPT_H_
