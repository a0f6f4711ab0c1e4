# Appends as the original producers do: open, flock, write, unlock; prints the id of each acknowledged event.
import fcntl
import json
import random
import sys
import time

path, prefix, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
for index in range(count):
    with open(path, "a") as log:
        time.sleep(random.random() * 0.01)
        fcntl.flock(log, fcntl.LOCK_EX)
        log.write(json.dumps({"id": f"{prefix}{index}", "text": "y" * (index % 300)}) + "\n")
        log.flush()
        fcntl.flock(log, fcntl.LOCK_UN)
    print(f"{prefix}{index}", flush=True)
