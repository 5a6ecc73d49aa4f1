"""Speed: floors that `make test-all` keeps, and our computations against their peers, which `make bench` measures."""
