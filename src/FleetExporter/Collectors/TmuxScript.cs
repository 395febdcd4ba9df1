namespace FleetExporter.Collectors;

/// <summary>The shell code that queries tmux for the login user and for others.</summary>
internal static class TmuxScript
{
    /// <summary>
    /// Function <c>tm USER COMMAND…</c>: sessions and panes of one server in one call, numbers first and the free-text name last;
    /// <c>-u</c> keeps names intact whatever the locale. Adds the panes' pids to <c>q</c>.
    /// </summary>
    private const string Ask = """
          tm() {
            k=$1; shift
            o=$(exec "$@" -u list-sessions -F 'S#{session_id}:#{session_created}:#{session_attached}:#{session_windows}:
        """
        + """
        #{session_activity}:#{session_last_attached}:#{session_name}' \; \
              list-panes -a -F 'P#{session_id}:#{pane_id}:#{pane_pid}:#{pane_dead}:#{window_activity}:#{s/[^0-9a-f-]//:@fleet_job}' \
              </dev/null 2>&1); c=$?
            b="${b:+$b$nl}U$c:$k$nl$o$nl"
            IFS=$nl; set -f; for l in $o; do case $l in P*) l=${l#P*:*:}; q="$q ${l%%:*}" ;; esac; done; IFS=" 	$nl"; set +f
          }
        """;

    public static string Own => $"{Ask}\n  q=; tm \"$user\" tmux; walk";

    public static string Others(string users) => $$"""
        {{Ask}}
          for t in {{users}}; do [ "$t" = "$user" ] || { q=; tm "$t" sudo -n -u "$t" tmux; walk; }; done
        """;
}
