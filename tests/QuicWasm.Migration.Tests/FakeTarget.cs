using QuicWasm.State;

namespace QuicWasm.Migration.Tests;

/// <summary>A target that keeps the bytes, and holds the migration to its promises: each byte once, the skeleton first, every call in its place.</summary>
internal sealed class FakeTarget : IMigrationTarget
{
    private readonly Lock _lock = new();
    private bool[][] _written = [];
    private int _isBuilt;
    private int _writes;

    public ImageLayout? Layout { get; private set; }

    public byte[][] Content { get; private set; } = [];

    public IPartFetcher? Fetcher { get; private set; }

    public bool IsCompleted { get; private set; }

    /// <summary>Called before each write with how many there were.</summary>
    public Action<int>? OnWrite { get; set; }

    public Action? OnBuild { get; set; }

    public Action? OnComplete { get; set; }

    public void Begin(ImageLayout layout)
    {
        Assert.Null(Layout);
        Layout = layout;
        Content = [.. layout.Parts.Select(p => new byte[p.LengthBytes])];
        _written = [.. layout.Parts.Select(p => new bool[p.LengthBytes])];
    }

    public void Write(int part, ulong offset, ReadOnlySpan<byte> bytes)
    {
        OnWrite?.Invoke(Interlocked.Increment(ref _writes));
        Assert.NotNull(Layout);
        Assert.NotEqual(Layout.Parts[part].IsSkeleton, Volatile.Read(ref _isBuilt) == 1);
        lock (_lock)
        {
            Span<bool> written = _written[part].AsSpan((int)offset, bytes.Length);
            Assert.False(written.Contains(true));
            written.Fill(true);
        }

        bytes.CopyTo(Content[part].AsSpan((int)offset));
    }

    public void BuildSkeleton()
    {
        OnBuild?.Invoke();
        Assert.All(Layout!.Parts.Where(p => p.IsSkeleton), p => Assert.True(IsWritten(p.Number)));
        Assert.Equal(0, Interlocked.Exchange(ref _isBuilt, 1));
    }

    public void Complete(IPartFetcher? fetcher)
    {
        OnComplete?.Invoke();
        Assert.Equal(1, _isBuilt);
        Assert.False(IsCompleted);
        Fetcher = fetcher;
        IsCompleted = true;
        if (fetcher is null)
        {
            Assert.All(Layout!.Parts, p => Assert.True(IsWritten(p.Number)));
        }
    }

    public bool IsWritten(int part)
    {
        lock (_lock)
        {
            return !_written[part].Contains(false);
        }
    }

    public void AssertHolds(FakeImage image)
    {
        Assert.Equal(image.Layout.Id, Layout!.Id);
        Assert.Equal(image.Layout.Parts.AsEnumerable(), Layout.Parts.AsEnumerable());
        for (int part = 0; part < Content.Length; part++)
        {
            Assert.True(IsWritten(part));
            Assert.True(image.Content[part].AsSpan().SequenceEqual(Content[part]), $"part {part} differs");
        }
    }
}
