#!/usr/bin/env bash
# Creates an LXC container for FleetExporter on a Proxmox VE node, starts it and prints its address. Run it on the node as root.
#
# Usage: create-lxc.sh [OPTIONS] [CTID]
#   CTID                     id of the container; default 200, or the next free id if 200 is taken
#   --ssh-key FILE           public keys that may log in as root; default the node's own key in /root/.ssh, if it has one
#   --password-stdin         sets root's password, read from standard input
#   --password-auth          lets root log in over SSH with the password, for the set-up; needs --password-stdin
#   --hostname NAME          default fleet-exporter
#   --debian 12|13           Debian version of the template; default the newest that Proxmox offers
#   --storage ID             storage of the disk; default local-lvm, or the first one that takes containers
#   --template-storage ID    storage of the template; default local
#   --bridge NAME            network bridge; default vmbr0. The address comes from DHCP
#   --cores N  --memory MIB  --disk GIB    default 1, 1024 and 8
#   --timeout SECONDS        how long to wait for the address; default 120
#   --dry-run                prints the commands instead of running them; changes nothing
#   --help
#
# The address is printed on standard output, progress on standard error. Run it again to continue after a failure: a container with this id and
# hostname is kept and started if necessary.
set -euo pipefail

self='create-lxc'
if [ -t 2 ]; then bold=$'\e[1m' red=$'\e[31m' off=$'\e[0m'; else bold='' red='' off=''; fi
say() { echo "$self: $*" >&2; }
die() { echo "$self: $red$1$off" >&2; shift; [ $# = 0 ] || printf '  %s\n' "$@" >&2; exit 1; }
usage() { echo "$self: $1; see --help" >&2; exit 2; }

ctid='' ssh_key='' password_stdin='' password_auth='' hostname=fleet-exporter debian='' storage='' template_storage=local bridge=vmbr0
cores=1 memory=1024 disk=8 timeout=120 dry_run=''
while [ $# -gt 0 ]; do
  case $1 in
    --ssh-key | --hostname | --debian | --storage | --template-storage | --bridge | --cores | --memory | --disk | --timeout)
      [ $# -ge 2 ] || usage "$1 needs a value"
      name=${1#--}
      printf -v "${name//-/_}" %s "$2"
      shift ;;
    --password-stdin) password_stdin=1 ;;
    --password-auth) password_auth=1 ;;
    --dry-run) dry_run=1 ;;
    --help | -h) sed -n '2,/^set /{/^set /d; s/^# \{0,1\}//p}' "$0"; exit 0 ;;
    -*) usage "unknown option $1" ;;
    *) [ -z "$ctid" ] || usage "more than one CTID"; ctid=$1 ;;
  esac
  shift
done

number() { [[ $2 =~ ^[1-9][0-9]{0,8}$ ]] || usage "$1 must be a whole number, not '$2'"; }
[ -z "$ctid" ] || { number CTID "$ctid"; [ "$ctid" -ge 100 ] || usage "CTID must be at least 100, because Proxmox reserves lower ids"; }
number --cores "$cores"; number --memory "$memory"; number --disk "$disk"; number --timeout "$timeout"
[[ $hostname =~ ^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$ ]] || usage "--hostname must consist of letters, digits and '-', not '$hostname'"
[[ -z $debian || $debian =~ ^1[23]$ ]] || usage "--debian must be 12 or 13, not '$debian'"
for name in "$storage" "$template_storage" "$bridge"; do
  [[ $name =~ ^[A-Za-z0-9._-]*$ ]] || usage "'$name' is not the name of a storage or bridge"
done
[ -z "$password_auth" ] || [ -n "$password_stdin" ] || usage "--password-auth needs --password-stdin: nobody could log in without a password"

# Checks that this is a Proxmox node.
for tool in pveversion pct pveam pvesh pvesm; do
  command -v $tool >/dev/null || die "$tool is not installed: this is not a Proxmox VE node" \
    "Copy this script to the node and run it there as root: scp $0 root@pve1:"
done
version=$(pveversion) || die "pveversion failed; check the node: systemctl status pve-cluster"
[ "$(id -u)" = 0 ] || [ -n "$dry_run" ] || die "must run as root, because pct does" "sudo $0${ctid:+ $ctid}"
say "$version"

