using System.Text.Json;
using System.Text.Json.Serialization;

namespace QuicWasm.Bench;

/// <summary>A sweep.json: the dimensions of one question, of which the product is measured.</summary>
internal sealed record SweepDefinition
{
    private static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        ReadCommentHandling = JsonCommentHandling.Skip,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    /// <summary>Such as E1.</summary>
    public required string Question { get; init; }

    /// <summary>The question itself.</summary>
    public required string Title { get; init; }

    /// <summary>Where the order comes from.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>How many runs go before, and are not counted.</summary>
    public int WarmUp { get; init; } = 1;

    /// <summary>How often each point is measured.</summary>
    public int Repetitions { get; init; } = 5;

    /// <summary>After how many seconds a run has failed.</summary>
    public double DeadlineSeconds { get; init; } = 120;

    /// <summary>What a run takes, more or less, for estimates before the first.</summary>
    public double EstimatedSeconds { get; init; } = 5;

    /// <summary>Values of each dimension; what is not named has one value, its default.</summary>
    public required Dictionary<string, JsonElement[]> Dimensions { get; init; }

    /// <summary>Points that are left out: those for which every named dimension has one of the values.</summary>
    public IReadOnlyList<Dictionary<string, JsonElement[]>> Exclude { get; init; } = [];

    /// <summary>What is different with --quick: repetitions, and values of some dimensions.</summary>
    public QuickSweep? Quick { get; init; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="HarnessException">It is not there, or does not say what it must; the message says where.</exception>
    public static SweepDefinition Read(string file)
    {
        try
        {
            return Parse(File.ReadAllBytes(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or HarnessException)
        {
            throw new HarnessException($"{file}: {e.Message}");
        }
    }

    /// <summary>Reads a text.</summary>
    /// <exception cref="JsonException">It is no such definition.</exception>
    /// <exception cref="HarnessException">A number or a dimension is not possible.</exception>
    public static SweepDefinition Parse(ReadOnlySpan<byte> json)
    {
        SweepDefinition definition = JsonSerializer.Deserialize<SweepDefinition>(json, Format) ?? throw new JsonException("there is nothing in it");
        return definition is { Repetitions: >= 1, WarmUp: >= 0, DeadlineSeconds: > 0, EstimatedSeconds: > 0 }
            ? definition
            : throw new HarnessException("repetitions, deadlineSeconds and estimatedSeconds must be positive, warmUp not negative");
    }

    /// <summary>The definition with what --quick makes different.</summary>
    public SweepDefinition Quickened()
    {
        if (Quick is null)
        {
            return this with { Repetitions = Math.Min(2, Repetitions) };
        }

        var dimensions = new Dictionary<string, JsonElement[]>(Dimensions);
        foreach ((string name, JsonElement[] values) in Quick.Dimensions)
        {
            dimensions[name] = values;
        }

        return this with { Repetitions = Quick.Repetitions, EstimatedSeconds = Quick.EstimatedSeconds ?? EstimatedSeconds, Dimensions = dimensions };
    }
}
