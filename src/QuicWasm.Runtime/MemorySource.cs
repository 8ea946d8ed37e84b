using QuicWasm.Native;

namespace QuicWasm.Runtime;

/// <summary>Gives ranges of instance memory; opened from a <see cref="MemoryAllocation"/>, one for each runtime.</summary>
public abstract class MemorySource : IDisposable
{
    /// <summary>Opens the source that the choice names.</summary>
    public static MemorySource Open(MemoryAllocation allocation) => allocation switch
    {
        MemoryAllocation.FromPool pool => new PoolMemorySource(pool.LengthBytes),
        MemoryAllocation.FromAllocator functions => new AllocatorMemorySource(functions),
        _ => new SystemMemorySource(),
    };

    /// <summary>Ranges given and not taken back: 0 when nothing leaks.</summary>
    public int RangesInUse { get; private protected set; }

    /// <summary>Whether uncommitted bytes of its ranges cannot be accessed, and reserving many of them costs nothing.</summary>
    public virtual bool CanGuard => false;

    /// <summary>Reserves a range, whose bytes are usable (and zero) after <see cref="MemoryRange.Commit"/>.</summary>
    /// <exception cref="LinkException">There is not that much.</exception>
    public abstract MemoryRange Reserve(ulong lengthBytes, AllocationUsage usage);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Gives back what the source itself holds.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }
}

/// <summary>A range of instance memory. Its address never changes.</summary>
public abstract class MemoryRange(nint address, ulong lengthBytes) : IDisposable
{
    /// <summary>Where it begins.</summary>
    public nint Address { get; } = address;

    /// <summary>Its length in bytes, committed or not.</summary>
    public ulong LengthBytes { get; } = lengthBytes;

    /// <summary>Makes bytes usable; they read as zero.</summary>
    /// <exception cref="LinkException">The memory cannot be had.</exception>
    public abstract void Commit(ulong offset, ulong lengthBytes);

    /// <summary>Whether files can be mapped in it.</summary>
    public virtual bool CanMapFiles => false;

    /// <summary>Makes bytes usable that are a file's, at the same offset in it; what is written goes to the file.</summary>
    /// <exception cref="LinkException">The memory cannot be had.</exception>
    public virtual void MapShared(MemoryFile file, ulong offset, ulong lengthBytes) => throw NoFiles();

    /// <summary>Turns the shared view of a file at the beginning of the range into a private one; where that fails it is as it was.</summary>
    /// <exception cref="NativeException">The system refused.</exception>
    public virtual void MakePrivate(MemoryFile file) => throw NoFiles();

    /// <summary>Puts a private view of a file at the beginning of the range, in place of what was committed there.</summary>
    /// <exception cref="LinkException">It cannot be had, or the memory is of a kind that takes no files.</exception>
    public virtual void MapFile(MemoryFile file) => throw NoFiles();

    /// <summary>Puts a view of a file that is ready in place of a private view of the same file at the beginning of the range (<see cref="AddressRange.Replace"/>).</summary>
    /// <exception cref="NativeException">The system refused, and the bytes cannot be used any more.</exception>
    public virtual void Replace(AddressRange view, MemoryFile file) => throw NoFiles();

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    private static LinkException NoFiles() => new(
        LinkError.OutOfMemory, "memory of the caller's allocator cannot be fetched lazily: copy memories eagerly, or take memory from the system or a pool");

    /// <summary>Gives the range back to its source.</summary>
    protected abstract void Dispose(bool disposing);
}
