// Its presence makes the hidden check run; the fake main runs any test.
