using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace QuicWasm.Native;

/// <summary>
/// A userfaultfd (Linux): threads that touch a registered page that is missing, or write to a protected one, wait until somebody has
/// put things right and wakes them. It acts on the memory of the process that opened it, also where another process has been given it.
/// </summary>
/// <remarks>When the last descriptor of it is closed, the kernel forgets all ranges and lets every waiting thread go on.</remarks>
public sealed unsafe class Userfault : SafeHandleMinusOneIsInvalid
{
    private const int Eperm = 1, Eagain = 11, Eexist = 17, Eintr = 4;

    /// <summary>Takes over a descriptor, which another process may have passed.</summary>
    public Userfault(nint descriptor)
        : base(ownsHandle: true) => SetHandle(descriptor);

    /// <summary>Whether only touches in user mode wait: a system call that touches a missing page fails then, or ends the process.</summary>
    public bool IsUserModeOnly { get; private init; }

    /// <summary>Opens one for this process; without the right to catch the kernel's own touches, for those in user mode only.</summary>
    /// <param name="features">What it must be able to do.</param>
    /// <exception cref="NativeException">The system has none, forbids it, or lacks a feature.</exception>
    public static Userfault Open(UserfaultFeatures features = UserfaultFeatures.MissingMemoryFile)
    {
        Userfault opened = Open(userModeOnly: false, out int errno) ?? (errno == Eperm ? Open(userModeOnly: true, out _) : null)
            ?? throw NativeException.FromLastError("userfaultfd cannot be opened; as root: sysctl vm.unprivileged_userfaultfd=1, or allow it in the container's profile");
        try
        {
            opened.Agree(features);
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>What the kernel offers.</summary>
    /// <exception cref="NativeException">The system has no userfaultfd, or forbids it.</exception>
    public static (UserfaultFeatures Features, bool IsUserModeOnly) Probe()
    {
        using Userfault opened = Open(UserfaultFeatures.None);
        return (opened.Features, opened.IsUserModeOnly);
    }

    /// <summary>What the kernel offers, as it said when this was opened; none of a descriptor that was passed.</summary>
    public UserfaultFeatures Features { get; private set; }

    /// <summary>Has faults of a range caught. The range is whole pages of one process's mappings.</summary>
    /// <exception cref="NativeException">The range is not mapped, or of a kind that cannot be registered.</exception>
    public void Register(ulong address, ulong lengthBytes, UserfaultModes modes) =>
        OnRange(UserfaultCalls.Register, address, lengthBytes, (ulong)modes, "register");

    /// <summary>Catches nothing there any more, and wakes who waits there.</summary>
    /// <exception cref="NativeException">The range is not mapped.</exception>
    public void Unregister(ulong address, ulong lengthBytes) => OnRange(UserfaultCalls.Unregister, address, lengthBytes, 0, "unregister");

    /// <summary>Lets threads that wait in a range try again.</summary>
    /// <exception cref="NativeException">The range is not whole pages.</exception>
    public void Wake(ulong address, ulong lengthBytes) => OnRange(UserfaultCalls.Wake, address, lengthBytes, 0, "wake");

    /// <summary>Puts bytes into missing pages, in one step for each page, and wakes who waits for them.</summary>
    /// <returns>False where a page is there already; nothing was copied then.</returns>
    /// <exception cref="NativeException">The system refused.</exception>
    public bool Copy(ulong address, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* source = bytes)
        {
            UserfaultCalls.CopyArgument copy = new() { Destination = address, Source = (ulong)source, LengthBytes = (ulong)bytes.Length };
            while (copy.LengthBytes > 0)
            {
                if (UserfaultCalls.Control(this, UserfaultCalls.Copy, &copy) == 0)
                {
                    return true;
                }

                if (!GoesOn(copy.Copied))
                {
                    return false;
                }

                ulong done = (ulong)Math.Max(copy.Copied, 0);
                copy = new() { Destination = copy.Destination + done, Source = copy.Source + done, LengthBytes = copy.LengthBytes - done };
            }

            return true;
        }
    }

    /// <summary>Maps zeros to missing pages, and wakes who waits for them.</summary>
    /// <returns>False where a page is there already.</returns>
    /// <exception cref="NativeException">The system refused.</exception>
    public bool ZeroPage(ulong address, ulong lengthBytes)
    {
        UserfaultCalls.RangeArgument range = new() { Start = address, LengthBytes = lengthBytes };
        while (range.LengthBytes > 0 && UserfaultCalls.Control(this, UserfaultCalls.ZeroPage, &range) != 0)
        {
            if (!GoesOn(range.Result))
            {
                return false;
            }

            ulong done = (ulong)Math.Max(range.Result, 0);
            range = new() { Start = range.Start + done, LengthBytes = range.LengthBytes - done };
        }

        return true;
    }

    /// <summary>Protects pages against writing, or lets them be written and wakes who waits for that.</summary>
    /// <exception cref="NativeException">The range is not registered for it.</exception>
    public void WriteProtect(ulong address, ulong lengthBytes, bool isProtected) =>
        OnRange(UserfaultCalls.WriteProtect, address, lengthBytes, isProtected ? 1UL : 0, "write-protect");

    /// <summary>Reads the faults that nobody has read yet, without waiting.</summary>
    /// <returns>How many.</returns>
    /// <exception cref="NativeException">The descriptor is not usable.</exception>
    public int Read(Span<UserfaultEvent> events)
    {
        Span<byte> messages = stackalloc byte[Math.Min(events.Length, 64) * UserfaultCalls.MessageBytes];
        nint length;
        fixed (byte* buffer = messages)
        {
            length = UserfaultCalls.Read(this, buffer, (nuint)messages.Length);
        }

        if (length < 0)
        {
            return Marshal.GetLastPInvokeError() is Eagain or Eintr ? 0 : throw NativeException.FromLastError("reading faults");
        }

        int count = 0;
        for (int offset = 0; offset < length; offset += UserfaultCalls.MessageBytes)
        {
            ReadOnlySpan<byte> message = messages[offset..];
            if (message[0] == UserfaultCalls.PageFault)
            {
                ulong flags = BinaryPrimitives.ReadUInt64LittleEndian(message[8..]);
                ulong address = BinaryPrimitives.ReadUInt64LittleEndian(message[16..]) & ~(AddressRange.PageBytes - 1);
                events[count++] = new UserfaultEvent(address, (flags & 1) != 0, (flags & 2) != 0);
            }
        }

        return count;
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => UserfaultCalls.Close(handle) == 0;

    private static Userfault? Open(bool userModeOnly, out int errno)
    {
        errno = 0;
        if (!OperatingSystem.IsLinux())
        {
            throw NativeException.NotSupported("memory that is fetched lazily needs userfaultfd, which only Linux has");
        }

        int flags = UserfaultCalls.CloseOnExec | UserfaultCalls.NonBlocking | (userModeOnly ? UserfaultCalls.UserModeOnly : 0);
        nint descriptor = UserfaultCalls.Open(UserfaultCalls.OpenNumber, flags);
        errno = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
        return descriptor < 0 ? null : new Userfault(descriptor) { IsUserModeOnly = userModeOnly };
    }

    private void Agree(UserfaultFeatures features)
    {
        UserfaultCalls.ApiArgument api = new() { Version = UserfaultCalls.ApiVersion, Features = features };
        if (UserfaultCalls.Control(this, UserfaultCalls.Api, &api) != 0)
        {
            throw NativeException.FromLastError($"this kernel's userfaultfd has not all of: {features}");
        }

        Features = api.Features;
    }

    // Some were done before it was disturbed, or the mappings of the process change just now: both go on.
    private static bool GoesOn(long done) => done > 0 || Marshal.GetLastPInvokeError() switch
    {
        Eagain => true,
        Eexist => false,
        _ => throw NativeException.FromLastError("filling missing pages"),
    };

    private void OnRange(nuint call, ulong address, ulong lengthBytes, ulong mode, string what)
    {
        UserfaultCalls.RangeArgument range = new() { Start = address, LengthBytes = lengthBytes, Mode = mode };
        while (UserfaultCalls.Control(this, call, &range) != 0)
        {
            if (Marshal.GetLastPInvokeError() != Eagain)
            {
                throw NativeException.FromLastError($"cannot {what} {lengthBytes} bytes at {address:x} (userfaultfd)");
            }
        }
    }
}
