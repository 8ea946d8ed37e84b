using System.Runtime.CompilerServices;

namespace QuicWasm.Native.Tests;

/// <summary>Faults in guarded ranges are exceptions, and nothing else is changed.</summary>
public sealed unsafe class AccessGuardTests
{
    private const ulong LengthBytes = 1 << 20;

    [Fact]
    public void An_access_that_is_not_committed_throws_and_the_process_goes_on()
    {
        Assert.SkipUnless(AccessGuard.IsSupported, "guarded ranges are for Linux on x64");
        using AddressRange range = AddressRange.Reserve(LengthBytes);
        range.Commit(0, AddressRange.PageBytes);
        Assert.True(AccessGuard.TryAdd((nint)range.Base, range.LengthBytes));
        Assert.Equal(0, Read(range.Base));
        for (ulong offset = AddressRange.PageBytes; offset < LengthBytes; offset += AddressRange.PageBytes)
        {
            byte* address = range.Base + offset;
            Assert.Throws<NullReferenceException>(() => Read(address));
            Assert.Throws<NullReferenceException>(() => Write(address));
        }

        AccessGuard.Remove((nint)range.Base);
    }

    [Fact]
    public void An_access_that_begins_inside_and_ends_outside_writes_nothing()
    {
        Assert.SkipUnless(AccessGuard.IsSupported, "guarded ranges are for Linux on x64");
        using AddressRange range = AddressRange.Reserve(LengthBytes);
        range.Commit(0, AddressRange.PageBytes);
        Assert.True(AccessGuard.TryAdd((nint)range.Base, range.LengthBytes));
        byte* last = range.Base + AddressRange.PageBytes - 4;
        Assert.Throws<NullReferenceException>(() => Write(last));
        Assert.Equal(0, *(int*)last);
        AccessGuard.Remove((nint)range.Base);
    }

    [Fact]
    public void Faults_on_several_threads_at_once_are_exceptions_on_each()
    {
        Assert.SkipUnless(AccessGuard.IsSupported, "guarded ranges are for Linux on x64");
        int caught = 0;
        Parallel.For(0, 8, _ =>
        {
            using AddressRange range = AddressRange.Reserve(LengthBytes);
            Assert.True(AccessGuard.TryAdd((nint)range.Base, range.LengthBytes));
            for (int i = 0; i < 100; i++)
            {
                byte* address = range.Base + (ulong)i;
                Assert.Throws<NullReferenceException>(() => Read(address));
                Interlocked.Increment(ref caught);
            }

            AccessGuard.Remove((nint)range.Base);
        });
        Assert.Equal(800, caught);
    }

    [Fact]
    public void A_null_reference_is_what_it_was()
    {
        object? nothing = string.Empty.Length == 0 ? null : new object();
        Assert.Throws<NullReferenceException>(() => nothing!.GetHashCode());
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static long Read(byte* address) => *(long*)address;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Write(byte* address) => *(long*)address = -1;
}
