# Shared by the stand-ins for pct, pveam, pvesh, pvesm and pveversion, which are made from their manual pages (pve-docs), not from Proxmox itself.
# Their state is in the folder $PROXMOX:
#   containers/ID/{config,status}   what pct created      elsewhere         ids in use by virtual machines or on other nodes
#   storages                        rows of pvesm status  offered           templates that pveam update brings
#   available                       templates known       templates/ID      templates in a storage, one a line
#   calls                           every call            fail-TOOL-COMMAND makes that command print it and fail
#   addresses                       what hostname -I prints in a container; each call removes a line but the last
#   engine                          if it exists: a program that runs containers: engine create|start|stop|destroy|exec ID …
tool=${0##*/}
printf '%s' "$tool" >>"$PROXMOX/calls"
[ $# = 0 ] || printf ' %s' "$@" >>"$PROXMOX/calls"
echo >>"$PROXMOX/calls"
command=${1-}
[ $# = 0 ] || shift
if [ -e "$PROXMOX/fail-$tool-$command" ]; then cat "$PROXMOX/fail-$tool-$command" >&2; exit 255; fi
die() { printf '%s\n' "$1" >&2; exit "${2:-255}"; }

# Splits the arguments into options (option_NAME) and words ($words). $1: the known options; those that end in [n] take a number.
parse() {
  known=" $1 "
  shift
  words=
  while [ $# -gt 0 ]; do
    case $1 in
      --) shift; break ;;
      -*)
        name=${1#-} name=${name#-}
        case $name in *=*) value=${name#*=} name=${name%%=*} ;; *) [ $# -ge 2 ] || die "Option $name requires an argument"; value=$2; shift ;; esac
        case $known in *" $name "* | *" ${name%[0-9]}[n] "*) ;; *) die "Unknown option: $name
400 unable to parse option
$tool $command: see its manual page" ;; esac
        eval "option_$(echo "$name" | tr - _)=\$value" ;;
      *) words="$words $1" ;;
    esac
    shift
  done
}
