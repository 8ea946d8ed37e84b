using System.Runtime.InteropServices;

namespace QuicWasm.Native;

/// <summary>
/// Lets an access to reserved address space that is not committed end in a <see cref="NullReferenceException"/>, which can be caught, instead
/// of the end of the process. So compiled code needs no comparison before an access whose address cannot lie outside of a reservation.
/// Linux on x64.
/// </summary>
/// <remarks>
/// The runtime turns SIGSEGV in managed code into that exception where the address is close to 0, and ends the process otherwise. The handler
/// that is put before the runtime's own does one thing: where the address lies in a guarded range, it says that it is 0. It is machine code,
/// because no managed code may run in a signal handler. It calls nothing, allocates nothing, and reads one table.
/// </remarks>
// SAFETY: the page with the handler and the table live as long as the process. The table's count only grows, and entries are written so that a
// handler on another thread sees an old or a new one: the length is set last, and cleared first.
public static unsafe partial class AccessGuard
{
    private const int SegmentationFault = 11;
    private const int ActionBytes = 152;
    private const int Capacity = 4095;
    private const int PageBytes = 4096;

    private static readonly Lock Gate = new();
    private static readonly long* Table = Install();

    /// <summary>Whether this system can guard ranges.</summary>
    public static bool IsSupported => Table != null;

    /// <summary>Guards a range. False where that is not supported, or too many are guarded.</summary>
    /// <param name="address">Where it begins; what is not committed of it must not be accessible.</param>
    /// <param name="lengthBytes">Its length in bytes.</param>
    public static bool TryAdd(nint address, ulong lengthBytes)
    {
        if (Table == null)
        {
            return false;
        }

        lock (Gate)
        {
            for (int i = 0; i < Capacity; i++)
            {
                long* entry = Table + 1 + (2 * i);
                if (entry[1] != 0)
                {
                    continue;
                }

                Volatile.Write(ref entry[0], address);
                Volatile.Write(ref entry[1], (long)lengthBytes);
                Volatile.Write(ref Table[0], Math.Max(Table[0], i + 1));
                return true;
            }
        }

        return false;
    }

    /// <summary>Ends the guard of a range, before its address space is given back.</summary>
    public static void Remove(nint address)
    {
        lock (Gate)
        {
            for (int i = 0; Table != null && i < Table[0]; i++)
            {
                long* entry = Table + 1 + (2 * i);
                if (entry[0] == address && entry[1] != 0)
                {
                    Volatile.Write(ref entry[1], 0);
                    return;
                }
            }
        }
    }

    private static long* Install()
    {
        byte* action = stackalloc byte[ActionBytes];
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64 || Action(SegmentationFault, null, action) != 0)
        {
            return null;
        }

        // 0 and 1 stand for no handler: then this is no runtime that turns faults into exceptions.
        nint runtimeHandler = *(nint*)action;
        void* page = MemoryCalls.Map(null, PageBytes, MemoryCalls.ProtRead | MemoryCalls.ProtWrite, MemoryCalls.MapReserve, -1, 0);
        if (runtimeHandler is 0 or 1 || page == MemoryCalls.Failed)
        {
            return null;
        }

        var table = (long*)NativeMemory.AllocZeroed((2 * Capacity) + 1, sizeof(long));
        Handler((nint)table, runtimeHandler).CopyTo(new Span<byte>(page, PageBytes));
        *(nint*)action = (nint)page;
        bool isInstalled = MemoryCalls.Protect(page, PageBytes, MemoryCalls.ProtRead | MemoryCalls.ProtExecute) == 0
            && Action(SegmentationFault, action, null) == 0;
        return isInstalled ? table : null;
    }

    // void handler(int signal, siginfo_t* info, void* context), as the System V ABI passes its arguments; only registers that a callee may change.
    private static byte[] Handler(nint table, nint next) =>
    [
        0x48, 0x8B, 0x46, 0x10,                               // mov rax, [rsi + 16]      si_addr
        0x48, 0xB9, .. BitConverter.GetBytes((long)table),    // mov rcx, table
        0x4C, 0x8B, 0x01,                                     // mov r8, [rcx]            count
        0x4D, 0x85, 0xC0,                                     // test r8, r8       <- 17: next entry
        0x74, 0x1E,                                           // jz chain
        0x49, 0x89, 0xC1,                                     // mov r9, rax
        0x4C, 0x2B, 0x49, 0x08,                               // sub r9, [rcx + 8]        begin
        0x4C, 0x3B, 0x49, 0x10,                               // cmp r9, [rcx + 16]       length
        0x72, 0x09,                                           // jb inside
        0x48, 0x83, 0xC1, 0x10,                               // add rcx, 16
        0x49, 0xFF, 0xC8,                                     // dec r8
        0xEB, 0xE5,                                           // jmp 17
        0x48, 0xC7, 0x46, 0x10, 0x00, 0x00, 0x00, 0x00,       // inside: mov qword [rsi + 16], 0
        0x48, 0xB8, .. BitConverter.GetBytes((long)next),     // chain: mov rax, next
        0xFF, 0xE0,                                           // jmp rax
    ];

    // struct sigaction of the C library: handler, mask of 128 bytes, flags, restorer. The runtime's own is taken over but for the handler.
    [LibraryImport("libc", EntryPoint = "sigaction")]
    private static partial int Action(int signal, byte* action, byte* old);
}
