#!/usr/bin/env bash
# Lets FleetExporter log in to hosts: creates the user there, installs the public key and verifies the login.
#
# Usage: deploy-key.sh [OPTIONS] KEY USER HOST…
#   KEY                  public key file; the private key beside it (without .pub) is used to verify the login
#   USER                 user on the hosts, created if missing, without a password
#   HOST                 [LOGIN@]ADDRESS[:PORT]: the address as in fleet.yml (IPv6 with a port: [ADDRESS]:PORT), and an existing login there:
#                        root, or a user with sudo. You are asked for its password once, unless your own keys are accepted
#   --known-hosts FILE   where the host key is added: known_hosts of the exporter; default ~/.ssh/known_hosts
#   --fingerprint SHA256:…   trusts a new host only if its key has this fingerprint; may be repeated
#   --yes                trusts the key of new hosts without asking
#   --identity FILE      private key for the verification, if it is not beside KEY
#   --from LIST          accepts the key only from these addresses, such as 192.168.1.20,10.0.0.0/8
#   --groups LIST        adds USER to existing groups, such as video,systemd-journal
#   --pty                allows terminals with this key, for people who attach to tmux sessions; the exporter needs none
#   --dry-run            prints the commands instead of running them; connects to no host
#   --help
#
# The key is installed with the option restrict (no forwarding, no terminal). A second run changes nothing, or only the options of the key. A table of
# the hosts is printed on standard output, everything else on standard error. The exit code is 1 if a host failed.
set -euo pipefail

self=deploy-key
if [ -t 2 ]; then bold=$'\e[1m' red=$'\e[31m' off=$'\e[0m'; else bold='' red='' off=''; fi
say() { printf "$self: %s\n" "$1" >&2; shift; [ $# = 0 ] || printf '  %s\n' "$@" >&2; }
usage() { echo "$self: $1; see --help" >&2; exit 2; }

known_hosts=~/.ssh/known_hosts fingerprints=() yes='' identity='' from='' groups='' pty='' dry_run='' words=()
while [ $# -gt 0 ]; do
  case $1 in
    --known-hosts | --identity | --from | --groups | --fingerprint)
      [ $# -ge 2 ] || usage "$1 needs a value"
      name=${1#--}
      if [ "$name" = fingerprint ]; then fingerprints+=("$2"); else printf -v "${name//-/_}" %s "$2"; fi
      shift ;;
    --yes) yes=1 ;;
    --pty) pty=1 ;;
    --dry-run) dry_run=1 ;;
    --help | -h) sed -n '2,/^set /{/^set /d; s/^# \{0,1\}//p}' "$0"; exit 0 ;;
    --) shift; words+=("$@"); break ;;
    -*) usage "unknown option $1" ;;
    *) words+=("$1") ;;
  esac
  shift
