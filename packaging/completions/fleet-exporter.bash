# Completion of fleet-exporter for bash; the program itself suggests.
_fleet_exporter() {
  local IFS=$'\n' suggestions
  suggestions=$("$1" "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null | grep -vx "[-/].") || return 0
  mapfile -t COMPREPLY < <(compgen -W "$suggestions" -- "$2")
}
complete -o default -F _fleet_exporter fleet-exporter
