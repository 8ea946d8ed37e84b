using System.Text.Json;
using QuicWasm.Migration;

namespace QuicWasm.Bench;

/// <summary>The dimensions that a sweep may have, by their names in sweep.json.</summary>
internal static class Dimensions
{
    private static readonly Dictionary<string, Func<ExperimentPoint, JsonElement, ExperimentPoint>> All = new()
    {
        ["method"] = (p, v) => p with { Method = OneOf(Methods.All, v) },
        ["workload"] = (p, v) => p with { Workload = OneOf([.. Workload.Movable.Select(w => w.Name), PagesWorkload.Name], v) },
        ["arguments"] = (p, v) => p with { Arguments = v.GetString() },
        ["small"] = (p, v) => p with { IsSmall = v.GetBoolean() },
        ["engine"] = (p, v) => p with { Engine = OneOf(["tiered", "interpreter", "compiler", "unfreezable", RunContext.OtherEngine], v) },
        ["granularity"] = (p, v) => p with { Granularity = OneOf([.. CopyGranularity.All.Select(g => g.Name)], v) },
        ["granuleBytes"] = (p, v) => p with { GranuleBytes = v.GetInt32() },
        ["mode"] = (p, v) => p with { Mode = OneOf(["no-cow", "cow"], v) },
        ["eagerMemory"] = (p, v) => p with { EagerMemory = v.GetBoolean() },
        ["warm"] = (p, v) => p with { Warm = v.GetBoolean() },
        ["transport"] = (p, v) => p with { Transport = OneOf(["tcp", "tls", "quic", "quic:ngtcp2", "quic:msquic"], v) },
        ["streams"] = (p, v) => p with { Streams = v.GetInt32() },
        ["compression"] = (p, v) => p with { Compression = v.GetString()! },
        ["prefetch"] = (p, v) => p with { Prefetch = v.GetString()! },
        ["heapMib"] = (p, v) => p with { HeapMib = v.GetInt32() },
        ["touch"] = (p, v) => p with { Touch = v.GetDouble() },
        ["children"] = (p, v) => p with { Children = v.GetInt32() },
        ["link"] = (p, v) => p with { LinkKind = OneOf(LinkKinds.All, v) },
        ["rttMs"] = (p, v) => p with { Link = p.Link with { RttMs = v.GetDouble() } },
        ["jitterMs"] = (p, v) => p with { Link = p.Link with { JitterMs = v.GetDouble() } },
        ["loss"] = (p, v) => p with { Link = p.Link with { Loss = v.GetDouble() } },
        ["lossBurst"] = (p, v) => p with { Link = p.Link with { LossBurst = v.GetDouble() } },
        ["reorder"] = (p, v) => p with { Link = p.Link with { Reorder = v.GetDouble() } },
        ["rateMbit"] = (p, v) => p with { Link = p.Link with { RateMbit = v.GetDouble() } },
        ["queueKib"] = (p, v) => p with { Link = p.Link with { QueueKib = v.GetDouble() } },
    };

    /// <summary>Their names.</summary>
    public static IEnumerable<string> Names => All.Keys;

    /// <summary>The point with another value of a dimension.</summary>
    /// <exception cref="HarnessException">There is no such dimension, or the value is not one of it.</exception>
    public static ExperimentPoint With(ExperimentPoint point, string dimension, JsonElement value)
    {
        if (!All.TryGetValue(dimension, out Func<ExperimentPoint, JsonElement, ExperimentPoint>? set))
        {
            throw new HarnessException($"there is no dimension \"{dimension}\"; there are {string.Join(", ", Names)}");
        }

        try
        {
            return set(point, value);
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException or ArgumentException)
        {
            throw new HarnessException($"{dimension}: {value.GetRawText()} is not a value of it ({e.Message})");
        }
    }

    private static string OneOf(IReadOnlyList<string> values, JsonElement value)
    {
        string text = value.GetString()!;
        return values.Contains(text) ? text : throw new ArgumentException($"there are {string.Join(", ", values)}");
    }
}
