#!/bin/sh
# Replays what lies next to it: help.txt, gpus.csv, processes.csv (with headers and units), report.xml.
# error.txt and the number in exit.txt fail every call and sample. hang, ignore-term and stop make it hang: the shell itself waits for a line
# that never comes, so that the process that hangs is called nvidia-smi. With -lms it prints a sample per interval; fast and twice make it
# print ten times as often, and every line twice. While it runs it has the file device open, as the real one has /dev/nvidia0.
here=${0%/*}
exec 4<"$here/device"
misbehave() {
  if [ -e "$here/stop" ]; then kill -STOP $$; fi
  if [ -e "$here/ignore-term" ]; then trap '' TERM; fi
  if [ -e "$here/hang" ]; then exec 3<>"$here/fifo"; read -r _ <&3; fi
  if [ -e "$here/error.txt" ]; then cat "$here/error.txt"; exit "$(cat "$here/exit.txt")"; fi
}

# Chooses the columns by the names in the header and drops the units, as nounits does.
rows() {
  awk -v asked="$1" -v now="$(date '+%Y/%m/%d %H:%M:%S.%3N')" -F ', ' '
    NR == 1 {
      for (i = 1; i <= NF; i++) { name = $i; sub(/ \[.*/, "", name); at[name] = i }
      at["timestamp"] = -1
      at["used_memory"] = at["used_gpu_memory"]
      n = split(asked, fields, ",")
      for (i = 1; i <= n; i++) if (!(fields[i] in at) || !at[fields[i]]) {
        printf "Field \"%s\" is not a valid field to query.\n\n", fields[i]; exit 2
      }
      next
    }
    {
      line = ""
      for (i = 1; i <= n; i++) { v = at[fields[i]] < 0 ? now : $(at[fields[i]]); sub(/ (MiB|%|W|MHz|us)$/, "", v); line = line (i > 1 ? ", " : "") v }
      print line
    }' "$2"
}

query() {
  misbehave
  case $1 in
    --help-query-gpu) cat "$here/help.txt" ;;
    --query-gpu=*) rows "${1#*=}" "$here/gpus.csv" ;;
    --query-compute-apps=*) rows "${1#*=}" "$here/processes.csv" ;;
    -q) cat "$here/report.xml" ;;
    *) echo "Invalid combination of input arguments."; exit 2 ;;
  esac
}

case $* in
  dmon*)
    # The last row of the capture, which has all values; with -c that many samples, else one per interval until killed.
    head -1 "$here/dmon.csv"
    case $* in *' -c '*) tail -n 3 "$here/dmon.csv"; exit ;; esac
    while misbehave; tail -n 1 "$here/dmon.csv"; do sleep "${*##* -d }"; done ;;
  *-lms*)
    while if [ -e "$here/twice" ]; then query "$1" | sed p; else query "$1"; fi; do
      ms=${*##*-lms }
      if [ -e "$here/fast" ]; then ms=$((ms / 10)); fi
      sleep "$((ms / 1000)).$(printf %03d $((ms % 1000)))"
    done ;;
  *) query "$1" ;;
esac
