# Holds the flock of a file until its standard input ends; prints "held" once it has it.
import fcntl
import sys

with open(sys.argv[1], "a") as log:
    fcntl.flock(log, fcntl.LOCK_EX)
    print("held", flush=True)
    sys.stdin.read()
