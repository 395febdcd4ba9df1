#compdef fleet-exporter
# Completion of fleet-exporter for zsh; the program itself suggests.
_fleet_exporter() {
  local -a suggestions
  suggestions=("${(@f)$("${words[1]}" "[suggest:$CURSOR]" "$BUFFER" 2>/dev/null | grep -vx "[-/].")}")
  if (( ${#suggestions[1]} )); then compadd -- "${suggestions[@]}"; else _files; fi
}
if [ "$funcstack[1]" = _fleet_exporter ]; then _fleet_exporter "$@"; else compdef _fleet_exporter fleet-exporter; fi
