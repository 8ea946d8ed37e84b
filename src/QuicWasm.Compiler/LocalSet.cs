namespace QuicWasm.Compiler;

/// <summary>A set of a function's locals.</summary>
internal sealed class LocalSet(int count) : IEquatable<LocalSet>
{
    private readonly ulong[] _bits = new ulong[(count + 63) / 64];

    public bool Contains(int local) => (_bits[local >> 6] & (1UL << (local & 63))) != 0;

    public void Add(int local) => _bits[local >> 6] |= 1UL << (local & 63);

    public void Remove(int local) => _bits[local >> 6] &= ~(1UL << (local & 63));

    public void Clear() => _bits.AsSpan().Clear();

    /// <summary>Makes it the same set as another one of the function.</summary>
    public void Set(LocalSet other) => other._bits.CopyTo(_bits, 0);

    /// <summary>Adds all of another set of the function.</summary>
    public void Add(LocalSet other)
    {
        for (int i = 0; i < _bits.Length; i++)
        {
            _bits[i] |= other._bits[i];
        }
    }

    public LocalSet Copy()
    {
        var copy = new LocalSet(_bits.Length * 64);
        copy.Set(this);
        return copy;
    }

    public bool Equals(LocalSet? other) => other is not null && _bits.AsSpan().SequenceEqual(other._bits);

    public override bool Equals(object? obj) => Equals(obj as LocalSet);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (ulong word in _bits)
        {
            hash.Add(word);
        }

        return hash.ToHashCode();
    }
}
