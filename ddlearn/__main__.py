"""`python -m ddlearn`, for a machine where the command `ddlearn` is not on the path."""

from ddlearn.course.cli import main

main()
