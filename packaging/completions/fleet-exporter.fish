# Completion of fleet-exporter for fish; the program itself suggests.
complete -c fleet-exporter -a '(fleet-exporter "[suggest:"(commandline -C)"]" (commandline -p) 2>/dev/null | string match -rv "^[-/].$")'
