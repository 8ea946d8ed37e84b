namespace QuicWasm.State;

/// <summary>One part of an image: what it is, whose, and how long. Part numbers are dense, from 0, in the order of the layout.</summary>
/// <param name="Number">Its number in the image.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Index">
/// Which one of its kind: an instance's address in the Store; for code, the function's index among those that its module defines;
/// for other module parts 0; for host state the host module's place in Configure.
/// </param>
/// <param name="Module">For parts of a module's binary: the number of the module in the image; else -1.</param>
/// <param name="Owner">Address of the module instance that defines the instance (or first instantiates the module); -1 where none does.</param>
/// <param name="LengthBytes">Its length in bytes.</param>
public sealed record ImagePart(int Number, PartKind Kind, int Index, int Module, int Owner, ulong LengthBytes)
{
    /// <summary>Whether the part belongs to the skeleton, which always arrives before the first instruction.</summary>
    public bool IsSkeleton => Kind < PartKind.Function;

    /// <summary>The part in words, for messages.</summary>
    public string Describe() => Module < 0 ? $"part {Number} ({Kind} {Index})" : $"part {Number} ({Kind} {Index} of module {Module})";
}