done
[ ${#words[@]} -ge 3 ] || usage "KEY, USER and at least one HOST are required"
key=${words[0]} user=${words[1]}
hosts=("${words[@]:2}")

# Everything that reaches a host is checked here: it consists of characters that no shell and no authorized_keys treats specially.
[[ $user =~ ^[a-z_][a-z0-9_-]{0,31}$ ]] || usage "USER must consist of lower-case letters, digits, '-' and '_', not '$user'"
[[ -z $groups || $groups =~ ^[a-z_][a-z0-9_-]*(,[a-z_][a-z0-9_-]*)*$ ]] || usage "--groups must be names separated by commas, not '$groups'"
[[ $from =~ ^[A-Za-z0-9.:*?!,/_-]*$ ]] || usage "--from must be addresses, networks or names separated by commas, not '$from'"
for name in "${fingerprints[@]}"; do
  [[ $name =~ ^SHA256:[A-Za-z0-9+/]{43}$ ]] || usage "--fingerprint must be SHA256: and 43 characters, as ssh-keygen -l prints it, not '$name'"
done
[ -r "$key" ] || { say "cannot read $key" "Give the public key file that provision.sh or ssh-keygen created."; exit 1; }
! grep -q 'PRIVATE KEY' "$key" || { say "$key is a private key" "Give the public one: $key.pub"; exit 1; }
line=$(grep -v -e '^#' -e '^[[:space:]]*$' "$key") || line=''
read -r type blob comment <<<"$line" || :
if [[ $line == *$'\n'* || ! $type =~ ^(ssh-(ed25519|rsa)|ecdsa-sha2-nistp(256|384|521)|sk-(ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com)$ ||
  ! $blob =~ ^[A-Za-z0-9+/]+=*$ ]] || ! ssh-keygen -lf "$key" >/dev/null 2>&1; then
  say "$key is not one public key in OpenSSH's format" "ssh-keygen -y -f PRIVATE_KEY prints that of a private key."
  exit 1
fi
line="restrict${pty:+,pty}${from:+,from=\"$from\"} $type $blob ${comment//[^A-Za-z0-9 @._:+\/=-]/}"
line=${line% }
identity=${identity:-${key%.pub}}
# Without the private key file, ssh takes the key from the agent if it is given the public one.
[ -r "$identity" ] || identity=$key

# What runs on a host, as root and from standard input. Files of the user are written as the user, who might have put links there.
script() {
  cat <<'SH'
set -eu
umask 077
die() { echo "deploy-key: $*" >&2; exit 1; }
field() { { getent passwd "$1" 2>/dev/null || grep "^$1:" /etc/passwd; } | cut -d : -f "$2"; }
main() {
  read -r user
  read -r groups
  IFS= read -r line
  [ "$(id -u)" = 0 ] || die "not root"
  report=
  if ! id "$user" >/dev/null 2>&1; then
    command -v useradd >/dev/null || die "useradd is missing; create the user $user and run this again"
    # A password of * can never be entered; sshd refuses one that begins with ! when it does not use PAM.
    useradd --create-home --shell /bin/sh --password '*' "$user" || die "useradd failed"
    report="user created, "
  fi
  case $(field "$user" 7) in */nologin | */false) die "the shell of $user allows no login; change it: usermod --shell /bin/sh $user" ;; esac
  home=$(field "$user" 6)
  [ -d "$home" ] || die "the home folder of $user does not exist: $home"
  if [ -n "$groups" ]; then
    for group in $(echo "$groups" | tr , ' '); do
      if id -nG "$user" | tr ' ' '\n' | grep -qx "$group"; then continue; fi
      grep -q "^$group:" /etc/group || die "there is no group $group"
      usermod -aG "$group" "$user"
      report="${report}group $group added, "
    done
  fi
  key=$(printf '%s\n%s\n' "$home" "$line" | su -s /bin/sh "$user" -c "$install") || die "the key could not be installed for $user"
  if command -v restorecon >/dev/null; then restorecon -R "$home/.ssh"; fi
  echo "$report$key"
}
install='
  set -eu
  umask 077
  IFS= read -r home
  IFS= read -r line
  blob=$(printf %s "$line" | tr " " "\n" | grep "^AAAA" | head -n 1)
  [ -d "$home/.ssh" ] || mkdir "$home/.ssh"
  cd "$home/.ssh"
  chmod 700 .
  [ -e authorized_keys ] || : >authorized_keys
  chmod 600 authorized_keys
  same= others= new=authorized_keys.$$
  while IFS= read -r old || [ -n "$old" ]; do
    case $old in
      "$line") if [ -n "$same" ]; then others=1; continue; fi; same=1 ;;
      "#"*) ;;
      *"$blob"*) others=1; continue ;;
    esac
    printf "%s\n" "$old"
  done <authorized_keys >$new
  [ -n "$same" ] || printf "%s\n" "$line" >>$new
  if [ -n "$same" ] && [ -z "$others" ]; then rm $new; echo "key present"; exit; fi
  mv $new authorized_keys
  if [ -n "$others" ]; then echo "options of the key changed"; else echo "key added"; fi
'
SH
  printf "main <<'DATA'\n%s\n%s\n%s\nDATA\n" "$user" "$groups" "$line"
}

