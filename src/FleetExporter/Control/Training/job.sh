unset TMUX FLEET_EXEC

# Runs in the pane: id, folder, GPUs and command, each with a dot at its end, because tmux takes a ';' there for its own. A Ctrl-C is the command's;
# a hangup ends the shell, and the kernel then tells the command. How it ended goes to tmux, which by itself forgets that now and then.
boot='FLEET_JOB=${1%.}; export FLEET_JOB; unset FLEET_EXEC
trap : INT QUIT; cd -- "${2%.}" || exit 126
g=${3%.}; [ "$g" = - ] || { CUDA_VISIBLE_DEVICES=$g; export CUDA_VISIBLE_DEVICES; }
sh -c "${4%.}"; rc=$?
tmux set-option -p -t "$TMUX_PANE" @fleet_exit $rc
exit $rc'

panes() { tmux -u list-panes -a -F 'P#{@fleet_job}:#{pane_dead}:#{@fleet_exit}:#{pane_dead_status}:#{pane_dead_signal}:#{pane_id}:#{pane_pid}:' 2>&1 </dev/null; }
say() { printf '@%s %s\n' $mark "$*"; }
tail_of() { tmux -u capture-pane -p -e -J -t "$1" -S "-$lines" 2>/dev/null </dev/null | tail -c 262144; printf '\n'; }

start() {
  command -v tmux >/dev/null || { say notmux; return; }
  case $dir in '~'|'~/'*) dir=$HOME${dir#\~} ;; esac
  cd -- "${dir:-$HOME}" 2>/dev/null || { say nodir; return; }
  t="=$name:"
  e=$(tmux -u new-session -d -s "$name" -x 200 -y 50 sh -c "$boot" fleet-job "$id." "$PWD." "$gpus." "$cmd." \; \
    set-option -p -t "$t" @fleet_job "$id" \; set-option -p -t "$t" remain-on-exit on \; set-option -q -p -t "$t" remain-on-exit-format '' \; \
    set-option -t "$t" destroy-unattached off 2>&1 </dev/null)
  case $(tmux -u display-message -p -t "$t" '#{@fleet_job}' 2>/dev/null </dev/null) in
    "$id") say started; return ;;
  esac
  case $e in *duplicate*) ;; *) tmux kill-session -t "=$name" >/dev/null 2>&1 </dev/null ;; esac
  say error "$(printf '%s' "$e" | head -n 1 | cut -b 1-300)"
}

# Per pane of a job that is asked for: how it is, the last lines that look like JSON, and of a dead one what it said last.
look() {
  read -r up _ </proc/uptime; say up $up
  p=$(panes); s=$?
  case $p in P*) s=0 ;; esac
  say tmux $s "$(printf '%s' "$p" | grep -v '^P' | head -n 1 | cut -b 1-300)"
  printf '%s\n' "$p" | while IFS=: read -r j d x st sg pane _; do
    j=${j#P}
    [ "$j" ] || continue
    case " $ids " in *" $j "*) ;; *) continue ;; esac
    say pane $j "${d:-0}" "${x:--}" "${st:--}" "${sg:--}"
    tmux -u capture-pane -p -J -t "$pane" -S -500 2>/dev/null </dev/null | LC_ALL=C grep -aE '^[[:space:]]*[{].*[}][[:space:]]*$' | tail -n 5 | cut -b 1-8192
    [ "$d" != 1 ] || { say tail $j; tail_of "$pane"; }
  done
  say end
}

# Sets pane, dead and pid of the job's pane; empty where there is none.
pane_of() {
  l=$(panes | grep "^P$id:" | head -n 1)
  dead=${l#P*:} dead=${dead%%:*} pid=${l%:} pid=${pid##*:} pane=${l%:*:} pane=${pane##*:}
}

output() {
  pane_of
  if [ "$pane" ]; then say tail $id; tail_of "$pane"; else say none; fi
  say end
}

# Takes a dead pane away, and with its last pane the session.
release() {
  pane_of
  [ -z "$pane" ] || tmux -u if-shell -F -t "$pane" "#{&&:#{pane_dead},#{==:#{@fleet_job},$id}}" "kill-pane -t $pane" >/dev/null 2>&1 </dev/null
  pane_of
  say released "${pane:--}"
}

# Sets a to what lives of the job: whatever carries its mark, and whatever is in the process session of its pane.
left() {
  a=
  for e in $(grep -ls "FLEET_JOB=$id" /proc/[0-9]*/environ; [ -z "$sid" ] || grep -lsE "^[0-9]+ \(.*\) [^ZX] [0-9]+ [0-9]+ $sid " /proc/[0-9]*/stat); do
    e=${e#/proc/} e=${e%/*}
    case " $$ $a " in *" $e "*) continue ;; esac
    [ -d "/proc/$e" ] && a="$a $e"
  done
}

cancel() {
  pane_of
  sid=; [ "$dead" != 0 ] || sid=$pid
  left
  [ -z "$a" ] || { kill -TERM $a; kill -CONT $a; } 2>/dev/null
  for i in 1 2 3 4 5 6 7 8 9 10; do left; [ "$a" ] || break; sleep 0.5 || sleep 1; done
  for i in 1 2 3 4 5 6; do left; [ "$a" ] || break; kill -KILL $a 2>/dev/null; sleep 0.2 || sleep 1; done
  if [ "$pane" ]; then say tail $id; tail_of "$pane"; tmux kill-pane -t "$pane" >/dev/null 2>&1 </dev/null; fi
  pane_of
  left
  n=0
  for e in $a; do n=$((n + 1)); done
  say left $n "${pane:--}"
  say end
}
