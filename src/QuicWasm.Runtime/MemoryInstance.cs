using QuicWasm.Modules;
using QuicWasm.Native;

namespace QuicWasm.Runtime;

/// <summary>Base and length of a memory, where compiled and interpreted code reads them.</summary>
public unsafe struct MemoryCell
{
    /// <summary>First byte; it never moves.</summary>
    public byte* Base;

    /// <summary>Length in bytes; it only grows.</summary>
    public ulong LengthBytes;
}

/// <summary>A linear memory: a reservation of address space, committed as far as the memory has grown.</summary>
public sealed unsafe class MemoryInstance : IDisposable
{
    /// <summary>Length of a Wasm page in bytes.</summary>
    public const ulong PageBytes = 65536;

    private const ulong MaximumPages = 1UL << 16;
    private const ulong MaximumPages64 = 1UL << 48;

    // A 32-bit address, a 32-bit offset, and the widest access.
    private const ulong GuardedBytes = (8UL << 30) + PageBytes;

    private readonly MemoryRange _range;
    private readonly MemoryBacking _backing;
    private ILazyMemory? _lazy;
    private volatile bool _isComplete = true;

    internal MemoryInstance(int address, MemoryType type, MemorySource source, nint cell, ulong maximumBytes, MemoryChecks checks)
    {
        Address = address;
        Type = type;
        AddressMask = type.Limits.AddressMask;
        ulong most = type.Limits.Is64 ? MaximumPages64 : MaximumPages;
        PageLimit = Math.Min(Math.Min(type.Limits.Maximum ?? most, most), maximumBytes / PageBytes);
        if (type.Limits.Minimum > PageLimit)
        {
            throw new LinkException(
                LinkError.LimitExceeded, $"a memory of {type.Limits.Minimum} pages is over the limit of {PageLimit} pages");
        }

        bool canGuard = checks == MemoryChecks.Guarded && source.CanGuard && !type.Limits.Is64;
        _range = (canGuard ? TryReserve(source, GuardedBytes) : null) ?? source.Reserve(Math.Max(PageLimit, 1) * PageBytes, AllocationUsage.LinearMemory);
        IsGuarded = canGuard && _range.LengthBytes >= GuardedBytes && AccessGuard.TryAdd(_range.Address, _range.LengthBytes);
        _backing = new MemoryBacking(_range);
        Cell = (MemoryCell*)cell;
        Cell->Base = (byte*)_range.Address;
        Cell->LengthBytes = 0;
        try
        {
            Extend(type.Limits.Minimum * PageBytes);
        }
        catch (LinkException)
        {
            Free();
            throw;
        }
    }

    /// <summary>
    /// Whether every 32-bit address with a 32-bit offset is inside of the memory's reservation, and an access outside of the memory itself ends
    /// in a <see cref="NullReferenceException"/> (<see cref="AccessGuard"/>).
    /// </summary>
    public bool IsGuarded { get; }

    /// <summary>Its address in the Store.</summary>
    public int Address { get; }

    /// <summary>Its declared type; <see cref="PageCount"/> may have grown since.</summary>
    public MemoryType Type { get; }

    /// <summary>The bits of a slot that are an address or a size.</summary>
    public ulong AddressMask { get; }

    /// <summary>The type that an importer sees: the present size is the minimum.</summary>
    public MemoryType CurrentType => new(Type.Limits with { Minimum = PageCount });

    /// <summary>Pages that it can grow to.</summary>
    public ulong PageLimit { get; }

    /// <summary>Its size in pages of 64 KiB.</summary>
    public ulong PageCount => Cell->LengthBytes / PageBytes;

    /// <summary>Its size in bytes.</summary>
    public ulong LengthBytes => Cell->LengthBytes;

    /// <summary>Where it begins; it never moves.</summary>
    public nint BaseAddress => _range.Address;

    /// <summary>Base and length, for engines.</summary>
    public MemoryCell* Cell { get; }

    /// <summary>Grows the memory. Gives the old size in pages, or -1 where limits forbid it or memory cannot be had.</summary>
    public long Grow(ulong deltaPages)
    {
        ulong old = PageCount;
        if (deltaPages > PageLimit || old + deltaPages > PageLimit)
        {
            return -1;
        }

        try
        {
            Extend(deltaPages * PageBytes);
        }
        catch (LinkException)
        {
            return -1;
        }

        return (long)old;
    }

