// expect: data_race
// The winner of the last round is read while the next round's may be written already.
#include <barrier>
#include <thread>
#include <vector>

constexpr int kPlayers = 3;
int points[kPlayers];
int best = 0;
int seen[kPlayers];

int main() {
  const auto decide = []() noexcept {
    best = 0;  // bug
    for (int player = 0; player < kPlayers; ++player) {
      if (points[player] > points[best]) best = player;  // bug
    }
  };
  std::barrier round(kPlayers, decide);
  std::vector<std::thread> players;
  for (int me = 0; me < kPlayers; ++me) {
    players.emplace_back([&, me] {
      for (int turn = 0; turn < 2; ++turn) {
        points[me] = (me * 7 + turn * 5) % 4;  // bug
        (void)round.arrive();
        seen[me] += best;  // bug
        round.arrive_and_wait();
      }
    });
  }
  for (std::thread& player : players) player.join();
}
