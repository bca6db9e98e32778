// Streams of stdio on pipes and sockets. Stream.* pass; those of Broken.* fail, at the lines marked `// NAME`.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <iostream>
#include <string>
#include <thread>

#include "racecourse/schedule_test.h"

namespace {

int Await(pid_t child) {
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

// Two pipes, from one end's point of view after Take.
struct Pair {
  Pair() {
    EXPECT_EQ(pipe(there), 0);
    EXPECT_EQ(pipe(back), 0);
  }
  // What the child reads from and writes to, as streams; the rest is closed.
  void TakeChild() {
    close(there[1]);
    close(back[0]);
    in = fdopen(there[0], "r");
    out = fdopen(back[1], "w");
  }
  void TakeParent() {
    close(there[0]);
    close(back[1]);
    in = fdopen(back[0], "r");
    out = fdopen(there[1], "w");
  }
  void Close() {
    fclose(in);
    fclose(out);
  }
  int there[2];
  int back[2];
  FILE* in = nullptr;
  FILE* out = nullptr;
};

struct Shared {
  Shared() : value(static_cast<int*>(mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0))) {}
  ~Shared() { munmap(value, 4096); }
  int* value;
};

}  // namespace

SCHEDULE_TEST(Stream, PrintedLineOrdersWhatCameBefore) {
  const Shared shared;
  Pair pair;
  const pid_t child = fork();
  if (child == 0) {
    pair.TakeChild();
    *shared.value = 42;
    fprintf(pair.out, "done\n");
    fflush(pair.out);
    char line[16];
    _exit(fgets(line, sizeof line, pair.in) != nullptr && strcmp(line, "go\n") == 0 && *shared.value == 43 ? 0 : 1);
  }
  pair.TakeParent();
  char line[16];
  EXPECT_EQ(fgets(line, sizeof line, pair.in), line);
  EXPECT_EQ(strcmp(line, "done\n"), 0);
  EXPECT_EQ(*shared.value, 42);
  *shared.value = 43;
  fputs("go\n", pair.out);
  fflush(pair.out);
  EXPECT_EQ(Await(child), 0);
  pair.Close();
}

// What is in the buffer when a process ends is written then.
SCHEDULE_TEST(Stream, EndWritesWhatIsLeft) {
  const Shared shared;
  Pair pair;
  const pid_t child = fork();
  if (child == 0) {
    pair.TakeChild();
    fprintf(pair.out, "first\n");
    *shared.value = 42;
    exit(0);
  }
  pair.TakeParent();
  char line[16];
  EXPECT_EQ(fgets(line, sizeof line, pair.in), line);
  EXPECT_EQ(*shared.value, 42);
  EXPECT_EQ(fgets(line, sizeof line, pair.in), nullptr);
  EXPECT_NE(feof(pair.in), 0);
  EXPECT_EQ(Await(child), 0);
  pair.Close();
}

SCHEDULE_TEST(Stream, ClosingWritesWhatIsLeft) {
  const Shared shared;
  Pair pair;
  const pid_t child = fork();
  if (child == 0) {
    pair.TakeChild();
    fprintf(pair.out, "first\n");
    *shared.value = 42;
    fclose(pair.out);
    *shared.value += 0;
    _exit(0);
  }
  pair.TakeParent();
  char c;
  EXPECT_EQ(read(fileno(pair.in), &c, 1), 1);
  EXPECT_EQ(Await(child), 0);
  EXPECT_EQ(*shared.value, 42);
  pair.Close();
}

SCHEDULE_TEST(Stream, LinesComeInPieces) {
  Pair pair;
  const pid_t child = fork();
  if (child == 0) {
    pair.TakeChild();
    for (const char* piece : {"a", "bc\nd", "e\n", "rest"}) {
      EXPECT_EQ(write(fileno(pair.out), piece, strlen(piece)), static_cast<ssize_t>(strlen(piece)));
    }
    _exit(0);
  }
  pair.TakeParent();
  char* line = nullptr;
  size_t capacity = 0;
  std::string all;
  while (getline(&line, &capacity, pair.in) > 0) all += std::string(line) + "|";
  EXPECT_EQ(all, "abc\n|de\n|rest|");
  free(line);
  EXPECT_EQ(Await(child), 0);
  pair.Close();
}

SCHEDULE_TEST(Stream, ItemsAreWaitedFor) {
  Pair pair;
  const pid_t child = fork();
  if (child == 0) {
    pair.TakeChild();
    for (int i = 0; i < 3; ++i) dprintf(fileno(pair.out), "%d,", i);
    _exit(0);
  }
  pair.TakeParent();
  char text[8] = {};
  EXPECT_EQ(fread(text, 2, 3, pair.in), 3u);
  EXPECT_EQ(strcmp(text, "0,1,2,"), 0);
  EXPECT_EQ(fread(text, 1, 1, pair.in), 0u);
  EXPECT_EQ(getc(pair.in), EOF);
  EXPECT_EQ(Await(child), 0);
  pair.Close();
}

