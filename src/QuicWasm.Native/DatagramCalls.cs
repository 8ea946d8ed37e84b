using System.Runtime.InteropServices;

namespace QuicWasm.Native;

/// <summary>sendmsg and its family (Linux).</summary>
internal static unsafe partial class DatagramCalls
{
    public const int SolSocket = 1, SolIp = 0, SolUdp = 17, SolIpv6 = 41;
    public const int UdpSegment = 103, UdpGro = 104, IpMtuDiscover = 10, Ipv6MtuDiscover = 23, PmtuProbe = 3;
    public const int SendBuffer = 7, ReceiveBuffer = 8, SendBufferForce = 32, ReceiveBufferForce = 33;
    public const int DontWait = 0x40;
    public const int Eintr = 4, Eio = 5, Eagain = 11, Einval = 22;

    [LibraryImport("libc", EntryPoint = "sendmsg", SetLastError = true)]
    public static partial nint Send(int descriptor, DatagramMessage* message, int flags);

    [LibraryImport("libc", EntryPoint = "recvmsg", SetLastError = true)]
    public static partial nint Receive(int descriptor, DatagramMessage* message, int flags);

    [LibraryImport("libc", EntryPoint = "ppoll", SetLastError = true)]
    public static partial int Wait(PollEntry* entries, nuint count, long* timeout, void* signals, nuint signalBytes);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    public static partial int SetOption(int descriptor, int level, int option, void* value, uint length);
}
