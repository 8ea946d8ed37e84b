using System.Collections.Immutable;
using QuicWasm.State;

namespace QuicWasm.Migration;

/// <summary>Puts a plan together: parts are added in their order, and cut into granules as they come.</summary>
internal sealed class GranulePlanBuilder(ImageLayout layout)
{
    private readonly ImmutableArray<ImagePart> _parts = layout.Parts;
    private readonly int[] _order = new int[layout.Parts.Length];
    private readonly ulong[] _starts = new ulong[layout.Parts.Length + 1];
    private readonly List<GranuleCut> _cuts = [];
    private int _added;
    private ulong _cutStart;
    private int _granuleCount;
    private int? _requiredCount;
    private ulong _skeletonBytes;

    /// <summary>What every granularity but whole-binary has in common: the skeleton as a granule, then what the mode wants first, then the rest.</summary>
    public static GranulePlan Plan(ImageLayout layout, GranularityOptions options, Action<GranulePlanBuilder, IReadOnlyCollection<ImagePart>> cut)
    {
        options.Validate();
        GranulePlanBuilder builder = new(layout);
        builder.AddSkeleton();
        builder.CutWhole();
        ImagePart[] rest = [.. layout.Parts.Where(p => !p.IsSkeleton)];
        if (options.Mode == CopyMode.NoCow)
        {
            cut(builder, rest);
            builder.MarkRequired();
        }
        else if (options.EagerMemory)
        {
            cut(builder, [.. rest.Where(p => p.Kind == PartKind.Memory)]);
            builder.MarkRequired();
            cut(builder, [.. rest.Where(p => p.Kind != PartKind.Memory)]);
        }
        else
        {
            builder.MarkRequired();
            cut(builder, rest);
        }

        return builder.Build();
    }

    /// <summary>Adds the skeleton parts.</summary>
    public void AddSkeleton()
    {
        foreach (ImagePart part in _parts)
        {
            if (part.IsSkeleton)
            {
                Add(part);
            }
        }

        _skeletonBytes = _starts[_added];
    }

    /// <summary>Adds a part at the end of the line.</summary>
    public void Add(ImagePart part)
    {
        _order[_added] = part.Number;
        if (part.LengthBytes > ulong.MaxValue - _starts[_added])
        {
            throw new MigrationException(MigrationError.LimitExceeded, "the image is longer than 64 bits can say");
        }

        _starts[_added + 1] = _starts[_added] + part.LengthBytes;
        _added++;
    }

    /// <summary>Cuts what was added since the last cut into granules of so many bytes.</summary>
    public void Cut(ulong everyBytes)
    {
        ulong length = _starts[_added] - _cutStart;
        if (length == 0)
        {
            return;
        }

        ulong count = (length / everyBytes) + (length % everyBytes == 0 ? 0UL : 1);
        if (count > (ulong)(int.MaxValue - _granuleCount))
        {
            throw new MigrationException(
                MigrationError.LimitExceeded, $"the image has more than {int.MaxValue} granules; use larger pages or another granularity");
        }

        _cuts.Add(new GranuleCut(_cutStart, everyBytes, _granuleCount));
        _granuleCount += (int)count;
        _cutStart = _starts[_added];
    }

    /// <summary>Makes one granule of what was added since the last cut.</summary>
    public void CutWhole() => Cut(Math.Max(_starts[_added] - _cutStart, 1));

    /// <summary>Everything cut so far must arrive before the first instruction.</summary>
    public void MarkRequired() => _requiredCount = _granuleCount;

    /// <summary>The plan.</summary>
    public GranulePlan Build()
    {
        if (_added != _parts.Length || _cutStart != _starts[_added])
        {
            throw new InvalidOperationException("a granularity has not cut every part");
        }

        return new GranulePlan(_order, _starts, [.. _cuts], _granuleCount, _requiredCount ?? _granuleCount, _skeletonBytes);
    }
}
