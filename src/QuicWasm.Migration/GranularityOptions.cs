using System.Numerics;

namespace QuicWasm.Migration;

/// <summary>What a granularity is told beside the layout. Both ends use the same options, so they cut the same granules.</summary>
/// <param name="PageBytes">Length of a page for the granularities that cut pages: a power of two, 4 KiB to 2 MiB.</param>
/// <param name="Mode">Whether everything comes first, or what is touched.</param>
/// <param name="EagerMemory">In cow: the linear memories come before the first instruction, in granules of their own.</param>
public sealed record GranularityOptions(int PageBytes = 4096, CopyMode Mode = CopyMode.NoCow, bool EagerMemory = false)
{
    /// <summary>The smallest page.</summary>
    public const int MinimumPageBytes = 4096;

    /// <summary>The largest page.</summary>
    public const int MaximumPageBytes = 2 << 20;

    /// <summary>Refuses options that are out of range.</summary>
    /// <exception cref="MigrationException">An option is out of range (<see cref="MigrationError.InvalidOption"/>).</exception>
    public void Validate()
    {
        if (PageBytes is < MinimumPageBytes or > MaximumPageBytes || !BitOperations.IsPow2(PageBytes))
        {
            throw new MigrationException(
                MigrationError.InvalidOption,
                $"a page of {PageBytes} bytes: give a power of two from {MinimumPageBytes} to {MaximumPageBytes}");
        }

        if (Mode is not (CopyMode.NoCow or CopyMode.Cow))
        {
            throw new MigrationException(MigrationError.InvalidOption, $"there is no copy mode {(byte)Mode}");
        }
    }
}