    /// <summary>Bytes of the memory.</summary>
    /// <exception cref="TrapException">They are outside of the memory.</exception>
    public Span<byte> Span(ulong offset, ulong lengthBytes)
    {
        // SAFETY: offset and length are checked against the committed length, in 64 bits without overflow.
        if (offset > Cell->LengthBytes || lengthBytes > Cell->LengthBytes - offset)
        {
            throw new TrapException(TrapKind.OutOfBoundsMemoryAccess);
        }

        if (!_isComplete)
        {
            Touch(offset, lengthBytes);
        }

        return new Span<byte>(Cell->Base + offset, checked((int)lengthBytes));
    }

    /// <summary>Writes bytes of a memory that is being restored: every page is here, and nothing runs in it.</summary>
    /// <exception cref="TrapException">They are outside of the memory.</exception>
    /// <exception cref="LinkException">No memory is left.</exception>
    public void Write(ulong offset, ReadOnlySpan<byte> bytes)
    {
        if (offset > Cell->LengthBytes || (ulong)bytes.Length > Cell->LengthBytes - offset)
        {
            throw new TrapException(TrapKind.OutOfBoundsMemoryAccess);
        }

        _backing.Write(offset, bytes);
    }

    /// <summary>Has the memory's present bytes come from a file, whose pages arrive while the program runs. What is written stays the memory's own.</summary>
    /// <param name="file">As long as the memory is now.</param>
    /// <param name="lazy">Brings the pages; it is told when the memory goes.</param>
    /// <exception cref="LinkException">The file cannot be mapped.</exception>
    public void MapLazily(MemoryFile file, ILazyMemory lazy)
    {
        if (file.LengthBytes != LengthBytes)
        {
            throw new ArgumentException($"a file of {file.LengthBytes} bytes for a memory of {LengthBytes}");
        }

        _backing.MapPrivately(file);
        _isComplete = false;
        _lazy = lazy;
    }

    /// <summary>Has the memory's present bytes be those of a file that is complete. What is written stays the memory's own.</summary>
    /// <param name="file">As long as the memory is now.</param>
    /// <exception cref="LinkException">The file cannot be mapped.</exception>
    public void MapFile(MemoryFile file)
    {
        if (file.LengthBytes != LengthBytes)
        {
            throw new ArgumentException($"a file of {file.LengthBytes} bytes for a memory of {LengthBytes}");
        }

        _backing.MapPrivately(file);
    }

    /// <summary>The bytes in place: nothing may run in the memory while they are read.</summary>
    public MemoryContent InPlace() => _isComplete ? _backing.InPlace() : new TouchedContent(this);

    /// <summary>
    /// The bytes as they are now, which stay so while the memory goes on. Nothing is copied the first time (Linux), and later only what was changed
    /// since. Nothing may run in the memory meanwhile, and every page must be here.
    /// </summary>
    /// <exception cref="LinkException">The system refused; the memory is as it was.</exception>
    public MemoryContent Detach() => _backing.Detach();

    /// <summary>Every page is here.</summary>
    public void SetComplete() => _isComplete = true;

    /// <summary>
    /// Every page is here, and nobody else uses the file: has the memory be a view of the file itself at a safe point, after which no page of it faults. Any thread
    /// may call it; it takes as long as mapping all pages.
    /// </summary>
    public void TakeFile(Interruption interruption)
    {
        if (_backing.Prepare())
        {
            interruption.RunAtSafePoint(_backing.TakeFile);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Cell->LengthBytes = 0;
        _lazy?.Unmap(_range.Address);
        Free();
    }

    private void Free()
    {
        if (IsGuarded)
        {
            AccessGuard.Remove(_range.Address);
        }

        _backing.Dispose();
    }

    // The host and system calls never meet a missing page: it is brought here, by a touch in user mode, or the program traps here.
    // SAFETY: the caller has checked the range.
    private void Touch(ulong offset, ulong lengthBytes)
    {
        ulong end = offset + lengthBytes;
        for (ulong position = offset; position < end; position = (position | (AddressRange.PageBytes - 1)) + 1)
        {
            _ = Volatile.Read(ref Cell->Base[position]);
        }

        if (_lazy?.Loss is { } loss)
        {
            throw new TrapException(TrapKind.PartUnavailable, loss);
        }
    }

    // Address space may be limited; then the memory is as large as it is, and compiled code compares.
    private static MemoryRange? TryReserve(MemorySource source, ulong lengthBytes)
    {
        try
        {
            return source.Reserve(lengthBytes, AllocationUsage.LinearMemory);
        }
        catch (LinkException)
        {
            return null;
        }
    }

    private void Extend(ulong lengthBytes)
    {
        if (lengthBytes > 0)
        {
            _backing.Extend(lengthBytes);
            Cell->LengthBytes += lengthBytes;
        }
    }
}
