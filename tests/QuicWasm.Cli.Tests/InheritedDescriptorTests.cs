using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace QuicWasm.Cli.Tests;

/// <summary>Descriptors that the command was started with: sockets (--socket), and standard streams that are closed.</summary>
public sealed class InheritedDescriptorTests
{
    // Receives up to 16 bytes from descriptor 3 and sends 16 back; the exit code is both error numbers together:
    // (data (i32.const 0) "\20\00\00\00\10\00\00\00")
    // (call $exit (i32.or (call $recv (i32.const 3) (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 4) (i32.const 16))
    //                     (call $send (i32.const 3) (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 16))))
    private const string Echo =
        "AGFzbQEAAAABGwRgBn9/f39/fwF/YAV/f39/fwF/YAF/AGAAAAJqAxZ3YXNpX3NuYXBzaG90X3ByZXZpZXcxCXNvY2tfcmVjdgAAFndhc2lfc25hcHNob3RfcHJldmlldzEJc29j"
        + "a19zZW5kAAEWd2FzaV9zbmFwc2hvdF9wcmV2aWV3MQlwcm9jX2V4aXQAAgMCAQMFAwEAAQcTAgZtZW1vcnkCAAZfc3RhcnQAAwohAR8AQQNBAEEBQQBBBEEQEABBA0EAQQFB"
        + "AEEQEAFyEAILCw4BAEEACwggAAAAEAAAAA==";

    // Exits with the error number of reading descriptor 0, or with how many bytes it read:
    // (call $exit (i32.or (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 16)) (i32.load (i32.const 16))))
    private const string Read =
        "AGFzbQEAAAABEANgBH9/f38Bf2ABfwBgAAACRQIWd2FzaV9zbmFwc2hvdF9wcmV2aWV3MQdmZF9yZWFkAAAWd2FzaV9zbmFwc2hvdF9wcmV2aWV3MQlwcm9jX2V4aXQAAQ"
        + "MCAQIFAwEAAQcTAgZtZW1vcnkCAAZfc3RhcnQAAgoWARQAQQBBAEEBQRAQAEEQKAIAchABCwsOAQBBAAsIIAAAABAAAAA=";

    [Fact]
    public async Task A_program_talks_over_a_connection_that_the_command_inherited()
    {
        using var folder = new TempFolder();
        await File.WriteAllBytesAsync(folder.File("echo.wasm"), Convert.FromBase64String(Echo), TestContext.Current.CancellationToken);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        using Process command = InShell($"exec 7<>/dev/tcp/127.0.0.1/{port}; exec \"$@\" run --socket 7 '{folder.File("echo.wasm")}'");
        using TcpClient client = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        byte[] sent = "sixteen bytes ab"u8.ToArray(), received = new byte[16];
        await client.GetStream().WriteAsync(sent, TestContext.Current.CancellationToken);
        await client.GetStream().ReadExactlyAsync(received, TestContext.Current.CancellationToken);
        await command.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(sent, received);
        Assert.Equal(0, command.ExitCode);
    }

    [Theory]
    [InlineData("99")]
    [InlineData("-1")]
    [InlineData("7")]
    public async Task What_is_no_inherited_socket_is_refused(string number)
    {
        using Process command = InShell($"exec 7</dev/null; exec \"$@\" run --socket={number} none.wasm");
        string said = await command.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await command.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, command.ExitCode);
        Assert.Contains($"descriptor {number} is no socket", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_standard_input_that_is_closed_is_empty_and_not_something_that_the_runtime_has_opened()
    {
        using var folder = new TempFolder();
        await File.WriteAllBytesAsync(folder.File("read.wasm"), Convert.FromBase64String(Read), TestContext.Current.CancellationToken);
        using Process command = InShell($"exec 0<&-; exec \"$@\" run '{folder.File("read.wasm")}'");
        await command.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.Equal(0, command.ExitCode);
    }

    private static Process InShell(string script)
    {
        Assert.SkipWhen(!OperatingSystem.IsLinux(), "sockets are inherited on Linux only");
        var start = new ProcessStartInfo("bash") { RedirectStandardError = true };
        string host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        foreach (string argument in (string[])["-c", script, "bash", host, Path.Combine(AppContext.BaseDirectory, "QuicWasm.Cli.dll")])
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }
}
