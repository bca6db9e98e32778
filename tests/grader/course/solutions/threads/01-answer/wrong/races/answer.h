// expect: data_race check=right
inline int Answer() { return 1; }
