using System.Buffers.Binary;
using System.Net.Security;
using System.Net.Sockets;
using QuicWasm.Native;
using QuicWasm.Transport;

namespace QuicWasm.Cli.Tests;

/// <summary>Two processes that must know each other: --transport tls, --identity, --peer, --ca.</summary>
public sealed class TlsTests : IDisposable
{
    private const int ReplyBytes = 32, CertificateMissing = 4;

    private static readonly Workload Sleeper = Workload.Named("sleeper");

    private readonly TempFolder _folder = new();

    private string Source => _folder.File("source.pem");

    private string Destination => _folder.File("destination.pem");

    [Fact]
    public async Task A_running_program_moves_between_nodes_that_know_each_other()
    {
        (string here, string there) = await FingerprintsAsync();
        using ChildCommand source = ChildCommand.Start(Sleeper.Run(
            ["--transport", "tls", "--listen", "127.0.0.1:0", "--identity", Source, "--peer", there], "", []));
        Assert.Equal(here, await source.SaysAsync("fingerprint is "));
        string endpoint = await source.SaysAsync("listening on ");
        Assert.StartsWith("tls:127.0.0.1:", endpoint, StringComparison.Ordinal);
        CommandResult resumed = (await ChildCommand.OfAsync("resume", "--freeze", "--identity", Destination, "--peer", here, endpoint)).AssertExit(0);
        Assert.Equal($"quicwasm: this node's fingerprint is {there}\n", resumed.Error);
        CommandResult left = (await source.EndAsync()).AssertExit(0);
        Assert.Equal(Sleeper.Output, left.Output + resumed.Output);
    }

    [Fact]
    public async Task Freeze_and_serve_speak_tls_too()
    {
        (string here, string there) = await FingerprintsAsync();
        string image = _folder.File("image");
        using ChildCommand source = ChildCommand.Start(Sleeper.Run(["--listen", "tls:127.0.0.1:0", "--identity", Source, "--peer", there], "", []));
        string endpoint = await source.SaysAsync("listening on ");
        string port = endpoint[(endpoint.LastIndexOf(':') + 1)..];
        (await ChildCommand.OfAsync("freeze", "--transport", "tls", $"127.0.0.1:{port}", "-o", image, "--identity", Destination, "--peer", here)).AssertExit(0);
        CommandResult left = (await source.EndAsync()).AssertExit(0);
        using ChildCommand node = ChildCommand.Start(
            "serve", "--transport", "tls", "--listen", "127.0.0.1:0", "--identity", Source, "--peer", there, image);
        CommandResult resumed = (await ChildCommand.OfAsync(
            "resume", "--identity", Destination, "--peer", Colons(here), await node.SaysAsync("listening on "))).AssertExit(0);
        (await node.EndAsync()).AssertExit(0);
        Assert.Equal(Sleeper.Output, left.Output + resumed.Output);
    }

    [Fact]
    public async Task Nodes_of_one_authority_know_each_other()
    {
        string authority = _folder.File("ca.pem");
        Keys.Authority(authority, Source, Destination);
        using ChildCommand node = await ServeAsync("--identity", Source, "--ca", authority);
        CommandResult resumed = await ChildCommand.OfAsync("resume", "--identity", Destination, "--ca", authority, await node.SaysAsync("listening on "));
        resumed.AssertExit(0);
        (await node.EndAsync()).AssertExit(0);
    }

    [Fact]
    public async Task A_node_of_another_authority_is_refused_and_both_say_so()
    {
        string authority = _folder.File("ca.pem"), other = _folder.File("other.pem");
        Keys.Authority(authority, Source);
        Keys.Authority(other, Destination);
        using ChildCommand node = await ServeAsync("--identity", Source, "--ca", authority);
        await RefusedAsync(node, ["--identity", Destination, "--ca", authority], "does not trust", "no trusted authority signed it");
    }

