// expect: clean
// The completion of the barrier decides the round, and everybody reads the result before they meet again.
#include <barrier>
#include <thread>
#include <vector>

constexpr int kPlayers = 3;
int points[kPlayers];
int best = 0;
int seen[kPlayers];

int main() {
  const auto decide = []() noexcept {
    best = 0;
    for (int player = 0; player < kPlayers; ++player) {
      if (points[player] > points[best]) best = player;
    }
  };
  std::barrier round(kPlayers, decide);
  std::vector<std::thread> players;
  for (int me = 0; me < kPlayers; ++me) {
    players.emplace_back([&, me] {
      for (int turn = 0; turn < 2; ++turn) {
        points[me] = (me * 7 + turn * 5) % 4;
        round.arrive_and_wait();
        seen[me] += best;
        round.arrive_and_wait();
      }
    });
  }
  for (std::thread& player : players) player.join();
}
