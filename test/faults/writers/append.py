# Appends completed tasks as the original producers do (open, flock, write, unlock) until its standard input ends.
import fcntl
import json
import os
import select
import sys

path, prefix, rest = sys.argv[1], sys.argv[2], float(sys.argv[3]) / 1000
index = 0
while not select.select([sys.stdin], [], [], rest)[0]:
    name = f"{prefix}{index}"
    task = {"task_id": name, "prompt": f"please finish the piece of work called {name} now",
            "output": f"the work {name} is finished", "iteration": 1, "backend": "aider"}
    event = {"event": "task_completed", "task_id": name, "status": "completed", "total_iterations": 1, "task": task}
    while True:
        with open(path, "a") as log:
            fcntl.flock(log, fcntl.LOCK_EX)
            if not os.path.exists(path) or os.stat(path).st_ino != os.fstat(log.fileno()).st_ino:
                continue
            log.write(json.dumps(event) + "\n")
            log.flush()
            break
    print(name, flush=True)
    index += 1
