namespace FleetExporter.Store;

/// <summary>A stored change of a job's status.</summary>
/// <param name="Project">Name of its project.</param>
/// <param name="Host">Name of its connection.</param>
internal sealed record JobChange(JobStatus From, Job Job, string Project, string Host)
{
    /// <summary>The change, if the status differs; to be reported once the transaction is committed.</summary>
    public static async Task<JobChange?> OfAsync(UnitOfWork work, Job previous, Job updated)
    {
        if (previous.Status == updated.Status)
        {
            return null;
        }

        var (project, host) = await work.OneAsync<(string, string)>(
            "SELECT p.name, c.name FROM projects p JOIN connections c ON c.id = p.connection_id WHERE p.id = @id", new { id = updated.ProjectId })
            .ConfigureAwait(false);
        return new JobChange(previous.Status, updated, project, host);
    }
}