if [ -n "$ssh_key" ]; then
  [ -r "$ssh_key" ] || die "cannot read $ssh_key (--ssh-key)"
  ! grep -q 'PRIVATE KEY' "$ssh_key" || die "$ssh_key is a private key; give the public one: --ssh-key $ssh_key.pub"
  ssh-keygen -lf "$ssh_key" >/dev/null 2>&1 || die "$ssh_key is not a file of public keys (--ssh-key)"
fi

password=''
if [ -n "$password_stdin" ]; then
  if [ -t 0 ]; then read -rsp "Password of root in the container: " password; echo >&2; else IFS= read -r password || :; fi
  [ "${#password}" -ge 5 ] || die "the password on standard input is shorter than 5 characters, which Proxmox rejects"
fi

# Runs a command that changes something, or prints it. Its output goes to standard error.
run() {
  if [ -n "$dry_run" ]; then printf '%q ' "$@"; echo; else say "$bold$(printf '%q ' "$@")$off"; "$@" >&2; fi
}
hostname_of() { pct config "$1" 2>/dev/null | sed -n 's/^hostname: //p'; }
exists() { pct status "$1" >/dev/null 2>&1; }
free() { pvesh get /cluster/nextid --vmid "$1" >/dev/null 2>&1; }

# The id: the given one, else that of an existing container with this hostname, else 200, else the next free one.
if [ -z "$ctid" ]; then
  ctid=$(pct list | awk -v name="$hostname" 'NR > 1 && $NF == name && !found++ { print $1 }')
  if [ -z "$ctid" ]; then
    if free 200; then ctid=200; else ctid=$(pvesh get /cluster/nextid | tr -dc 0-9); fi
    [ -n "$ctid" ] || die "pvesh named no free id; give one: $self CTID"
  fi
fi

created=''
unfinished() {
  local code=$?
  [ $code = 0 ] || [ -n "$dry_run" ] || ! exists "$ctid" || [ "$(hostname_of "$ctid")" != "$hostname" ] || printf '%s\n' \
    "$self: container $ctid ($hostname) exists but is not set up. Run this again to continue, or remove it:" \
    "  pct stop $ctid; pct destroy $ctid --purge 1" >&2
}

trap unfinished EXIT
if exists "$ctid"; then
  [ "$(hostname_of "$ctid")" = "$hostname" ] || die "container $ctid exists and is another one: $(hostname_of "$ctid")" \
    "Give another id, or none for the next free one."
  say "container $ctid ($hostname) exists already"
else
  free "$ctid" || die "id $ctid is used by a virtual machine or on another node of the cluster" "Give another id, or none for the next free one."
  created=1
  storages=$(pvesm status --content rootdir) || die "pvesm status failed"
  usable=$(awk 'NR > 1 && $3 == "active" { print $1 }' <<<"$storages")
  if [ -z "$storage" ]; then
    storage=$(grep -x local-lvm <<<"$usable" || head -n 1 <<<"$usable")
    [ -n "$storage" ] || die "no active storage takes containers" "Allow the content type 'Container' on one: Datacenter, Storage, Edit."
  fi
  grep -qxF -- "$storage" <<<"$usable" || die "storage $storage is not active or does not take containers (--storage)" "Usable:" "${usable//$'\n'/, }"
  templates=$(pveam list "$template_storage") || die "storage $template_storage does not have templates (--template-storage)" \
    "See pvesm status --content vztmpl for those that do."

  # The newest template: of Debian 13, else of Debian 12. One that is there already is enough if the list cannot be updated.
  newest() { # names, one a line
    local version
    for version in ${debian:-13 12}; do
      grep -E "^debian-$version-standard_[^/ ]*_amd64\.tar\.(zst|gz|xz)$" <<<"$1" | sort -V | tail -n 1 | grep . && return
    done
    return 1
  }
  run pveam update || say "the list of templates could not be updated; using the known one"
  present=$(awk -F '[ /]+' 'NR > 1 { print $2 }' <<<"$templates")
  available=$(pveam available --section system | awk '{ print $2 }')
  # Before the first update the list is empty: a dry run then shows what the update brings.
  template=$(newest "$available") || template=$(newest "$present") || template=${dry_run:+debian-${debian:-13}-standard_VERSION_amd64.tar.zst}
  [ -n "$template" ] ||
    die "Proxmox offers no template of Debian ${debian:-13 or 12}" "Check the node's internet access and run pveam update."
  if grep -qxF -- "$template" <<<"$present"; then
    say "template $template is in $template_storage already"
  else
    run pveam download "$template_storage" "$template" || die "the download of $template failed" \
      "Check the node's internet access and the free space of $template_storage: pvesm status"
  fi

  if [ -z "$ssh_key$password_stdin" ]; then
    for file in ~/.ssh/id_ed25519.pub ~/.ssh/id_ecdsa.pub ~/.ssh/id_rsa.pub; do
      if [ -s "$file" ]; then ssh_key=$file; say "the node's key $file may log in; choose others with --ssh-key"; break; fi
    done
  fi
  create=(pct create "$ctid" "$template_storage:vztmpl/$template" --hostname "$hostname" --unprivileged 1 --features nesting=1
    --cores "$cores" --memory "$memory" --rootfs "$storage:$disk" --net0 "name=eth0,bridge=$bridge,ip=dhcp" --onboot 1)
  [ -z "$ssh_key" ] || create+=(--ssh-public-keys "$ssh_key")
  run "${create[@]}" || die "pct create failed; its message is above" \
    "If it does not know the Debian version, upgrade the node or use --debian 12." \
    "The template remains: pveam remove $template_storage:vztmpl/$template"
