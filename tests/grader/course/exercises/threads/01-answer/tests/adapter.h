#ifndef ANSWER_ADAPTER_H_
#define ANSWER_ADAPTER_H_
int StudentAnswer();
#endif  // ANSWER_ADAPTER_H_
