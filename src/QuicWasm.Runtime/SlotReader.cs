using System.Runtime.CompilerServices;

namespace QuicWasm.Runtime;

/// <summary>Takes typed arguments out of a call, one after the other, without boxing: the tests of types are the compiler's.</summary>
internal ref struct SlotReader(HostCall call)
{
    private readonly HostCall _call = call;
    private int _at;

    /// <summary>The next argument; <see cref="HostCaller"/> takes none.</summary>
    public T Next<T>()
    {
        if (typeof(T) == typeof(HostCaller))
        {
            return As<HostCaller, T>(new HostCaller(_call.Context, _call.Caller));
        }

        ulong low = _call.Arguments[_at++];
        if (typeof(T) == typeof(UInt128))
        {
            return As<UInt128, T>(new UInt128(_call.Arguments[_at++], low));
        }

        // The low bytes of a slot are the value, whatever its type; the machine is little endian, as Wasm is.
        return typeof(T) == typeof(bool) ? As<bool, T>((uint)low != 0) : As<ulong, T>(low);
    }

    private static TTo As<TFrom, TTo>(TFrom value) => Unsafe.As<TFrom, TTo>(ref value);
}
