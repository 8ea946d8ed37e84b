using QuicWasm.Runtime;

namespace QuicWasm.Wasi;

/// <summary>args_* and environ_*.</summary>
internal sealed class ArgumentCalls(ProgramState state)
{
    public void Register(CallTable table)
    {
        table.Add("args_get", "ii", (in HostCall call) => Get(call, state.Arguments));
        table.Add("args_sizes_get", "ii", (in HostCall call) => Sizes(call, state.Arguments));
        table.Add("environ_get", "ii", (in HostCall call) => Get(call, state.Environment));
        table.Add("environ_sizes_get", "ii", (in HostCall call) => Sizes(call, state.Environment));
    }

    private static Errno Sizes(in HostCall call, byte[][] strings)
    {
        Span<byte> count = call.Result4(0);
        Span<byte> bytes = call.Result4(1);
        count.Put((uint)strings.Length);
        bytes.Put((uint)strings.Sum(static s => s.Length + 1));
        return Errno.Success;
    }

    private static Errno Get(in HostCall call, byte[][] strings)
    {
        uint address = call.U32(1);
        Span<byte> pointers = call.Bytes(call.U32(0), (ulong)strings.Length * 4);
        Span<byte> buffer = call.Bytes(address, (ulong)strings.Sum(static s => s.Length + 1));
        foreach (byte[] value in strings)
        {
            pointers.Put(address);
            pointers = pointers[4..];
            value.CopyTo(buffer);
            buffer[value.Length] = 0;
            buffer = buffer[(value.Length + 1)..];
            address += (uint)value.Length + 1;
        }

        return Errno.Success;
    }
}