    [Fact]
    public async Task A_destination_that_is_not_pinned_is_refused_and_both_say_so()
    {
        (string here, _) = await FingerprintsAsync();
        using ChildCommand node = await ServeAsync("--identity", Source, "--peer", new string('a', 64));
        await RefusedAsync(node, ["--identity", Destination, "--peer", here], "does not trust", "not among the trusted fingerprints");
    }

    [Fact]
    public async Task A_source_that_is_not_pinned_is_refused_and_both_say_so()
    {
        (_, string there) = await FingerprintsAsync();
        using ChildCommand node = await ServeAsync("--identity", Source, "--peer", there);
        await RefusedAsync(node, ["--identity", Destination, "--peer", new string('b', 64)], "not among the trusted fingerprints", "does not trust");
    }

    [Fact]
    public async Task An_expired_certificate_is_refused_and_both_say_so()
    {
        (string here, _) = await FingerprintsAsync();
        string old = Keys.Expired(_folder.File("old.pem"));
        using ChildCommand node = await ServeAsync("--identity", Source, "--peer", Keys.Fingerprint(old));
        await RefusedAsync(node, ["--identity", old, "--peer", here], "expired", "is valid from");
    }

    [Fact]
    public async Task A_source_whose_certificate_is_expired_is_refused_and_both_say_so()
    {
        (_, string there) = await FingerprintsAsync();
        string old = Keys.Expired(_folder.File("old.pem"));
        using ChildCommand node = await ServeAsync("--identity", old, "--peer", there);
        await RefusedAsync(node, ["--identity", Destination, "--peer", Keys.Fingerprint(old)], "is valid from", "expired");
    }

    // No quicwasm is without one: this peer is any program that speaks TLS, and a handshake that has ended is all that it asks for.
    [Fact]
    public async Task A_peer_without_a_certificate_is_refused()
    {
        (_, string there) = await FingerprintsAsync();
        using ChildCommand node = await ServeAsync("--identity", Source, "--peer", there);
        int port = TransportEndpoint.Parse(await node.SaysAsync("listening on ")).Port;
        using var socket = new TcpClient("127.0.0.1", port);
        await using var tls = new SslStream(socket.GetStream());
        var options = new SslClientAuthenticationOptions { TargetHost = "x", RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate is not null };
        await tls.AuthenticateAsClientAsync(options, TestContext.Current.CancellationToken);
        await tls.WriteAsync(Preamble(), TestContext.Current.CancellationToken);
        byte[] reply = new byte[ReplyBytes];
        await tls.ReadExactlyAsync(reply, TestContext.Current.CancellationToken);
        Assert.Equal(CertificateMissing, reply[10]);
        await tls.DisposeAsync();
        await node.SaysAsync("presented no certificate");
    }

    [Fact]
    public async Task A_plain_and_an_encrypted_node_do_not_understand_each_other()
    {
        (string here, string there) = await FingerprintsAsync();
        using ChildCommand node = await ServeAsync("--identity", Source, "--peer", there);
        string plain = (await node.SaysAsync("listening on ")).Replace("tls:", "tcp:", StringComparison.Ordinal);
        (await ChildCommand.OfAsync("resume", plain)).AssertExit(125);
        (await ChildCommand.OfAsync("resume", "--identity", Destination, "--peer", here, plain.Replace("tcp:", "tls:", StringComparison.Ordinal))).AssertExit(0);
    }

