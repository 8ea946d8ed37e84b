using System.Collections.Immutable;

namespace QuicWasm.Migration;

/// <summary>Prefetch policies in words: <c>none</c>, or names with + between them.</summary>
public static class PrefetchNames
{
    private const string Nothing = "none";

    private static readonly ImmutableArray<(string Name, Prefetch Policy)> Names =
    [
        ("read-ahead", Prefetch.ReadAhead), ("stack", Prefetch.Stack), ("recorded", Prefetch.Recorded), ("push", Prefetch.Push),
    ];

    /// <summary>All bits that are policies.</summary>
    public static Prefetch All { get; } = Names.Aggregate(Prefetch.None, static (all, n) => all | n.Policy);

    /// <summary>Reads policies.</summary>
    /// <exception cref="MigrationException">A word is none of them (<see cref="MigrationError.InvalidOption"/>).</exception>
    public static Prefetch Parse(string text)
    {
        if (text == Nothing)
        {
            return Prefetch.None;
        }

        Prefetch policies = Prefetch.None;
        foreach (string word in text.Split('+'))
        {
            (string name, Prefetch policy) = Names.FirstOrDefault(n => n.Name == word);
            policies |= name is not null ? policy : throw new MigrationException(
                MigrationError.InvalidOption,
                $"there is no prefetch policy \"{word}\"; there are {Nothing}, {string.Join(", ", Names.Select(static n => n.Name))}, and several with + between them");
        }

        return policies;
    }

    /// <summary>Writes policies.</summary>
    public static string Format(Prefetch policies) => policies == Prefetch.None
        ? Nothing
        : string.Join('+', Names.Where(n => policies.HasFlag(n.Policy)).Select(static n => n.Name));
}
