# Appends with util-linux flock; prints the id of each acknowledged event.
for index in $(seq 0 $(($3 - 1))); do
  (flock 9 && printf '{"id":"%s%s","text":"z"}\n' "$2" "$index" >&9) 9>>"$1" && echo "$2$index"
done
