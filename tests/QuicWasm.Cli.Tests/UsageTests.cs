namespace QuicWasm.Cli.Tests;

/// <summary>Wrong command lines.</summary>
public sealed class UsageTests
{
    [Theory]
    [InlineData("run --granularity page x.wasm", "--granularity")]
    [InlineData("run --allocation stack x.wasm", "'pool'")]
    [InlineData("run --engine jit x.wasm", "'interpreter'")]
    [InlineData("run --pool-mib many x.wasm", "many")]
    [InlineData("run --freeze-after 5 x.wasm", "--freeze-to")]
    [InlineData("run --freeze-after 0 --freeze-to x.qwi x.wasm", "from 1 on")]
    [InlineData("run --listen 7000 x.wasm", "tcp:")]
    [InlineData("run --env NAME x.wasm", "NAME=VALUE")]
    [InlineData("run --module NAME x.wasm", "NAME=FILE")]
    [InlineData("run --dir no-such-folder x.wasm", "no-such-folder")]
    [InlineData("run --mapdir /data x.wasm", "GUEST=HOST")]
    [InlineData("run --mapdir /data= x.wasm", "GUEST=HOST")]
    [InlineData("run --mapdir =mem x.wasm", "GUEST=HOST")]
    [InlineData("run --mapdir /data=no-such-folder x.wasm", "no-such-folder")]
    [InlineData("run --mapdir /data=mem --mapdir /data=. x.wasm", "two folders")]
    [InlineData("run --mapdir /data=mem --memory-folder-limit 2GiB x.wasm", "960MiB")]
    [InlineData("run --max-memory 64M x.wasm", "64MiB")]
    [InlineData("run --max-memory -1 x.wasm", "64MiB")]
    [InlineData("run --max-memory 99999999999TiB x.wasm", "64MiB")]
    [InlineData("run --enable garbage x.wasm", "tail-calls")]
    [InlineData("validate --disable simd,x x.wasm", "simd")]
    [InlineData("resume --enable threads x.wasm", "no such proposal")]
    [InlineData("validate --enable simd --disable simd x.wasm", "both")]
    [InlineData("run", "Required argument missing")]
    [InlineData("resume --granularity byte tcp:127.0.0.1:1", "'whole-binary'")]
    [InlineData("resume --mode lazy tcp:127.0.0.1:1", "'no-cow'")]
    [InlineData("resume --page-bytes 5000 tcp:127.0.0.1:1", "power of two")]
    [InlineData("resume --streams 0 tcp:127.0.0.1:1", "1 to 128")]
    [InlineData("resume --compression gzip tcp:127.0.0.1:1", "'zstd'")]
    [InlineData("resume --image 7 tcp:127.0.0.1:1", "'7'")]
    [InlineData("resume tcp:127.0.0.1", "port")]
    [InlineData("resume --congestion fast quic:127.0.0.1:1", "'bbr'")]
    [InlineData("resume --congestion bbr tcp:127.0.0.1:1", "--congestion needs a transport over QUIC")]
    [InlineData("resume --early-data tls:127.0.0.1:1", "--early-data needs a transport over QUIC")]
    [InlineData("serve --validate-address --listen tcp:127.0.0.1:1 x.qwi", "--validate-address needs a transport over QUIC")]
    [InlineData("resume --link-deadline -1 tcp:127.0.0.1:1", "--link-deadline -1")]
    [InlineData("freeze somewhere", "tcp:")]
    [InlineData("serve", "Required argument missing")]
    [InlineData("image", "Required command")]
    [InlineData("migrate", "migrate")]
    public async Task A_wrong_option_or_value_is_refused_with_what_is_right(string line, string words)
    {
        CommandResult result = (await CommandResult.OfAsync(line.Split(' '))).AssertExit(2);
        Assert.Contains(words, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_names_every_command()
    {
        CommandResult result = (await CommandResult.OfAsync("--help")).AssertExit(0);
        Assert.All(["run", "resume", "freeze", "serve", "image", "validate", "objdump", "identity", "node"], c => Assert.Contains($"  {c}", result.Output, StringComparison.Ordinal));
        Assert.Equal("", result.Error);
    }
}
