using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace QuicWasm.Native.Tests;

/// <summary>What processes share: memory files, descriptors, marks of life.</summary>
public sealed class SharingTests : IDisposable
{
    private static readonly ulong Page = AddressRange.PageBytes;

    private readonly Socket _near = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Socket _far;
    private readonly string _folder = Directory.CreateTempSubdirectory("quicwasm-").FullName;

    public SharingTests()
    {
        Skip.Unless("uffd", OperatingSystem.IsLinux(), "memory files and descriptor passing are of Linux");
        var endpoint = new UnixDomainSocketEndPoint(Path.Combine(_folder, "socket"));
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(endpoint);
        listener.Listen();
        _near.Connect(endpoint);
        _far = listener.Accept();
    }

    [Fact]
    public void Pages_of_a_memory_file_that_were_not_written_are_told_from_those_that_were()
    {
        using MemoryFile file = MemoryFile.Create("test", 16 * Page);
        file.Write(4 * Page, [1]);
        file.Write(6 * Page, new byte[Page]);
        Assert.Equal(0UL, file.FirstMissing(0));
        Assert.Equal(4 * Page, file.FirstPresent(0));
        Assert.Equal(5 * Page, file.FirstMissing(4 * Page));
        Assert.Equal(6 * Page, file.FirstPresent(5 * Page));
        Assert.Equal(16 * Page, file.FirstPresent(7 * Page));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Write((16 * Page) - 1, [1, 2]));
    }

    [Fact]
    public void A_memory_file_arrives_with_the_bytes_that_it_was_sent_with()
    {
        using MemoryFile file = MemoryFile.Create("test", Page);
        file.Write(0, [42]);
        DescriptorPassing.Send(_near.SafeHandle, [1, 2, 3], [file.Descriptor, file.Descriptor]);
        List<nint> passed = [];
        byte[] bytes = new byte[8];
        Assert.Equal(3, DescriptorPassing.Receive(_far.SafeHandle, bytes, passed));
        Assert.Equal([1, 2, 3], bytes[..3]);
        Assert.Equal(2, passed.Count);
        using MemoryFile first = new(new SafeFileHandle(passed[0], ownsHandle: true), Page), second = new(new SafeFileHandle(passed[1], ownsHandle: true), Page);
        first.Write(1, [43]);
        byte[] read = new byte[2];
        second.Read(0, read);
        Assert.Equal([42, 43], read);
    }

    [Fact]
    public void Bytes_without_descriptors_arrive_and_the_end_is_seen()
    {
        DescriptorPassing.Send(_near.SafeHandle, new byte[100_000], []);
        _near.Shutdown(SocketShutdown.Send);
        List<nint> passed = [];
        byte[] bytes = new byte[65_536];
        int total = 0;
        while (DescriptorPassing.Receive(_far.SafeHandle, bytes, passed) is > 0 and int count)
        {
            total += count;
        }

        Assert.Equal(100_000, total);
        Assert.Empty(passed);
    }

    [Fact]
    public void The_kernel_notes_the_death_of_the_thread_that_holds_the_mark()
    {
        using MemoryFile file = MemoryFile.Create("test", Page);
        using SharedView held = file.MapShared(), watched = file.MapShared();
        Assert.False(LifeMark.IsAlive(watched));
        using var isHeld = new ManualResetEventSlim();
        using var mayEnd = new ManualResetEventSlim();
        var thread = new Thread(() =>
        {
            LifeMark.Hold(held);
            isHeld.Set();
            mayEnd.Wait();
        });
        thread.Start();
        isHeld.Wait(TestContext.Current.CancellationToken);
        Assert.True(LifeMark.IsAlive(watched));
        mayEnd.Set();
        thread.Join();
        Assert.True(SpinWait.SpinUntil(() => !LifeMark.IsAlive(watched), TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public void A_descriptor_can_be_copied_out_of_a_process()
    {
        using MemoryFile file = MemoryFile.Create("test", Page);
        file.Write(0, [42]);
        using SafeFileHandle self = ProcessDescriptor.Open(Environment.ProcessId);
        using MemoryFile copy = new(ProcessDescriptor.Take(self, (int)file.Descriptor.DangerousGetHandle()), Page);
        byte[] read = new byte[1];
        copy.Read(0, read);
        Assert.Equal(42, read[0]);
        Assert.Throws<NativeException>(() => ProcessDescriptor.Take(self, 1_000_000));
    }

    public void Dispose()
    {
        _near.Dispose();
        _far.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
