using System.Numerics;
using System.Text;
using QuicWasm.Modules;

namespace QuicWasm.Cli;

/// <summary>Names of proposals as users write them: those of <see cref="Proposals"/> in lower case with dashes, such as tail-calls.</summary>
internal static class ProposalNames
{
    private const string All = "all";

    /// <summary>Every supported proposal by its name.</summary>
    public static IReadOnlyList<(string Name, Proposals Proposal)> Known { get; } =
    [
        .. Enum.GetValues<Proposals>().Where(p => BitOperations.IsPow2((int)p) && (p & ModuleFeatures.Supported) != 0).Select(p => (NameOf(p), p)),
    ];

    /// <summary>What modules may use: everything, less what is disabled, and what is enabled.</summary>
    /// <param name="enabled">Values of --enable: names, with commas between them.</param>
    /// <param name="disabled">Values of --disable; they come first, so that <c>--disable all --enable simd</c> leaves one.</param>
    /// <exception cref="UsageException">A name is not known, or is in both.</exception>
    public static ModuleFeatures Features(IEnumerable<string> enabled, IEnumerable<string> disabled)
    {
        string[] on = Split(enabled), off = Split(disabled);
        if (on.Intersect(off, StringComparer.OrdinalIgnoreCase).FirstOrDefault() is { } both)
        {
            throw new UsageException($"the proposal {both} is both enabled and disabled");
        }

        Proposals without = ModuleFeatures.Default.Enabled & ~Parse("--disable", off);
        return new ModuleFeatures(without | Parse("--enable", on));
    }

    private static string[] Split(IEnumerable<string> values) =>
        [.. values.SelectMany(static v => v.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];

    private static Proposals Parse(string option, string[] names) => names.Aggregate(Proposals.None, (sum, name) => sum | One(option, name));

    private static Proposals One(string option, string name)
    {
        if (name.Equals(All, StringComparison.OrdinalIgnoreCase))
        {
            return ModuleFeatures.Supported;
        }

        foreach ((string known, Proposals proposal) in Known)
        {
            if (name.Equals(known, StringComparison.OrdinalIgnoreCase) || name.Equals($"{proposal}", StringComparison.OrdinalIgnoreCase))
            {
                return proposal;
            }
        }

        throw new UsageException($"{option} {name}: there is no such proposal here, but: {string.Join(", ", Known.Select(static k => k.Name))}, {All}");
    }

    // Without a regular expression, whose code every start of a command would load.
    private static string NameOf(Proposals proposal)
    {
        var name = new StringBuilder();
        foreach (char c in $"{proposal}")
        {
            name.Append(char.IsAsciiLetterUpper(c) && name.Length > 0 ? "-" : "").Append(char.ToLowerInvariant(c));
        }

        return name.ToString();
    }
}
