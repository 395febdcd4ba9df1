namespace FleetExporter.Tests.Api.Resources;

/// <summary>What may be written, field by field, and that nothing else is.</summary>
public sealed class FieldsTests
{
    public static TheoryData<string, string> WrongConnections() => new()
    {
        { """{"name":"n"}""", "hostname" },
        { "{}", "hostname name" },
        { """{"name":"n","hostname":"-oProxyCommand=touch /tmp/x"}""", "hostname" },
        { """{"name":"n","hostname":"h","username":"-l"}""", "username" },
        { """{"name":"-n","hostname":"h"}""", "name" },
        { """{"name":"n","hostname":"h","ssh_key_path":"-oProxyCommand=x"}""", "ssh_key_path" },
        { """{"name":"n","hostname":"h h"}""", "hostname" },
        { """{"name":"n","hostname":"h;id"}""", "hostname" },
        { """{"name":"n","hostname":"h\n-oProxyCommand=x"}""", "hostname" },
        { """{"name":"n","hostname":"root@h"}""", "hostname" },
        { """{"name":"n","hostname":"h:22"}""", "hostname" },
        { """{"name":"n","hostname":"[h]"}""", "hostname" },
        { """{"name":"n","hostname":"a:b:c"}""", "hostname" },
        { """{"name":"n","hostname":null}""", "hostname" },
        { """{"name":"n","hostname":"h","username":"Root"}""", "username" },
        { """{"name":"n","hostname":"h","username":"a$b"}""", "username" },
        { """{"name":"n","hostname":"h","port":0}""", "port" },
        { """{"name":"n","hostname":"h","port":65536}""", "port" },
        { """{"name":"n","hostname":"h","port":"22"}""", "port" },
        { """{"name":"n","hostname":"h","port":22.5}""", "port" },
        { """{"name":"n","hostname":"h","exec_policy":"all"}""", "exec_policy" },
        { """{"name":"n","hostname":"h","exec_policy":1}""", "exec_policy" },
        { """{"name":"n","hostname":"h","is_active":"yes"}""", "is_active" },
        { """{"name":"n","hostname":"h","sshkey":"k"}""", "sshkey" },
        { """{"name":"01234567-89ab-cdef-0123-456789abcdef","hostname":"h"}""", "name" },
        {
            """{"name":1,"hostname":2,"username":3,"ssh_key_path":4,"port":"5","exec_policy":6,"is_active":7,"x":8}""",
            "exec_policy hostname is_active name port ssh_key_path username x"
        },
    };

    public static TheoryData<string, string> WrongProjects() => new()
    {
        { "{}", "connection_id name" },
        { """{"name":"p","connection_id":"nosuch"}""", "connection_id" },
        { """{"name":"p","connection_id":"a\nb"}""", "connection_id" },
        { """{"name":"a/b","connection_id":"a"}""", "name" },
        { """{"name":" p","connection_id":"a"}""", "name" },
        { """{"name":"..","connection_id":"a"}""", "name" },
        { """{"name":"p","connection_id":"a","remote_path":"work"}""", "remote_path" },
        { """{"name":"p","connection_id":"a","remote_path":"/w\nx"}""", "remote_path" },
        { """{"name":"p","connection_id":"a","config":[]}""", "config" },
        { """{"name":"p","connection_id":"a","config":null}""", "config" },
        { """{"name":"p","connection_id":"a","project_type":"vision"}""", "project_type" },
        { """{"name":"p","connection_id":"a","status":"a b"}""", "status" },
        {
            """{"name":1,"connection_id":2,"description":3,"project_type":4,"remote_path":5,"status":6,"config":7,"x":8}""",
            "config connection_id description name project_type remote_path status x"
        },
    };

    [Theory]
    [MemberData(nameof(WrongConnections))]
    public Task Each_wrong_field_of_a_connection_is_told_and_nothing_runs(string body, string fields) =>
        RefusedAsync("/api/dgx/connections", body, fields, 2);

    [Theory]
    [MemberData(nameof(WrongProjects))]
    public Task Each_wrong_field_of_a_project_is_told(string body, string fields) => RefusedAsync("/api/dgx/projects", body, fields, 0);

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("""{"name":"n","name":"m"}""")]
    [InlineData("""{"config":{"a":1,"a":2}}""")]
    [InlineData("""{"name":"\ud800"}""")]
    [InlineData("""{"\udc00":1}""")]
    [InlineData("""{"description":"a\u0000b"}""")]
    [InlineData("""{"config":{"a\u0000":"b"}}""")]
    public async Task A_body_that_is_no_such_object_is_400(string body)
    {
        await using var server = await ApiServer.StartAsync();

        Assert.Equal(400, (await server.CallAsync("POST", "/api/dgx/projects", body)).Status);
        Assert.Equal(400, (await server.CallAsync("PUT", "/api/dgx/connections/a", body)).Status);
    }

    [Fact]
    public async Task Too_deep_and_too_big_is_refused()
    {
        await using var server = await ApiServer.StartAsync();
        string Project(string config) => $$"""{"name":"p","connection_id":"a","config":{{config}}}""";

        Assert.Equal(400, (await server.CallAsync(
            "POST", "/api/dgx/projects", Project(string.Concat(Enumerable.Repeat("{\"a\":", 40)) + "1" + new string('}', 40)))).Status);
        Assert.Equal((422, "config"), await server.RefusedAsync("POST", "/api/dgx/projects", Project($"{{\"a\":\"{new string('x', 64 * 1024)}\"}}")));

        // As deep as it may be, it comes back.
        var deep = string.Concat(Enumerable.Repeat("{\"a\":", 29)) + "1" + new string('}', 29);
        Assert.Equal(deep, (await server.DoAsync("POST", "/api/dgx/projects", Project(deep))).GetProperty("config").GetRawText());
        Assert.Equal(deep, (await server.JsonAsync("/api/dgx/projects")).GetProperty("items")[0].GetProperty("config").GetRawText());

        // The last call, as the connection ends with it.
        Assert.Equal(413, (await server.CallAsync("POST", "/api/dgx/projects", Project($"{{\"a\":\"{new string('x', 1024 * 1024)}\"}}"))).Status);
    }

    private static async Task RefusedAsync(string path, string body, string fields, int count)
    {
        var shells = 0;
        await using var server = await ApiServer.StartAsync(prepare: _ => Interlocked.Increment(ref shells));

        Assert.Equal((422, fields), await server.RefusedAsync("POST", path, body));
        Assert.Equal(count, (await server.NamesAsync(path)).Count);
        Assert.Equal(2, shells);
    }
}
