namespace QuicWasm.Transport.Tests;

public sealed class NodeIdentityTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "quicwasm-" + Guid.NewGuid().ToString("N"));

    private string FilePath => Path.Combine(_folder, NodeIdentity.FileName);

    public void Dispose()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    [Fact]
    public void The_first_use_makes_an_identity_and_later_ones_find_it()
    {
        using var first = NodeIdentity.LoadOrCreate(_folder);
        using var second = NodeIdentity.LoadOrCreate(_folder);
        Assert.Equal(first.Fingerprint, second.Fingerprint);
        Assert.Matches("^[0-9a-f]{64}$", first.Fingerprint);
        Assert.Equal([FilePath], Directory.GetFiles(_folder));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FilePath));
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task Nodes_that_begin_at_once_share_one_identity()
    {
        var identities = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => NodeIdentity.LoadOrCreate(_folder), TestContext.Current.CancellationToken)));
        Assert.Single(identities.Select(identity => identity.Fingerprint).Distinct());
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public void A_key_that_others_may_read_is_refused()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("file modes are not on Windows");
            return;
        }

        NodeIdentity.LoadOrCreate(_folder).Dispose();
        File.SetUnixFileMode(FilePath, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        var exception = Assert.Throws<TransportException>(() => NodeIdentity.LoadOrCreate(_folder));
        Assert.Contains("chmod 600", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no certificate")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")]
    public void A_damaged_file_is_refused_and_stays(string contents)
    {
        NodeIdentity.LoadOrCreate(_folder).Dispose();
        File.WriteAllText(FilePath, contents);
        var exception = Assert.Throws<TransportException>(() => NodeIdentity.LoadOrCreate(_folder));
        Assert.Equal(TransportError.AuthenticationFailed, exception.Error);
        Assert.Contains(FilePath, exception.Message, StringComparison.Ordinal);
        Assert.Equal(contents, File.ReadAllText(FilePath));
    }
}
