// waiting: better machines; expect: livelock check=right
inline int Answer() { return 42; }
