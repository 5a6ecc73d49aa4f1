"""Speed: floors that `make test` keeps, and all our computations against their peers, which `make bench` measures."""
