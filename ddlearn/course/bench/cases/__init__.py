"""The comparisons: each module has one computation, or a few of a kind, with what it is compared with."""
