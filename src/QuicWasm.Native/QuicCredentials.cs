using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace QuicWasm.Native;

/// <summary>A certificate chain and its private key, as GnuTLS wants them. Sessions keep it alive.</summary>
public sealed unsafe class QuicCredentials : SafeHandleZeroOrMinusOneIsInvalid
{
    private readonly Lock _making = new();
    private nint _antiReplay;

    private QuicCredentials(nint handle)
        : base(ownsHandle: true) => SetHandle(handle);

    /// <summary>Credentials without a certificate: a node that shows none.</summary>
    public static QuicCredentials CreateAnonymous()
    {
        _ = QuicLibraries.Required;
        nint credentials;
        Check(GnuTlsCalls.AllocateCredentials(&credentials), "allocate TLS credentials");
        return new QuicCredentials(credentials);
    }

    /// <summary>Credentials of a certificate chain.</summary>
    /// <param name="certificatesPem">The certificates in PEM, the node's own first.</param>
    /// <param name="keyPem">Its private key (PKCS #8) in PEM.</param>
    /// <exception cref="NativeException">GnuTLS cannot use them, or the libraries are not here.</exception>
    public static QuicCredentials Create(string certificatesPem, string keyPem)
    {
        var credentials = CreateAnonymous();
        var key = Encoding.ASCII.GetBytes(keyPem);
        fixed (byte* certificateBytes = Encoding.ASCII.GetBytes(certificatesPem), keyBytes = key)
        {
            var certificateDatum = new GnuTlsDatum { Data = certificateBytes, Length = (uint)certificatesPem.Length };
            var keyDatum = new GnuTlsDatum { Data = keyBytes, Length = (uint)key.Length };
            var result = GnuTlsCalls.SetKey(credentials.handle, &certificateDatum, &keyDatum, GnuTlsCalls.FormatPem);
            CryptographicOperations.ZeroMemory(key);
            if (result < 0)
            {
                credentials.Dispose();
                Check(result, "take the node's certificate");
            }
        }

        return credentials;
    }

    /// <summary>What GnuTLS wants to ask about early data; made at first use.</summary>
    internal nint AntiReplay
    {
        get
        {
            lock (_making)
            {
                if (_antiReplay == 0)
                {
                    nint made;
                    Check(GnuTlsCalls.InitAntiReplay(&made), "look for replays");
                    GnuTlsCalls.SetAntiReplayFunction(made, QuicCallbacks.LetPass);
                    _antiReplay = made;
                }

                return _antiReplay;
            }
        }
    }

    /// <summary>Throws for a negative result of GnuTLS.</summary>
    internal static void Check(int result, string doing)
    {
        if (result < 0)
        {
            throw new NativeException(NativeError.Other, result, $"GnuTLS cannot {doing}: {Marshal.PtrToStringUTF8(GnuTlsCalls.ErrorText(result))} (error {result})");
        }
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        GnuTlsCalls.FreeCredentials(handle);
        if (_antiReplay != 0)
        {
            GnuTlsCalls.FreeAntiReplay(_antiReplay);
        }

        return true;
    }
}