SCHEDULE_TEST(Stream, NumbersAreScanned) {
  Pair pair;
  const pid_t child = fork();
  if (child == 0) {
    pair.TakeChild();
    int sum = 0;
    for (int number; fscanf(pair.in, "%d", &number) == 1;) sum += number;
    _exit(sum);
  }
  pair.TakeParent();
  fprintf(pair.out, "%d %d\n", 3, 4);
  fclose(pair.out);
  EXPECT_EQ(Await(child), 7);
  fclose(pair.in);
}

// The child's standard streams, by the functions of C and by those of C++.
SCHEDULE_TEST(Stream, StandardStreams) {
  Pair pair;
  const pid_t child = fork();
  if (child == 0) {
    dup2(pair.there[0], 0);
    dup2(pair.back[1], 1);
    for (const int fd : {pair.there[0], pair.there[1], pair.back[0], pair.back[1]}) close(fd);
    for (int c; (c = getchar()) != EOF && c != '\n';) putchar(c + 1);
    putchar('\n');
    for (std::string line; std::getline(std::cin, line);) std::cout << line << '!' << std::endl;
    exit(0);
  }
  pair.TakeParent();
  fputs("abc\nd\ne\n", pair.out);
  fclose(pair.out);
  std::string all;
  for (int c; (c = fgetc(pair.in)) != EOF;) all += static_cast<char>(c);
  EXPECT_EQ(all, "bcd\nd!\ne!\n");
  EXPECT_EQ(Await(child), 0);
  fclose(pair.in);
}

// POSIX: each of these functions locks its stream, so lines stay whole.
SCHEDULE_TEST(Stream, TwoReadersOfOneStream) {
  Pair pair;
  pair.in = fdopen(pair.back[0], "r");
  std::string lines[2];
  const auto read_line = [&](std::string& to) {
    char line[16];
    if (fgets(line, sizeof line, pair.in) != nullptr) to = line;
  };
  std::thread other([&] { read_line(lines[1]); });
  std::thread writer([&] {
    for (const char* piece : {"one", "\ntw", "o\n"}) {
      EXPECT_EQ(write(pair.back[1], piece, strlen(piece)), static_cast<ssize_t>(strlen(piece)));
    }
  });
  read_line(lines[0]);
  other.join();
  writer.join();
  if (lines[0] > lines[1]) std::swap(lines[0], lines[1]);
  EXPECT_EQ(lines[0], "one\n");
  EXPECT_EQ(lines[1], "two\n");
  fclose(pair.in);
  for (const int fd : {pair.there[0], pair.there[1], pair.back[1]}) close(fd);
}

SCHEDULE_TEST(Stream, OnASocket) {
  const Shared shared;
  int ends[2];
  EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    FILE* stream = fdopen(ends[1], "r+");
    char line[16];
    if (fgets(line, sizeof line, stream) == nullptr || *shared.value != 1) _exit(1);
    *shared.value = 2;
    fprintf(stream, "answer\n");
    fflush(stream);
    _exit(0);
  }
  close(ends[1]);
  FILE* stream = fdopen(ends[0], "r+");
  *shared.value = 1;
  fputs("question\n", stream);
  fflush(stream);
  char line[16];
  EXPECT_EQ(fgets(line, sizeof line, stream), line);
  EXPECT_EQ(*shared.value, 2);
  EXPECT_EQ(Await(child), 0);
  fclose(stream);
}

SCHEDULE_TEST(Broken, NobodyWritesALine) {
  Pair pair;
  const pid_t child = fork();
  if (child == 0) {
    pair.TakeChild();
    char line[16];
    _exit(fgets(line, sizeof line, pair.in) == nullptr ? 0 : 1);  // NobodyWritesALine
  }
  Await(child);  // NobodyWritesALine
}

// It stays in the buffer.
SCHEDULE_TEST(Broken, QuestionIsNotFlushed) {
  Pair pair;
  const pid_t child = fork();
  if (child == 0) {
    pair.TakeChild();
    char line[16];
    if (fgets(line, sizeof line, pair.in) == nullptr) _exit(1);  // QuestionIsNotFlushed
    dprintf(fileno(pair.out), "answer\n");
    _exit(0);
  }
  pair.TakeParent();
  fprintf(pair.out, "question\n");
  char line[16];
  EXPECT_EQ(fgets(line, sizeof line, pair.in), line);  // QuestionIsNotFlushed
  EXPECT_EQ(Await(child), 0);
  pair.Close();
}

SCHEDULE_TEST(Broken, PrintedTooEarly) {
  const Shared shared;
  Pair pair;
  const pid_t child = fork();
  if (child == 0) {
    pair.TakeChild();
    fprintf(pair.out, "done\n");
    fflush(pair.out);
    *shared.value = 42;  // PrintedTooEarly
    _exit(0);
  }
  pair.TakeParent();
  char line[16];
  EXPECT_EQ(fgets(line, sizeof line, pair.in), line);
  const int value = *shared.value;  // PrintedTooEarly
  EXPECT_EQ(Await(child), 0);
  pair.Close();
  EXPECT_GE(value, 0);
}
