#!/usr/bin/env bash
# Installs FleetExporter on this machine as a systemd service with an SSH key of its own. Debian 12 or 13, or Ubuntu 22.04 or later; run it as root.
#
# Usage: provision.sh [OPTIONS] PACKAGE.deb…       the packages fleet-exporter and, if wanted, fleet-exporter-monitoring
#        provision.sh [OPTIONS] FOLDER|TARBALL     without packages: with the self-contained program fleet-exporter and fleet-exporter.service
#   --listen ADDRESS:PORT   where the web interface listens, such as 0.0.0.0:9470; default 127.0.0.1:9470. For an address that other machines can
#                           reach, an API key is created and printed, and the names of this machine are added to allowed_hosts
#   --dry-run               prints the commands instead of running them; changes nothing
#   --help
#
# The public key is printed on standard output, progress on standard error. A second run keeps fleet.yml and the key, and installs a newer version.
set -euo pipefail
umask 022

self=provision
if [ -t 2 ]; then bold=$'\e[1m' red=$'\e[31m' off=$'\e[0m'; else bold='' red='' off=''; fi
say() { printf "$self: %s\n" "$1" >&2; shift; [ $# = 0 ] || printf '  %s\n' "$@" >&2; }
die() { say "$red$1$off" "${@:2}"; exit 1; }
usage() { echo "$self: $1; see --help" >&2; exit 2; }

user=fleet home=/var/lib/fleet-exporter config=/etc/fleet-exporter/fleet.yml unit=fleet-exporter.service
program=/usr/bin/fleet-exporter
key=$home/.ssh/id_ed25519
listen='' dry_run='' sources=()
while [ $# -gt 0 ]; do
  case $1 in
    --listen) [ $# -ge 2 ] || usage "$1 needs a value"; listen=$2; shift ;;
    --dry-run) dry_run=1 ;;
    --help | -h) sed -n '2,/^set /{/^set /d; s/^# \{0,1\}//p}' "$0"; exit 0 ;;
    -*) usage "unknown option $1" ;;
    *) sources+=("$1") ;;
  esac
  shift
done
[ ${#sources[@]} -gt 0 ] || usage "no package, folder or tarball given"
[[ -z $listen || $listen =~ ^([0-9.]+|localhost|\[[0-9A-Fa-f:.]+\]):([0-9]{1,5})$ ]] || usage "--listen must be ADDRESS:PORT, not '$listen'"

# Checks, before anything is changed.
[ "$(id -u)" = 0 ] || [ -n "$dry_run" ] || die "must run as root" "sudo $0 ${sources[*]}"
# shellcheck source=/dev/null
. /etc/os-release
case $ID in
  debian) case ${VERSION_ID:-} in 12 | 13) ;; *) die "Debian ${VERSION_ID:-testing} is not supported; use Debian 12 or 13" ;; esac ;;
  ubuntu) dpkg --compare-versions "$VERSION_ID" ge 22.04 || die "Ubuntu $VERSION_ID is not supported; use 22.04 or later" ;;
  *) die "${PRETTY_NAME:-this system} is not supported; use Debian 12 or 13, or Ubuntu 22.04 or later" ;;
esac
[ -d /run/systemd/system ] || die "systemd does not run here" \
  "Run this in the container or virtual machine itself, not in a chroot or an application container."
arch=$(dpkg --print-architecture)
case $arch in amd64 | arm64) ;; *) die "there is no FleetExporter for the architecture $arch; use amd64 or arm64" ;; esac
free=$(($(df -Pk /usr | awk 'NR == 2 { print $4 }') / 1024))
[ "$free" -ge 400 ] || die "only $free MiB are free on the disk; 400 MiB are needed" \
  "Free some space, or enlarge the disk: pct resize CTID rootfs +4G"

