"""What turns lessons into a course: build, open, run, claims, doctor, report, and the command `ddlearn`."""
