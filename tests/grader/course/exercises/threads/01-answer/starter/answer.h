inline int Answer() { return 41; }
