namespace QuicWasm.Wasi;

/// <summary>The descriptors of a program by number. The lowest free number is given to the next.</summary>
internal sealed class DescriptorTable : IDisposable
{
    /// <summary>How many descriptors a program may have.</summary>
    public const int Limit = 65536;

    private readonly List<Descriptor?> _slots = [];
    private int _lowestFree;

    /// <summary>How many numbers there are, free ones among them.</summary>
    public int Count => _slots.Count;

    public bool IsFull => _lowestFree >= Limit;

    public Descriptor? this[int number] => _slots[number];

    /// <summary>Gives the descriptor a number. To be called when the table is not full.</summary>
    public int Add(Descriptor descriptor)
    {
        int number = _lowestFree;
        Set(number, descriptor);
        return number;
    }

    /// <summary>Puts a descriptor at a number; what was there is closed.</summary>
    public void Set(int number, Descriptor? descriptor)
    {
        while (_slots.Count <= number)
        {
            _slots.Add(null);
        }

        _slots[number]?.Dispose();
        _slots[number] = descriptor;
        _lowestFree = descriptor is null ? Math.Min(_lowestFree, number) : _lowestFree;
        while (_lowestFree < _slots.Count && _slots[_lowestFree] is not null)
        {
            _lowestFree++;
        }
    }

    /// <summary>Moves a descriptor to another open number; what was there is closed.</summary>
    public void Move(int from, int to)
    {
        Descriptor moved = _slots[from]!;
        _slots[from] = null;
        Set(to, moved);
        _lowestFree = Math.Min(_lowestFree, from);
    }

    /// <summary>Finds an open descriptor with the rights.</summary>
    public Errno Find(uint number, Rights required, out Descriptor descriptor)
    {
        descriptor = number < (uint)_slots.Count ? _slots[(int)number]! : null!;
        return descriptor is null ? Errno.BadF : (descriptor.Base & required) == required ? Errno.Success : Errno.NotCapable;
    }

    /// <summary>Finds what is no directory.</summary>
    public Errno FindFile(uint number, Rights required, out Descriptor descriptor)
    {
        Errno errno = Find(number, required, out descriptor);
        return descriptor is { IsDirectory: true } ? Errno.IsDir : errno;
    }

    /// <summary>Finds a directory.</summary>
    public Errno FindDirectory(uint number, Rights required, out Descriptor descriptor)
    {
        Errno errno = Find(number, required, out descriptor);
        return descriptor is { IsDirectory: false } ? Errno.NotDir : errno;
    }

    /// <summary>Finds a directory whose contents may be changed.</summary>
    public Errno FindChangeable(uint number, Rights required, out Descriptor descriptor)
    {
        Errno errno = FindDirectory(number, required, out descriptor);
        return errno == Errno.Success && descriptor.IsReadOnly ? Errno.RoFs : errno;
    }

    /// <summary>Finds a socket.</summary>
    public Errno FindSocket(uint number, Rights required, out Descriptor descriptor)
    {
        Errno errno = Find(number, required, out descriptor);
        return descriptor is { IsSocket: false } ? Errno.NotSock : errno;
    }

    public void Dispose()
    {
        foreach (Descriptor? descriptor in _slots)
        {
            descriptor?.Dispose();
        }

        _slots.Clear();
        _lowestFree = 0;
    }
}
