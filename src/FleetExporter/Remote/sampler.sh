main() {
n=@NONCE@ lease=@LEASE@ sys=${SYS:-/sys} nl='
'
PATH=${PATH:-/bin}:/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin:/usr/lib/wsl/lib LC_ALL=C IFS=' 	
'
export PATH LC_ALL; unset TMUX ENV BASH_ENV; umask 077; cd /; trap '' HUP PIPE INT QUIT; exec 2>/dev/null

# Watchdog: child of main, ends with it. Acts if main makes no progress for one to two leases.
watch() {
  last= tries=0 hung= z=; trap 'kill $z; exit' TERM
  while :; do
    sleep "$lease" </dev/null >/dev/null & z=$!; wait $z
    read -r _ _ _ pp _ </proc/self/stat; [ "$pp" = "$$" ] || exit 0
    now=; read -r now <"/proc/$$/$clock"
    [ "$now" = "$last" ] || { last=$now tries=0; continue; }
    kids=; me=; read -r me _ </proc/self/stat; read -r kids <"/proc/$$/task/$$/children"
    q= stuck=; for k in $kids; do [ "$k" = "$me" ] || q="$q $k"; done
    while [ "$q" ]; do stuck=$stuck$q x=; for k in $q; do for c in /proc/$k/task/*/children; do
      l=; read -r l <"$c"; x=$x${l:+ $l}
    done; done; q=$x; done
    case $tries$stuck in
      0?*) kill -KILL $stuck; tries=1 hung=$stuck ;;                       # a hung command: kill it, its section fails, main continues
      1*)  kill -KILL $$; printf '\n@%s stuck%s\n' "$n" "$hung"; exit ;;   # state D, or its output is still held: end the stream
      *)   kill -KILL $$; exit ;;                                          # no tick, or main's output is not read
    esac
  done
}

# Appends to b the stat lines of the processes in q and their descendants. Where read takes a byte at a time (dash, busybox) one cat of all is
# cheaper; with over 300 processes, or without `children` files in the kernel, one cat of all processes.
walk() {
  seen=0 f=
  [ -r "/proc/$$/task/$$/children" ] || seen=301
  while [ "$q" ] && [ $seen -le 300 ]; do x=; for p in $q; do
    f="$f /proc/$p/stat"
    seen=$((seen + 1))
    for c in /proc/$p/task/*/children; do k=; read -r k <"$c"; x=$x${k:+ $k}; done
  done; q=$x; done
  [ $seen -le 300 ] || f='/proc/[0-9]*/stat'
  if [ $seen -le 300 ] && [ "$BASH_VERSION" ]; then
    for c in $f; do l=; read -r l <"$c" && b=$b$nl$l; done
  elif [ "$f" ]; then
    b=$b$nl$(exec cat $f </dev/null 2>/dev/null)
  fi
}

@SECTIONS@

clock=schedstat; [ -r "/proc/$$/schedstat" ] || clock=io
user=$(id -un </dev/null)
watch & w=$!
printf '\n@%s hello 1 pid=%s ppid=%s epoch=%s up=%s user=%s\n' "$n" $$ $PPID "$(date +%s)" "$(read -r u _ </proc/uptime; echo "$u")" "$user"
while read -r seq what; do
  kill -0 $w || break
  case $seq in ''|*[!0-9]*) continue ;; esac       # an empty line only renews the lease
  read -r u _ </proc/uptime; head=$nl@$n\ frame\ $seq\ $u$nl tail=
  set -- $what
  for s; do shift
    b= r=0 a=; case $s in *=*) a=${s#*=} s=${s%%=*} ;; esac
    case $s in @NAMES@) s_$s || r=$? ;; *) r=127 ;; esac
    read -r v _ </proc/uptime
    [ $# -gt 0 ] || tail=$nl@$n\ end\ $seq$nl
    # One write per section, the first with the frame's head and the last with its end, because every write wakes both ends.
    printf '%s\n@%s %s %s %s %s %s\n%s\n@%s .\n%s' "$head" "$n" "$s" "$r" "$u" "$v" ${#b} "$b" "$n" "$tail" || break 2
    head= u=$v
  done
  [ -z "$head" ] || printf '%s\n@%s end %s\n' "$head" "$n" "$seq" || break
done
kill $w
}
main
