using System.Buffers.Binary;
using System.Text;
using QuicWasm.Modules;
using QuicWasm.Runtime;

namespace QuicWasm.Wasi.Tests;

/// <summary>One program's side of preview 1: memory, and calls as a program makes them.</summary>
internal sealed class Harness : IDisposable
{
    public const uint Scratch = 64;
    public const int MemoryBytes = 4 * 65536;

    // A module with four pages of memory and nothing else.
    private static readonly byte[] Binary = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 5, 3, 1, 0, 4];

    private uint _next = 4096;

    public Harness(WasiOptions options, byte[]? state = null)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "descriptors of programs need Linux");
        Context = new RuntimeContext(new Configure { Engine = static _ => new StubEngine(), HostModules = [_ => new WasiModule(options)] });
        try
        {
            Instance = Context.Instantiate(ModuleLoader.Load(Binary));
            Module = (WasiModule)Context.HostModules[0];
            if (state is not null)
            {
                Module.RestoreState(state);
            }
        }
        catch
        {
            Context.Dispose();
            throw;
        }
    }

    public static WasiOptions Quiet { get; } = new()
    {
        Stdin = WasiStandardStream.Null,
        Stdout = WasiStandardStream.Null,
        Stderr = WasiStandardStream.Null,
    };

    public RuntimeContext Context { get; }

    public ModuleInstance Instance { get; }

    public WasiModule Module { get; }

    public Interruption Interruption => Context.Interruption;

    private MemoryInstance Memory => Instance.Memories[0];

    public Errno Call(string name, params ulong[] arguments)
    {
        HostFunction function = Module.Resolve(name, Module.Calls.Type(name))!;
        Span<ulong> results = [ulong.MaxValue];
        Assert.Equal(Module.Calls.Type(name).ParameterSlots, arguments.Length);
        return function(new HostCall(Context, Instance, arguments, results)) == HostOutcome.Interrupted ? Errno.Interrupted : (Errno)results[0];
    }

    public uint Allocate(int lengthBytes)
    {
        uint address = _next;
        _next = (_next + (uint)lengthBytes + 7) & ~7u;
        return address;
    }

    public (uint Address, uint Length) Put(ReadOnlySpan<byte> bytes)
    {
        uint address = Allocate(bytes.Length);
        bytes.CopyTo(Memory.Span(address, (ulong)bytes.Length));
        return (address, (uint)bytes.Length);
    }

    public (uint Address, uint Length) Put(string text) => Put(Encoding.UTF8.GetBytes(text));

    public Span<byte> Bytes(uint address, int lengthBytes) => Memory.Span(address, (ulong)lengthBytes);

    public string Text(uint address, int lengthBytes) => Encoding.UTF8.GetString(Bytes(address, lengthBytes));

    public uint U32(uint address) => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(address, 4));

    public ulong U64(uint address) => BinaryPrimitives.ReadUInt64LittleEndian(Bytes(address, 8));

    public void SetU32(uint address, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Bytes(address, 4), value);

    public void SetU64(uint address, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Bytes(address, 8), value);

    /// <summary>iovecs over the buffers.</summary>
    public uint Vectors(params (uint Address, uint Length)[] buffers)
    {
        uint address = Allocate(buffers.Length * 8);
        for (int i = 0; i < buffers.Length; i++)
        {
            SetU32(address + (uint)(8 * i), buffers[i].Address);
            SetU32(address + (uint)(8 * i) + 4, buffers[i].Length);
        }

        return address;
    }

    public Errno Open(
        string path, out uint number, OpenFlags flags = OpenFlags.None, Rights rights = Rights.FdRead | Rights.FdSeek | Rights.FdTell,
        FdFlags fdFlags = FdFlags.None, uint directory = 3, bool follow = true, Rights inheriting = Rights.None)
    {
        (uint address, uint length) = Put(path);
        Errno errno = Call(
            "path_open", directory, follow ? 1u : 0u, address, length, (uint)flags, (ulong)rights, (ulong)inheriting, (uint)fdFlags, Scratch);
        number = errno == Errno.Success ? U32(Scratch) : uint.MaxValue;
        return errno;
    }

    public uint MustOpen(string path, OpenFlags flags = OpenFlags.None, Rights rights = Rights.All, FdFlags fdFlags = FdFlags.None, uint directory = 3)
    {
        bool isDirectory = (flags & OpenFlags.Directory) != 0;
        Rights inheriting = isDirectory ? Rights.All : Rights.None;
        rights = isDirectory ? rights & ~RightsFacts.Writing : rights;
        Assert.Equal(Errno.Success, Open(path, out uint number, flags, rights, fdFlags, directory, true, inheriting));
        return number;
    }

    public Errno Path(string name, string path, uint directory = 3)
    {
        (uint address, uint length) = Put(path);
        return Call(name, directory, address, length);
    }

    public Errno Write(uint number, string text, out uint done)
    {
        Errno errno = Call("fd_write", number, Vectors(Put(text)), 1, Scratch);
        done = errno == Errno.Success ? U32(Scratch) : 0;
        return errno;
    }

    public void MustWrite(uint number, string text)
    {
        Assert.Equal(Errno.Success, Write(number, text, out uint done));
        Assert.Equal((uint)Encoding.UTF8.GetByteCount(text), done);
    }

    public Errno Read(uint number, int lengthBytes, out string text)
    {
        uint buffer = Allocate(lengthBytes);
        Errno errno = Call("fd_read", number, Vectors((buffer, (uint)lengthBytes)), 1, Scratch);
        text = errno == Errno.Success ? Text(buffer, (int)U32(Scratch)) : "";
        return errno;
    }

    public string MustRead(uint number, int lengthBytes = 100)
    {
        Assert.Equal(Errno.Success, Read(number, lengthBytes, out string text));
        return text;
    }

    public ulong Tell(uint number)
    {
        Assert.Equal(Errno.Success, Call("fd_tell", number, Scratch));
        return U64(Scratch);
    }

    public void Dispose() => Context.Dispose();

    private sealed class StubEngine : IEngine
    {
        public string Name => "stub";

        public ExecutionOutcome Invoke(FunctionInstance function, ReadOnlySpan<ulong> arguments, Span<ulong> results) => throw new NotSupportedException();

        public ExecutionOutcome Resume(CallStack stack, Span<ulong> results) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
