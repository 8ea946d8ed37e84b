namespace QuicWasm.Transport.Tests;

/// <summary>What tests do with streams.</summary>
internal static class Streams
{
    public static byte[] RandomBytes(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static async Task<byte[]> ReadExactlyAsync(ITransportStream stream, int length, CancellationToken cancellationToken)
    {
        var bytes = new byte[length];
        for (var filled = 0; filled < length;)
        {
            var count = await stream.ReadAsync(bytes.AsMemory(filled), cancellationToken);
            Assert.True(count > 0, $"the stream ended after {filled} of {length} bytes");
            filled += count;
        }

        return bytes;
    }

    public static async Task<byte[]> ReadToEndAsync(ITransportStream stream, CancellationToken cancellationToken)
    {
        using var all = new MemoryStream();
        var buffer = new byte[64 << 10];
        for (int count; (count = await stream.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            all.Write(buffer, 0, count);
        }

        return all.ToArray();
    }

    /// <summary>Answers what it reads until the end, and completes its writes then.</summary>
    public static async Task EchoAsync(ITransportStream stream, CancellationToken cancellationToken)
    {
        var buffer = new byte[16 << 10];
        for (int count; (count = await stream.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            await stream.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
        }

        await stream.CompleteWritesAsync(cancellationToken);
        await stream.DisposeAsync();
    }

    /// <summary>Sends bytes to an echo, and checks what comes back.</summary>
    public static async Task CheckEchoAsync(ITransportStream stream, byte[] bytes, CancellationToken cancellationToken)
    {
        var reading = ReadToEndAsync(stream, cancellationToken);
        await stream.WriteAsync(bytes, cancellationToken);
        await stream.CompleteWritesAsync(cancellationToken);
        Assert.Equal(bytes, await reading);
        await stream.DisposeAsync();
    }

    /// <summary>Echoes one message over a new stream: the connection works.</summary>
    public static async Task CheckUsableAsync(Connected pair, CancellationToken cancellationToken)
    {
        var client = await pair.Client.OpenStreamAsync(cancellationToken);
        var checking = CheckEchoAsync(client, RandomBytes(1, 1000), cancellationToken);
        await EchoAsync(await pair.Server.AcceptStreamAsync(cancellationToken), cancellationToken);
        await checking;
    }

    public static async Task<TransportException> ThrowsAsync(TransportError error, Func<Task> action)
    {
        var exception = await Assert.ThrowsAsync<TransportException>(action);
        Assert.True(error == exception.Error, $"expected {error}, got {exception.Error}: {exception.Message}");
        return exception;
    }
}
