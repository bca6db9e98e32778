inline int Answer() { return 6 * 7; }
