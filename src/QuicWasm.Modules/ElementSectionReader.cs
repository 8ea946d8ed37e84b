using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace QuicWasm.Modules;

/// <summary>The element section (spec: binary/modules, section 5.5.12).</summary>
internal static class ElementSectionReader
{
    private const uint PassiveOrDeclarative = 1;
    private const uint ExplicitIndex = 2;
    private const uint Expressions = 4;

    public static void Read(ref CodeReader reader, ModuleDraft draft)
    {
        var segments = new ElementSegment[VectorReader.ReadCount(ref reader, ModuleLimits.ElementSegments, "element segments")];
        var functions = new Dictionary<uint, ConstantExpression>();
        int itemsLeft = ModuleLimits.ElementItems;
        for (int i = 0; i < segments.Length; i++)
        {
            segments[i] = ReadSegment(ref reader, draft, functions, itemsLeft);
            itemsLeft -= segments[i].Items.Length;
        }

        draft.Elements = ImmutableCollectionsMarshal.AsImmutableArray(segments);
    }

    private static ElementSegment ReadSegment(
        ref CodeReader reader, ModuleDraft draft, Dictionary<uint, ConstantExpression> functions, int itemsLeft)
    {
        uint flags = reader.ReadU32();
        if (flags > 7)
        {
            throw reader.Malformed($"malformed elements segment kind {flags}");
        }

        bool isActive = (flags & PassiveOrDeclarative) == 0;
        bool isExplicit = (flags & ExplicitIndex) != 0;
        SegmentMode mode = isActive ? SegmentMode.Active : isExplicit ? SegmentMode.Declarative : SegmentMode.Passive;
        int table = isActive && isExplicit ? (int)reader.ReadU32() : 0;
        ConstantExpression? offset = isActive ? ConstantExpressionReader.Read(ref reader, draft.Features) : null;

        bool hasExpressions = (flags & Expressions) != 0;
        bool hasType = !isActive || isExplicit;
        ValueType type = hasExpressions
            ? hasType ? reader.ReadReferenceType() : ValueType.FuncRef
            : ReadElementKind(ref reader, hasType, draft.Features);

        int count = VectorReader.ReadCount(ref reader, itemsLeft, "elements");
        ImmutableArray<ConstantExpression> items = hasExpressions
            ? ReadExpressions(ref reader, draft, count)
            : ReadFunctions(ref reader, functions, count);
        return new ElementSegment(mode, table, offset, type, items);
    }

    // Functions that are named are not null.
    private static ValueType ReadElementKind(ref CodeReader reader, bool hasKind, ModuleFeatures features)
    {
        if (hasKind)
        {
            byte kind = reader.PeekByte();
            if (kind != 0)
            {
                throw reader.Malformed($"malformed element kind 0x{kind:x2}");
            }

            reader.Skip(1);
        }

        return features.Has(Proposals.FunctionReferences) ? ValueType.FuncRef.NonNull() : ValueType.FuncRef;
    }

    private static ImmutableArray<ConstantExpression> ReadExpressions(ref CodeReader reader, ModuleDraft draft, int count)
    {
        var items = new ConstantExpression[count];
        for (int i = 0; i < items.Length; i++)
        {
            items[i] = ConstantExpressionReader.Read(ref reader, draft.Features);
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(items);
    }

    // One expression a function, however often the segments name it: tables can be large.
    private static ImmutableArray<ConstantExpression> ReadFunctions(
        ref CodeReader reader, Dictionary<uint, ConstantExpression> functions, int count)
    {
        var items = new ConstantExpression[count];
        for (int i = 0; i < items.Length; i++)
        {
            long offset = reader.Offset;
            uint function = reader.ReadU32();
            ref ConstantExpression? expression = ref CollectionsMarshal.GetValueRefOrAddDefault(functions, function, out _);
            items[i] = expression ??= ConstantExpressionReader.OfFunction(function, offset);
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(items);
    }
}