packages=() folder=''
for file in "${sources[@]}"; do
  [ -r "$file" ] || die "cannot read $file"
  case $file in
    *.deb)
      for_arch=$(dpkg-deb --field "$file" Architecture 2>/dev/null) || die "$file is not a Debian package"
      [ "$for_arch" = all ] || [ "$for_arch" = "$arch" ] || die "$file is for $for_arch, but this machine is $arch"
      packages+=("$(realpath "$file")") ;;
    *)
      [ ${#sources[@]} = 1 ] || usage "give packages, or one folder or tarball"
      folder=$(realpath "$file") ;;
  esac
done

run() { if [ -n "$dry_run" ]; then printf '%q ' "$@"; echo; else say "$bold$(printf '%q ' "$@")$off"; "$@" >&2; fi; }
apt_install() {
  # The package lists of a new container are old: they are updated only if the installation needs them.
  # A changed fleet.yml is kept without asking.
  local install=(env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends -o Dpkg::Options::=--force-confold "$@")
  run "${install[@]}" && return
  run apt-get update || say "apt-get update failed"
  run "${install[@]}" || die "apt-get failed; its message is above" "If another apt-get runs, wait for it and run this again."
}
changed=''

if [ ${#packages[@]} -gt 0 ]; then
  apt_install "${packages[@]}"
  dpkg-query -W -f '${db:Status-Status}' fleet-exporter 2>/dev/null | grep -qx installed || [ -n "$dry_run" ] ||
    die "the package fleet-exporter is not installed" "Give it too: $0 fleet-exporter_VERSION_$arch.deb ${sources[*]}"
else
  # From a folder or a tarball, whose files may be in a folder of their own.
  if [ -f "$folder" ]; then
    unpacked=$(mktemp -d)
    trap 'rm -rf "$unpacked"' EXIT
    tar -C "$unpacked" --no-same-owner -xf "$folder" 2>/dev/null || die "$folder is neither a package nor a tarball"
    folder=$(dirname "$(find "$unpacked" -maxdepth 2 -type f -name fleet-exporter -print -quit)")
  fi
  for file in fleet-exporter $unit; do
    [ -f "$folder/$file" ] || die "${sources[0]} has no $file" "Give the folder or tarball of a release, or a package."
  done
  # Byte 18 of an ELF file is the architecture: 62 is amd64, 183 arm64.
  machine=$(od -An -tu1 -j 18 -N 1 "$folder/fleet-exporter" | tr -d ' ')
  [ "$machine" = "$([ "$arch" = amd64 ] && echo 62 || echo 183)" ] || die "$folder/fleet-exporter is not a program for $arch"

  # ca-certificates brings OpenSSL, which the program needs.
  [ -e /etc/ssl/certs/ca-certificates.crt ] || apt_install ca-certificates
  id $user >/dev/null 2>&1 || run useradd --system --user-group --home-dir $home --shell /usr/sbin/nologin $user
  # Replaced as a whole: the files beside the program belong to its version.
  target=/opt/fleet-exporter
  if ! diff -rq "$folder" $target >/dev/null 2>&1; then
    changed=1
    run rm -rf $target.new
    run cp -r "$folder" $target.new
    run chown -R root:root $target.new
    run chmod -R u=rwX,go=rX $target.new
    run chmod 755 $target.new/fleet-exporter
    run rm -rf $target
    run mv $target.new $target
  fi
  # Where the unit expects the program.
  program=$(sed -n 's/^ExecStart=\([^ ]*\).*/\1/p' "$folder/$unit" | tail -n 1)
  [ "$(realpath -m "$program")" = $target/fleet-exporter ] || run ln -sfn $target/fleet-exporter "$program"
  if ! cmp -s "$folder/$unit" /etc/systemd/system/$unit; then
    changed=1
    run install -m 644 "$folder/$unit" /etc/systemd/system/$unit
    run systemctl daemon-reload
  fi
  run install -d -o $user -g $user -m 700 $home
  if [ ! -e $config ]; then
    run install -d -m 755 "${config%/*}"
    default_config() {
      cat <<YML
# What FleetExporter watches. It reloads this file when it changes; docs/configuration.md describes every key.
data_dir: $home
ssh: { user: $user, key_file: $key }
hosts: []
#  - { name: gpu-server-1, address: 192.168.1.10 }
YML
    }
    if [ -n "$dry_run" ]; then printf '%s\n' "cat >$config <<'YML'" "$(default_config)" YML; else default_config >$config; fi
  fi
fi

# The SSH key, as its owner and once.
command -v ssh-keygen >/dev/null || apt_install openssh-client
if [ ! -e $key ]; then
  run install -d -o $user -g "$(id -gn $user 2>/dev/null || echo $user)" -m 700 $home/.ssh
  run runuser -u $user -- ssh-keygen -q -t ed25519 -N '' -C "fleet-exporter@$(hostname)" -f $key
fi

# --listen in fleet.yml. An address that is not loopback needs an entry in keys.
api_key=''
if [ -n "$listen" ] && ! grep -qxF -- "listen: $listen" $config 2>/dev/null; then
  ! grep -Eq '^(keys|allowed_hosts):' $config 2>/dev/null || die "$config has keys or allowed_hosts already" \
    "Edit it by hand: listen: $listen, an entry in keys (fleet-exporter key new NAME --scopes read), and the names in allowed_hosts; then" \
    "systemctl restart $unit, and run this again without --listen."
  if [ -n "$dry_run" ]; then
    printf '%s\n' "$program key new browser --scopes control" "cat >>$config <<'YML'" "listen: $listen" "allowed_hosts: […]" "keys: […]" YML
  else
    changed=1
    lines="listen: $listen"
    case $listen in 127.* | localhost:* | '[::1]:'*) ;; *)
      created=$($program key new browser --scopes control)
      api_key=$(sed -n 's/^key: //p' <<<"$created")
      names=$({ hostname; hostname -f || :; hostname -I; } 2>/dev/null | tr -s ' ' '\n' |
        awk 'NF && !seen[$0]++ { printf "%s\"%s\"", sep, $0; sep = ", " }')
      lines+=$'\n'"allowed_hosts: [$names]    # names and addresses by which browsers reach it"$'\nkeys:\n'$(grep '^  - ' <<<"$created") ;;
    esac
    cp -p $config $config.new
    sed -i '/^listen:/d' $config.new
    printf '\n%s\n' "$lines" >>$config.new
    mv $config.new $config
  fi
fi

run systemctl enable --quiet $unit
if [ -n "$changed" ]; then run systemctl restart $unit; else run systemctl start $unit; fi
[ -z "$dry_run" ] || { echo "curl http://${listen:-127.0.0.1:9470}/-/healthy    # until it answers"; exit 0; }

address=$(sed -n 's/^listen: *\([^ #]*\).*/\1/p' $config | tail -n 1) address=${address:-127.0.0.1:9470}
port=${address##*:} address=${address%:*}
case $address in 0.0.0.0 | localhost) address=127.0.0.1 ;; '[::]') address=::1 ;; '['*) address=${address//[\[\]]/} ;; esac
healthy() {
  local status
  { exec 3<>"/dev/tcp/$address/$port"; } 2>/dev/null || return 1
  # With tls an HTTP request gets no answer: that the port is open has to do.
  if grep -q '^tls:' $config; then exec 3>&-; return; fi
  printf 'GET /-/healthy HTTP/1.0\r\nHost: localhost\r\n\r\n' >&3
  read -r -t 5 status <&3 || :
  exec 3>&-
  [[ ${status:-} == *" 200 "* ]]
}
say "waiting for http://$address:$port/-/healthy"
for ((i = 0; ; i++)); do
  ! healthy || break
  state=$(systemctl is-active $unit || :)
  if [ "$state" = failed ] || [ "$(systemctl show -P NRestarts $unit)" -ge 3 ] || [ "$i" -ge 90 ]; then
    die "$unit is $state and does not answer on port $port; its last lines:" "$(journalctl -u $unit -n 15 --no-pager -o cat)" \
      "Correct the cause ($program check --config $config finds mistakes), then run this again."
  fi
  sleep 1
done

say "FleetExporter runs."
[ -z "$api_key" ] || say "API key for the web interface, shown only now: $api_key" "It crosses the network in clear text unless tls: is configured."
say "next: install the key on each host to watch, and add the host to $config:" \
  "${0%/*}/deploy-key.sh --known-hosts $home/known_hosts $key.pub $user root@HOST…"
cat $key.pub
