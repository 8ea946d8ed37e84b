using System.Runtime.InteropServices;

namespace QuicWasm.Native;

/// <summary>Bytes, and descriptors with them, over a connected Unix socket (sendmsg and recvmsg with SCM_RIGHTS).</summary>
public static unsafe partial class DescriptorPassing
{
    /// <summary>How many descriptors can go with one message.</summary>
    public const int MaxDescriptors = 64;

    private const int SocketLevel = 1, Rights = 1, NoSignal = 0x4000, DoNotWait = 0x40, CloseOnExec = 0x40000000;
    private const int Eintr = 4, Eagain = 11, ControlTruncated = 0x8;

    /// <summary>Sends all bytes; the descriptors go with the first of them. They stay the caller's.</summary>
    /// <exception cref="NativeException">The other end is gone.</exception>
    public static void Send(SafeHandle socket, ReadOnlySpan<byte> bytes, ReadOnlySpan<SafeHandle> descriptors) => Send(socket, bytes, descriptors, waits: true);

    /// <summary>Sends what the system takes at once; the descriptors go with the first byte. They stay the caller's.</summary>
    /// <returns>How many bytes that were, which may be none.</returns>
    /// <exception cref="NativeException">The other end is gone.</exception>
    public static int TrySend(SafeHandle socket, ReadOnlySpan<byte> bytes, ReadOnlySpan<SafeHandle> descriptors) => Send(socket, bytes, descriptors, waits: false);

    private static int Send(SafeHandle socket, ReadOnlySpan<byte> bytes, ReadOnlySpan<SafeHandle> descriptors, bool waits)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(descriptors.Length, MaxDescriptors);
        ArgumentOutOfRangeException.ThrowIfZero(bytes.Length);
        byte* control = stackalloc byte[ControlBytes(MaxDescriptors)];
        bool[] taken = new bool[descriptors.Length];
        try
        {
            var head = (ControlHead*)control;
            *head = new ControlHead { LengthBytes = (nuint)(sizeof(ControlHead) + (descriptors.Length * sizeof(int))), Level = SocketLevel, Type = Rights };
            for (int i = 0; i < descriptors.Length; i++)
            {
                descriptors[i].DangerousAddRef(ref taken[i]);
                ((int*)(head + 1))[i] = (int)descriptors[i].DangerousGetHandle();
            }

            return SendAll(socket, bytes, control, descriptors.Length, waits);
        }
        finally
        {
            for (int i = 0; i < descriptors.Length; i++)
            {
                if (taken[i])
                {
                    descriptors[i].DangerousRelease();
                }
            }
        }
    }

    /// <summary>Receives some bytes, and the descriptors that came with them, which are the caller's.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="bytes">Where to; not empty.</param>
    /// <param name="descriptors">Gets the descriptors, appended.</param>
    /// <returns>How many bytes; 0 where the other end has closed.</returns>
    /// <exception cref="NativeException">The connection is gone.</exception>
    public static int Receive(SafeHandle socket, Span<byte> bytes, ICollection<nint> descriptors)
    {
        int capacity = ControlBytes(MaxDescriptors);
        byte* control = stackalloc byte[capacity];
        fixed (byte* first = bytes)
        {
            Vector vector = new() { Address = first, LengthBytes = (nuint)bytes.Length };
            MessageHead message = new() { Vectors = &vector, VectorCount = 1, Control = control, ControlBytes = (nuint)capacity };
            nint count;
            while ((count = ReceiveMessage(socket, &message, CloseOnExec)) < 0 && Marshal.GetLastPInvokeError() == Eintr)
            {
                message.ControlBytes = (nuint)capacity;
            }

            if (count < 0 || (message.Flags & ControlTruncated) != 0)
            {
                throw NativeException.FromLastError("receiving from a Unix socket");
            }

            var head = (ControlHead*)control;
            if (message.ControlBytes >= (nuint)sizeof(ControlHead) && head->Level == SocketLevel && head->Type == Rights)
            {
                int passed = ((int)head->LengthBytes - sizeof(ControlHead)) / sizeof(int);
                for (int i = 0; i < passed; i++)
                {
                    descriptors.Add(((int*)(head + 1))[i]);
                }
            }

            return (int)count;
        }
    }

    private static int ControlBytes(int descriptors) => sizeof(ControlHead) + (((descriptors * sizeof(int)) + 7) & ~7);

    private static int SendAll(SafeHandle socket, ReadOnlySpan<byte> bytes, byte* control, int descriptors, bool waits)
    {
        int done = 0;
        fixed (byte* first = bytes)
        {
            while (done < bytes.Length)
            {
                Vector vector = new() { Address = first + done, LengthBytes = (nuint)(bytes.Length - done) };
                MessageHead message = new() { Vectors = &vector, VectorCount = 1 };
                if (done == 0 && descriptors > 0)
                {
                    message.Control = control;
                    message.ControlBytes = (nuint)ControlBytes(descriptors);
                }

                nint count = SendMessage(socket, &message, waits ? NoSignal : NoSignal | DoNotWait);
                int error = count < 0 ? Marshal.GetLastPInvokeError() : 0;
                if (error == Eagain && !waits)
                {
                    break;
                }

                if (count < 0 && error != Eintr)
                {
                    throw NativeException.FromLastError("sending over a Unix socket");
                }

                done += (int)Math.Max(count, 0);
            }
        }

        return done;
    }

    [LibraryImport("libc", EntryPoint = "sendmsg", SetLastError = true)]
    private static partial nint SendMessage(SafeHandle socket, MessageHead* message, int flags);

    [LibraryImport("libc", EntryPoint = "recvmsg", SetLastError = true)]
    private static partial nint ReceiveMessage(SafeHandle socket, MessageHead* message, int flags);

    [StructLayout(LayoutKind.Sequential)]
    private struct Vector
    {
        public byte* Address;
        public nuint LengthBytes;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct MessageHead
    {
        public void* Name;
        public uint NameBytes;
        public Vector* Vectors;
        public nuint VectorCount;
        public void* Control;
        public nuint ControlBytes;
        public int Flags;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct ControlHead
    {
        public nuint LengthBytes;
        public int Level;
        public int Type;
    }
}
