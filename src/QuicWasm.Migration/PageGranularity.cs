using QuicWasm.State;

namespace QuicWasm.Migration;

/// <summary>
/// Pages of everything. Memories, tables, data sections and custom sections start at a page of their own. What comes in many small parts
/// is laid end to end first, so that a page holds several: the functions of a module, and the globals, element segments and data
/// segments of one module instance. A large function takes several pages.
/// </summary>
internal sealed class PageGranularity : ICopyGranularity
{
    public Granularity Granularity => Granularity.Page;

    public string Name => "page";

    public GranulePlan Plan(ImageLayout layout, GranularityOptions options) => GranulePlanBuilder.Plan(layout, options, (builder, parts) =>
    {
        ImagePart? last = null;
        foreach (ImagePart part in parts.OrderBy(p => p.Kind).ThenBy(Group).ThenBy(p => p.Number))
        {
            if (last is not null && (last.Kind != part.Kind || !IsShared(part.Kind) || Group(last) != Group(part)))
            {
                builder.Cut((ulong)options.PageBytes);
            }

            builder.Add(part);
            last = part;
        }

        builder.Cut((ulong)options.PageBytes);
    });

    private static bool IsShared(PartKind kind) => kind is PartKind.Function or PartKind.Global or PartKind.Element or PartKind.Data;

    private static int Group(ImagePart part) => part.Kind == PartKind.Function ? part.Module : part.Owner;
}