work=$(mktemp -d /tmp/deploy-key.XXXXXX)
address=''
end_session() { [ ! -S "$work/control" ] || ssh -S "$work/control" -O exit -- "$address" 2>/dev/null || :; }
trap 'end_session; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# Sets login, address, port, and name: the host in known_hosts.
parse() {
  local rest=$1
  login='' port=22
  [[ $rest != *@* ]] || { login=${rest%@*} rest=${rest##*@}; [[ $login =~ ^[A-Za-z_][A-Za-z0-9_.-]*$ ]] || return 1; }
  if [[ $rest =~ ^\[([A-Fa-f0-9:.]+)\](:([0-9]{1,5}))?$ || $rest =~ ^([A-Za-z0-9][A-Za-z0-9._-]*)(:([0-9]{1,5}))?$ ]]; then
    address=${BASH_REMATCH[1]} port=${BASH_REMATCH[3]:-22}
  elif [[ $rest =~ ^[A-Fa-f0-9:.]+$ ]]; then
    address=$rest
  else
    return 1
  fi
  port=$((10#$port)) name=$address
  ((port > 0 && port < 65536)) || return 1
  [ "$port" = 22 ] || name="[$address]:$port"
}
for host in "${hosts[@]}"; do parse "$host" || usage "'$host' is not [LOGIN@]ADDRESS[:PORT]"; done

has_terminal() { { : </dev/tty; } 2>/dev/null; }
last_line() { tr -d '\r' <"$1" | grep -v '^$' | tail -n 1 || :; }
fail() { result=$1; shift; say "$red$result$off" "$@"; return 1; }

# Options of all connections to a host. HostKeyAlias is the name in known_hosts, whatever an ssh_config makes of the address.
connection() {
  options=(-o "HostKeyAlias=$name" -o GlobalKnownHostsFile=/dev/null -o "UserKnownHostsFile=$work/known" -o UpdateHostKeys=no -o HashKnownHosts=no
    -o ConnectTimeout=10 -o RemoteCommand=none -o RequestTTY=no -o ClearAllForwardings=yes -o ForwardAgent=no -o LogLevel=ERROR)
  target=(-p "$port" ${login:+-l "$login"} -- "$address")
  check=(ssh -F none "${options[@]}" -o StrictHostKeyChecking=yes -o BatchMode=yes -o IdentitiesOnly=yes -o PreferredAuthentications=publickey
    -o ControlPath=none -i "$identity" -p "$port" -l "$user" -- "$address" "exec sh -s")
}
session() { ssh -S "$work/control" "${options[@]}" -o ControlMaster=no "${target[@]}" "$1"; }

# The host key: from known_hosts, else fetched, shown and confirmed. All later connections accept this key only.
trust() {
  ssh-keygen -F "$name" -f "$known_hosts" 2>/dev/null | grep -v '^#' >"$work/known" || :
  [ ! -s "$work/known" ] || return 0
  ssh "${options[@]}" -o ControlPath=none -o StrictHostKeyChecking=accept-new -o BatchMode=yes -o PreferredAuthentications=none "${target[@]}" true \
    </dev/null >/dev/null 2>"$work/error" || :
  [ -s "$work/known" ] || { fail "no SSH connection: $(last_line "$work/error")" "Check the address, the port, and that sshd runs there."; return; }
  local shown fingerprint answer
  shown=$(ssh-keygen -lf "$work/known") fingerprint=$(cut -d ' ' -f 2 <<<"$shown")
  say "host key of $name: $shown"
  if [ ${#fingerprints[@]} -gt 0 ]; then
    [[ " ${fingerprints[*]} " == *" $fingerprint "* ]] || { fail "the host key does not have the fingerprint given by --fingerprint"; return; }
  elif [ -z "$yes" ]; then
    has_terminal || { fail "nobody confirmed the host key" "Compare the fingerprint, then give --fingerprint $fingerprint, or --yes."; return; }
    echo "Compare it on the console of the host: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub" >/dev/tty
    read -rp "Is it the same? [yes/no] " answer </dev/tty
    [ "$answer" = yes ] || { fail "the host key was not confirmed"; return; }
  fi
  if [ ! -e "$known_hosts" ]; then
    install -D -m 600 /dev/null "$known_hosts" || { fail "cannot write $known_hosts"; return; }
    # The exporter's user, to whom the folder belongs, has to read it.
    [ "$(id -u)" != 0 ] || chown --reference="$(dirname "$known_hosts")" "$known_hosts"
  fi
  [ -z "$(tail -c 1 "$known_hosts")" ] || echo >>"$known_hosts"
  cat "$work/known" >>"$known_hosts" || fail "cannot write $known_hosts"
}

key_works() { [ "$(echo 'echo ready' | "${check[@]}" 2>"$work/error" | tail -n 1)" = ready ]; }

# Without root: done if somebody has installed the key by hand, else says how.
not_root() {
  if key_works; then result="login verified; nothing was changed, because $1" verified=1; return 1; fi
  fail "$1" "Run as root on the host, then run this again to verify the login:" "  useradd --create-home --shell /bin/sh --password '*' $user" \
    "  mkdir -p -m 700 ~$user/.ssh" "  echo '$line' >>~$user/.ssh/authorized_keys" \
    "  chmod 600 ~$user/.ssh/authorized_keys; chown -R $user: ~$user/.ssh"
}

# The password for sudo: from SSH_ASKPASS as ssh does, else from the terminal.
ask() {
  if [ -n "${SSH_ASKPASS:-}" ] && { [ "${SSH_ASKPASS_REQUIRE:-}" = force ] || ! has_terminal; }; then password=$("$SSH_ASKPASS" "$1"); return; fi
  has_terminal || return
  read -rsp "$1" password </dev/tty
  echo >/dev/tty
}

# Sets root to the command that runs a shell as root on the host, and password to what sudo reads first.
become_root() {
  local id
  password='' root='sh -s'
  id=$(session 'id -u' </dev/null | tail -n 1) || { fail "the connection broke"; return; }
  [ "$id" != 0 ] || return 0
  root='sudo -n sh -s'
  session 'sudo -n true' </dev/null >/dev/null 2>"$work/error" && return
  session 'sudo -V' </dev/null >/dev/null 2>&1 || { not_root "the login is not root, and the host has no sudo"; return; }
  ask "[sudo] password of ${login:-your login} on $name: " || { not_root "sudo needs a password, and there is no terminal to ask for it"; return; }
  # -k: sudo always reads the password, so that it never reaches the shell.
  printf '%s\n' "$password" | session "sudo -S -k -p '' true" >/dev/null 2>"$work/error" ||
    { not_root "sudo refused: $(last_line "$work/error")"; return; }
  root="sudo -S -k -p '' sh -s"
}

deploy() {
  result='' verified=''
  connection
  trust || return
  ssh -M -N -f -S "$work/control" "${options[@]}" -o StrictHostKeyChecking=yes "${target[@]}" </dev/null || {
    fail "the login failed; ssh's message is above" "Give a login that exists there: root@$address, or one with sudo: alice@$address" \
      "If the host was reinstalled, remove its old key: ssh-keygen -f $known_hosts -R '$name'"
    return
  }
  become_root || { [ -n "$verified" ]; return; }
  { [ -z "$password" ] || printf '%s\n' "$password"; script; } | session "$root" >"$work/output" 2>"$work/error" || {
    result=$(last_line "$work/error")
    fail "${result#deploy-key: }"
    return
  }
  result=$(last_line "$work/output")
  key_works || {
    fail "$result, but the login with the key fails: $(last_line "$work/error")" \
      "The host's log says why: journalctl -u ssh -n 20. Usual causes: AllowUsers or AuthorizedKeysFile in sshd_config, an expired user, a password" \
      "that begins with ! where sshd does not use PAM (usermod --password '*' $user), --from without the address of this machine, a private key" \
      "with a passphrase."
    return
  }
  result="$result, login verified"
}

print_commands() {
  connection
  printf '# %s\n' "$1"
  printf '%q ' ssh -M -N -f -S "$work/control" "${options[@]}" -o StrictHostKeyChecking=yes "${target[@]}"; echo
  printf '%q ' ssh -S "$work/control" "${options[@]}" -o ControlMaster=no "${target[@]}" "sh -s"
  printf '<<%s\n%s\n%s\n' "'SCRIPT'    # with sudo if the login is not root" "$(script)" SCRIPT
  printf '%q ' "${check[@]}"; echo "<<<'echo ready'"
}

states=() results=() width=4 failed=0
for host in "${hosts[@]}"; do
  parse "$host"
  if [ -n "$dry_run" ]; then print_commands "$host"; continue; fi
  say "$bold$host$off"
  if deploy; then state=ok; else state=failed failed=1; fi
  say "$state: $result"
  states+=("$state") results+=("$result")
  [ ${#host} -le "$width" ] || width=${#host}
  end_session
done
[ -z "$dry_run" ] || exit 0
printf '%-*s  %-6s  %s\n' "$width" HOST STATE RESULT
for i in "${!hosts[@]}"; do printf '%-*s  %-6s  %s\n' "$width" "${hosts[i]}" "${states[i]}" "${results[i]}"; done
exit $failed
