main() {
id=@ID@ mark=@MARK@ limit=@LIMIT@
CMD=@COMMAND@
DIR=@DIRECTORY@
PATH=${PATH:-/bin}:/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin; export PATH; unset ENV BASH_ENV CDPATH

# sshd creates a process group per session. With a wrapper in between, killing the group would kill too much.
read -r _ _ _ _ g _ </proc/self/stat
[ "$g" = $$ ] || { printf '\001@%s nogroup 0 0\n' $id; exit 1; }
trap '' TERM HUP INT QUIT PIPE; FLEET_EXEC=$mark; export FLEET_EXEC
exec 3<&0 </dev/null

# Both signal main every second, because a signal that arrives just before wait is lost.
why=exit; trap 'why=cancel' USR1; trap 'why=timeout' USR2
( trap - TERM HUP INT QUIT PIPE; cd -- "${DIR:-${HOME:-/}}" || exit 126; exec sh -c "$CMD" ) 3<&- & p=$!
( trap - TERM HUP INT; read -r _ <&3; while kill -USR1 $$; do sleep 1; done ) >/dev/null 2>&1 & r=$!     # end of input cancels
( trap - TERM HUP INT; sleep $limit; while kill -USR2 $$; do sleep 1; done ) >/dev/null 2>&1 3<&- & t=$!
wait $p; rc=$?; trap '' USR1 USR2

# Sets a to the pids of the command's live processes: its group, and every process that carries its mark.
left() {
  a=
  for e in $(grep -lsE "^[0-9]+ \(.*\) [^ZX] [0-9]+ $$ " /proc/[0-9]*/stat; grep -ls "FLEET_EXEC=$mark" /proc/[0-9]*/environ); do
    e=${e#/proc/} e=${e%/*}
    case " $$ $a " in *" $e "*) continue ;; esac
    [ -d "/proc/$e" ] && a="$a $e"
  done
}

n=0
if [ $why != exit ]; then
  exec 2>/dev/null 3<&-
  kill -KILL $r $t
  kill -TERM -$$
  for i in 1 2 3 4; do left; [ "$a" ] || break; sleep 0.5 || sleep 1; done
  for i in 1 2 3 4 5; do left; [ "$a" ] || break; kill -KILL $a; sleep 0.1 || sleep 1; done
  left
  for e in $a; do n=$((n + 1)); done
fi
printf '\001@%s %s %s %s\n' $id $why $rc $n
kill -KILL -$$
}
main