    [Fact]
    public async Task An_identity_is_made_at_first_use_for_its_owner_only()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Skip("XDG is of Linux");
            return;
        }

        string data = _folder.File("data");
        using ChildCommand first = ChildCommand.StartWith("XDG_DATA_HOME", data, "identity");
        string fingerprint = (await first.EndAsync()).AssertExit(0).Output.Trim();
        string file = Path.Combine(data, "quicwasm", "node.pem");
        Assert.Equal(Keys.Fingerprint(file), fingerprint);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Equal(fingerprint, (await CommandResult.OfAsync("identity", "--identity", file)).AssertExit(0).Output.Trim());
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Assert.Contains("others may read", (await CommandResult.OfAsync("identity", "--identity", file)).AssertExit(125).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_trusts_nobody_is_told_its_fingerprint_and_what_to_give()
    {
        (string here, _) = await FingerprintsAsync();
        CommandResult result = (await CommandResult.OfAsync("serve", "--transport", "tls", "--identity", Source, "image")).AssertExit(2);
        Assert.Contains(here, result.Error, StringComparison.Ordinal);
        Assert.Contains("--peer FINGERPRINT", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("serve --peer aa x", "authenticates")]
    [InlineData("serve --transport tls --peer aa x", "64 hex digits")]
    [InlineData("serve --transport tls --listen tcp:127.0.0.1:0 x", "do not go together")]
    [InlineData("serve --transport udp x", "'tls'")]
    [InlineData("resume --ca x tcp:127.0.0.1:1", "authenticates")]
    public async Task Options_that_do_not_go_together_are_refused(string line, string words)
    {
        string[] arguments = line.Split(' ');
        arguments = arguments.Contains("tls") ? [arguments[0], "--identity", Source, .. arguments[1..]] : arguments;
        Assert.Contains(words, (await CommandResult.OfAsync(arguments)).AssertExit(2).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_authority_file_without_certificates_is_said()
    {
        string file = _folder.File("ca.pem", "nothing"u8.ToArray());
        CommandResult result = await CommandResult.OfAsync("serve", "--transport", "tls", "--identity", Source, "--ca", file, "image");
        Assert.Contains("no certificate", result.AssertExit(125).Error, StringComparison.Ordinal);
        (await CommandResult.OfAsync("serve", "--transport", "tls", "--identity", Source, "--ca", _folder.File("missing"), "image")).AssertExit(125);
    }

    [Fact]
    public async Task Plain_tcp_listens_beyond_this_machine_only_when_it_is_told_to()
    {
        string image = await ImageAsync();
        CommandResult result = (await CommandResult.OfAsync("serve", "--listen", "tcp:0.0.0.0:0", image)).AssertExit(2);
        Assert.Contains("--insecure-bind", result.Error, StringComparison.Ordinal);
        using ChildCommand node = ChildCommand.Start("serve", "--listen", "tcp:0.0.0.0:0", "--insecure-bind", image);
        string endpoint = await node.SaysAsync("listening on ");
        (await ChildCommand.OfAsync("resume", endpoint.Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal))).AssertExit(0);
    }

    public void Dispose() => _folder.Dispose();

    // docs/wire-protocol.md, section 1.1: the first socket of a connection.
    private static byte[] Preamble()
    {
        byte[] bytes = [.. "QuicWasm"u8, 2, 0, 1, 0, 5, 0, 0, 0, .. new byte[32]];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(44), Crc32C.Append(0, bytes.AsSpan(0, 44)));
        return bytes;
    }

    private static string Colons(string fingerprint) => string.Join(':', fingerprint.ToUpperInvariant().Chunk(2).Select(static b => new string(b)));

    private async Task<(string Source, string Destination)> FingerprintsAsync() => (await FingerprintAsync(Source), await FingerprintAsync(Destination));

    private static async Task<string> FingerprintAsync(string file) =>
        (await CommandResult.OfAsync("identity", "--identity", file)).AssertExit(0).Output.Trim();

    private async Task<string> ImageAsync()
    {
        string image = _folder.File("image");
        (await ChildCommand.OfAsync(Sleeper.Run(["--freeze-after", "1000", "--freeze-to", image], "", Sleeper.TestArgs))).AssertExit(0);
        return image;
    }

    private async Task<ChildCommand> ServeAsync(params string[] options) =>
        ChildCommand.Start(["serve", "--transport", "tls", "--listen", "127.0.0.1:0", .. options, await ImageAsync()]);

    private static async Task RefusedAsync(ChildCommand node, string[] options, string here, string there)
    {
        string endpoint = await node.SaysAsync("listening on ");
        CommandResult resumed = (await ChildCommand.OfAsync(["resume", .. options, endpoint])).AssertExit(125);
        Assert.Contains(here, resumed.Error, StringComparison.Ordinal);
        Assert.Equal("", resumed.Output);
        await node.SaysAsync(there);
    }
}
