using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.InteropServices;

namespace QuicWasm.Native;

/// <summary>
/// The distribution's QUIC: libngtcp2, its helper for GnuTLS, and GnuTLS. They are looked for in the folder <c>native</c> beside the
/// program first, where a build may have put them, and then where the system keeps its libraries.
/// </summary>
public sealed class QuicLibraries
{
    /// <summary>What to install, for messages.</summary>
    public const string Advice = "install libngtcp2 and its GnuTLS helper (Debian 12, Ubuntu 24.04: apt-get install libngtcp2-9 libngtcp2-crypto-gnutls2)";

    private static readonly Lazy<QuicLibraries?> Loaded = new(Load);
    private static readonly string[] GnuTlsNames = ["libgnutls.so.30"];

    // The sonames of one release series each; layouts of structures differ between them.
    private static readonly (string Core, string Crypto, QuicLayout Layout)[] Series =
    [
        ("libngtcp2.so.9", "libngtcp2_crypto_gnutls.so.2", QuicLayout.Version0),
        ("libngtcp2.so.16", "libngtcp2_crypto_gnutls.so.8", QuicLayout.Version1),
    ];

    private readonly nint _core;
    private readonly nint _crypto;
    private readonly nint _gnuTls;

    private QuicLibraries(nint core, nint crypto, nint gnuTls, QuicLayout layout)
    {
        _core = core;
        _crypto = crypto;
        _gnuTls = gnuTls;
        Layout = layout;
        Functions = new QuicFunctions(core, layout);
    }

    /// <summary>Whether all of them are here and can be used.</summary>
    public static bool AreSupported => Loaded.Value is not null;

    /// <summary>The version of libngtcp2 in words, as in <c>0.12.1</c>.</summary>
    /// <exception cref="NativeException">It is not here.</exception>
    public static unsafe string Version
    {
        get
        {
            _ = Required;

            // ngtcp2_info: two ints, then the version's text.
            return Marshal.PtrToStringUTF8(*(nint*)((byte*)Ngtcp2Calls.Version(0) + 8))!;
        }
    }

    /// <summary>The libraries.</summary>
    /// <exception cref="NativeException">They are not here; the message says what to install.</exception>
    internal static QuicLibraries Required => Loaded.Value ?? throw NativeException.NotSupported($"libngtcp2 is not here; {Advice}");

    /// <summary>Where structures have their fields.</summary>
    internal QuicLayout Layout { get; }

    internal QuicFunctions Functions { get; }

    /// <summary>The address of a function of the helper library, to be used as a callback.</summary>
    internal nint CryptoFunction(string name) => NativeLibrary.GetExport(_crypto, name);

    private static QuicLibraries? Load()
    {
        // Layouts and constants of addresses are those of 64-bit Linux.
        if (!OperatingSystem.IsLinux() || nint.Size != 8 || !TryLoadAny(GnuTlsNames, out var gnuTls))
        {
            return null;
        }

        foreach (var (core, crypto, layout) in Series)
        {
            if (TryLoad(core, out var coreHandle) && TryLoad(crypto, out var cryptoHandle))
            {
                var libraries = new QuicLibraries(coreHandle, cryptoHandle, gnuTls, layout);
                NativeLibrary.SetDllImportResolver(typeof(QuicLibraries).Assembly, libraries.Resolve);
                return libraries;
            }
        }

        return null;
    }

    private static bool TryLoadAny(string[] names, out nint handle)
    {
        foreach (var name in names)
        {
            if (TryLoad(name, out handle))
            {
                return true;
            }
        }

        handle = 0;
        return false;
    }

    private static bool TryLoad(string name, out nint handle) =>
        NativeLibrary.TryLoad(Path.Combine(AppContext.BaseDirectory, "native", name), out handle) || NativeLibrary.TryLoad(name, out handle);

    [SuppressMessage("Style", "IDE0060", Justification = "the signature is the runtime's")]
    private nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) => name switch
    {
        Ngtcp2Calls.Core => _core,
        Ngtcp2Calls.Crypto => _crypto,
        GnuTlsCalls.Library => _gnuTls,
        _ => 0,
    };
}
