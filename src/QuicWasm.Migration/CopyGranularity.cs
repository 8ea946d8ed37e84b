using System.Collections.Immutable;

namespace QuicWasm.Migration;

/// <summary>The granularities that there are.</summary>
public static class CopyGranularity
{
    /// <summary>All of them, finest first.</summary>
    public static ImmutableArray<ICopyGranularity> All { get; } =
    [
        new PageGranularity(), new MixtureGranularity(), new InstanceGranularity(), new ModuleGranularity(), new WholeBinaryGranularity(),
    ];

    /// <summary>The granularity of that number.</summary>
    /// <exception cref="MigrationException">There is none (<see cref="MigrationError.InvalidOption"/>).</exception>
    public static ICopyGranularity Of(Granularity granularity)
    {
        foreach (ICopyGranularity candidate in All)
        {
            if (candidate.Granularity == granularity)
            {
                return candidate;
            }
        }

        throw new MigrationException(MigrationError.InvalidOption, $"there is no granularity {(byte)granularity}");
    }

    /// <summary>The granularity of that name: page, mixture, instance, module, whole-binary.</summary>
    /// <exception cref="MigrationException">There is none (<see cref="MigrationError.InvalidOption"/>).</exception>
    public static ICopyGranularity Named(string name)
    {
        foreach (ICopyGranularity candidate in All)
        {
            if (string.Equals(candidate.Name, name, StringComparison.Ordinal))
            {
                return candidate;
            }
        }

        string names = string.Join(", ", All.Select(g => g.Name));
        throw new MigrationException(MigrationError.InvalidOption, $"there is no granularity \"{name}\"; there are {names}");
    }
}
