using System.Text;
using QuicWasm.Runtime;

namespace QuicWasm.EndToEnd.Tests;

/// <summary>Puts things into a guest's memory through the guest's own allocator.</summary>
internal sealed class GuestHeap(RuntimeContext context, ModuleInstance instance, Func<uint, ulong[]> allocatorArguments, string allocator)
{
    /// <summary>Calls an export, which must complete; gives its first result.</summary>
    public ulong Call(string export, params ulong[] arguments)
    {
        FunctionInstance function = instance.Function(export);
        var results = new ulong[function.Type.ResultSlots];
        Assert.False(context.Invoke(function, arguments, results).IsSuspended);
        return results.Length > 0 ? results[0] : 0;
    }

    /// <summary>Puts a string there, in UTF-8 with a zero behind it; gives its address and length.</summary>
    public (uint Address, uint Length) Put(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text + "\0");
        return (Put(bytes), (uint)bytes.Length - 1);
    }

    /// <summary>Puts bytes there; gives their address.</summary>
    public uint Put(byte[] bytes)
    {
        var address = (uint)Call(allocator, allocatorArguments((uint)bytes.Length));
        bytes.CopyTo(instance.Memories[0].Span(address, (ulong)bytes.Length));
        return address;
    }
}
