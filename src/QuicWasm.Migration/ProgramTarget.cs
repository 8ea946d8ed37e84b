using QuicWasm.Runtime;
using QuicWasm.State;

namespace QuicWasm.Migration;

/// <summary>A migration's target that is a program. Whatever is not taken from it is freed with it.</summary>
internal sealed class ProgramTarget(Configure configure) : IMigrationTarget, IDisposable
{
    private ProgramRestore? _restore;
    private RunningProgram? _program;

    private ProgramRestore Restore => _restore ?? throw new InvalidOperationException("no image has begun");

    public void Begin(ImageLayout layout) => _restore = ProgramRestore.Begin(layout, configure);

    public void Write(int part, ulong offset, ReadOnlySpan<byte> bytes) => Restore.Write(part, offset, bytes);

    public void WriteZeros(int part, ulong offset, ulong lengthBytes) => Restore.WriteZeros(part, offset, lengthBytes);

    public void BuildSkeleton() => Restore.BuildSkeleton();

    // What brings pages of memories brings the other parts as well.
    public void Complete(IPartFetcher? fetcher) =>
        _program = fetcher is null ? Restore.Complete() : Restore.CompleteLazily(fetcher, fetcher as IMemoryPager);

    /// <summary>The program, which is the caller's from now on.</summary>
    public RunningProgram TakeProgram()
    {
        RunningProgram program = _program ?? throw new InvalidOperationException("the program is not complete");
        _program = null;
        return program;
    }

    public void Dispose()
    {
        _program?.Dispose();
        _restore?.Dispose();
    }
}
