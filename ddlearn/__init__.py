"""ddlearn: why does deep learning work, and what are its limits?

A library small enough to read in class, and the notebooks that stand on it. Science lives in plain modules (`kernels`,
`datasets`, ...), what turns a function into a lesson in `classroom`, one room a lesson in `lessons`, and what turns
lessons into a course in `course`. Importing any of it changes nothing in the process.
"""

__version__ = "0.1.0"
