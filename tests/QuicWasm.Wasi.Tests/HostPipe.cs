using System.IO.Pipes;

namespace QuicWasm.Wasi.Tests;

/// <summary>A pipe of the system: one end for the program, the other for the test.</summary>
internal sealed class HostPipe : IDisposable
{
    private readonly AnonymousPipeServerStream _reader = new(PipeDirection.In);
    private readonly AnonymousPipeClientStream _writer;

    public HostPipe() => _writer = new AnonymousPipeClientStream(PipeDirection.Out, _reader.ClientSafePipeHandle);

    public WasiStandardStream ReadEnd => WasiStandardStream.FromDescriptor((int)_reader.SafePipeHandle.DangerousGetHandle());

    public WasiStandardStream WriteEnd => WasiStandardStream.FromDescriptor((int)_writer.SafePipeHandle.DangerousGetHandle());

    public void Write(string text) => _writer.Write(System.Text.Encoding.UTF8.GetBytes(text));

    public string Read(int lengthBytes)
    {
        byte[] buffer = new byte[lengthBytes];
        _reader.ReadExactly(buffer);
        return System.Text.Encoding.UTF8.GetString(buffer);
    }

    public void CloseWriter() => _writer.Dispose();

    public void CloseReader() => _reader.Dispose();

    public void Dispose()
    {
        _writer.Dispose();
        _reader.Dispose();
    }
}
