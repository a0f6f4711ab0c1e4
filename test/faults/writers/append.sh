# Appends completed tasks with util-linux flock until its standard input ends; prints the id of each acknowledged one.
index=0
while read -t "$3" _; [ $? -gt 128 ]; do
  name="$2$index"
  printf -v line '{"event":"task_completed","task_id":"%s","status":"completed","total_iterations":1,"task":{"task_id":"%s","prompt":"please finish the piece of work called %s now","output":"the work %s is finished","iteration":1,"backend":"aider"}}' "$name" "$name" "$name" "$name"
  (flock 9 && printf '%s\n' "$line" >&9) 9>>"$1" && echo "$name"
  index=$((index + 1))
done