fi

[ "$(pct status "$ctid" 2>/dev/null)" = "status: running" ] || run pct start "$ctid" || die "container $ctid does not start" \
  "See why: pct start $ctid --debug 1"

# The first IPv4 address, else the first address of any kind that is not link-local.
address() {
  local found
  found=$(pct exec "$ctid" -- hostname -I 2>/dev/null | tr ' ' '\n' | grep -Ev '^(169\.254\.|fe80:|$)') || return
  grep -m 1 -F . <<<"$found" || head -n 1 <<<"$found"
}
ip=ADDRESS
if [ -n "$dry_run" ]; then
  echo "pct exec $ctid -- hostname -I"
else
  printf '%s: waiting for an address ' "$self" >&2
  for ((i = 0; ; i++)); do
    if ip=$(address); then echo " $ip" >&2; break; fi
    [ "$i" -lt "$timeout" ] || { echo >&2; die "container $ctid has had no address for $timeout s" \
      "Check that DHCP answers on $bridge, and the container's log: pct exec $ctid -- journalctl -b -u systemd-networkd -u networking"; }
    printf . >&2
    sleep 1
  done
fi

drop_in=/etc/ssh/sshd_config.d/00-setup.conf
if [ -n "$dry_run" ]; then
  [ -z "$password_stdin" ] || echo "pct exec $ctid -- chpasswd    # root's password on its standard input"
  [ -z "$password_auth" ] || printf '%s\n' \
    "pct exec $ctid -- tee $drop_in    # with the lines PermitRootLogin yes and PasswordAuthentication yes" \
    "pct exec $ctid -- systemctl try-reload-or-restart ssh"
  exit 0
fi
# The password is never an argument, which other users of the node could see.
[ -z "$password" ] || printf 'root:%s\n' "$password" | pct exec "$ctid" -- chpasswd >&2 || die "the password could not be set" \
  "Set it yourself: pct exec $ctid -- passwd"
if [ -n "$password_auth" ]; then
  { printf 'PermitRootLogin yes\nPasswordAuthentication yes\n' | pct exec "$ctid" -- tee $drop_in >/dev/null; } ||
    die "$drop_in could not be written in the container"
  pct exec "$ctid" -- systemctl try-reload-or-restart ssh >&2 || die "sshd in the container could not be reloaded"
  say "root can log in with the password. After the set-up, turn that off:" \
    "pct exec $ctid -- rm $drop_in && pct exec $ctid -- systemctl try-reload-or-restart ssh"
fi

[ -n "$created" ] || [ -z "$ssh_key" ] || say "its SSH keys were not changed; --ssh-key is for a new container"
[ -z "$created" ] || [ -n "$ssh_key$password_auth" ] || say "no SSH login was set up (--ssh-key, --password-auth); pct enter $ctid works"
say "next: scp the release and scripts/provision.sh to root@$ip, and run provision.sh there"
echo "$ip"
