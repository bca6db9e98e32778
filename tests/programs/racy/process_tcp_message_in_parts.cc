// expect: assertion
#include <arpa/inet.h>
#include <assert.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

int main() {
  const int listening = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(listening, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listening, 1) != 0) return 1;
  getsockname(listening, reinterpret_cast<sockaddr*>(&address), &size);
  if (fork() == 0) {
    const int server = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(server, reinterpret_cast<sockaddr*>(&address), size) != 0) _exit(1);
    if (send(server, "head", 4, 0) != 4 || send(server, "body", 4, 0) != 4) _exit(1);
    _exit(0);
  }
  const int client = accept(listening, nullptr, nullptr);
  char message[8];
  const long received = recv(client, message, sizeof message, 0);
  assert(received == 8);  // bug: a stream has no messages
  wait(nullptr);
  return 0;
}
