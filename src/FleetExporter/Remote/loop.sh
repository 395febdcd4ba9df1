main() {
n=@NONCE@ lease=@LEASE@ q=
PATH=${PATH:-/bin}:/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin:/usr/lib/wsl/lib LC_ALL=C IFS=' 	
'
export PATH LC_ALL; unset TMUX ENV BASH_ENV; umask 077; cd /; trap '' HUP PIPE INT QUIT; exec 2>/dev/null

# The command prints a sample per interval until it is killed. Its own SIGPIPE ends it if nobody is left to do so.
run() {
  ( trap - HUP PIPE INT QUIT; exec @COMMAND@ ) </dev/null 2>&1
  printf '\n@%s end %s\n' "$n" $?
}

# Kills the command with everything it has started. The subshell is stopped first, so that it forks nothing during the search.
stop() {
  kill -STOP $r; i=0
  while [ $i -lt 200 ] && read -r _ _ s _ <"/proc/$r/stat" && [ "$s" != T ]; do i=$((i + 1)); done
  q=$r all=
  while [ "$q" ]; do all="$all $q" x=; for p in $q; do for c in /proc/$p/task/*/children; do
    k=; read -r k <"$c"; x=$x${k:+ $k}
  done; done; q=$x; done
  kill -KILL $all
}

# Watchdog: child of main. Stops the command when main is gone, or has received no line for one to two leases.
watch() {
  last= z=; trap 'kill $z; exit' TERM
  while :; do
    sleep "$lease" </dev/null >/dev/null & z=$!; wait $z
    read -r _ _ _ pp _ </proc/self/stat
    now=; read -r now <"/proc/$$/schedstat"
    [ "$pp" = "$$" ] && [ "$now" != "$last" ] && { last=$now; continue; }
    kill -KILL $$; stop; exit
  done
}

# Without these files of /proc the command could neither be ended nor watched: no hello, so that the exporter calls it instead.
[ -r "/proc/$$/task/$$/children" ] && [ -r "/proc/$$/schedstat" ] || exit 1
printf '\n@%s hello 1 pid=%s ppid=%s epoch=%s up=%s user=%s\n' \
  "$n" $$ $PPID "$(date +%s)" "$(read -r u _ </proc/uptime; echo "$u")" "$(id -un </dev/null)"
run & r=$!
watch & w=$!
while read -r line; do
  kill -0 $w || break
  # An empty line only renews the lease; the other asks for the CPU time of the command, because one that prints nothing may hang.
  [ "$line" = cpu ] || continue
  q= c=; read -r q _ <"/proc/$r/task/$r/children"; read -r c _ <"/proc/$q/schedstat"
  printf '\n@%s cpu %s\n' "$n" "$c" || break
done
kill $w; stop
}
main
