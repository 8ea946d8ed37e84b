using System.Collections.Immutable;
using QuicWasm.Modules;

namespace QuicWasm.State;

/// <summary>
/// What of an image's memories its suspended computation is about to touch: the live end of the shadow stack, which the first mutable
/// integer global of the top frame's instance points to (compilers keep their stack pointer there), and whatever else the slots of the top
/// frames point to. A guess: what is wrong in it costs a page, and changes nothing.
/// </summary>
public static class StackHints
{
    private const int TopFrames = 8;
    private const int MostRanges = 64;
    private const ulong PageBytes = 4096;
    private const ulong LiveStackBytes = 16 << 10;

    // Compilers leave the first bytes of a memory alone, and small numbers are no pointers.
    private const ulong LeastPointer = 1024;

    /// <summary>Ranges of whole pages, without overlaps, the shadow stack's first.</summary>
    /// <exception cref="ImageException">The image cannot be read, or its skeleton is broken.</exception>
    public static ImmutableArray<(int Part, ulong Offset, ulong LengthBytes)> Of(IImageSource image)
    {
        LayoutIndex index = new(image.Layout);
        if (StackPart.Decode(Read(image, index.Get(PartKind.Stack, 0))).Stack is not { Frames: { Length: > 0 } frames })
        {
            return [];
        }

        StoreOutline outline = new StoreOutlineReader(Read(image, index.Get(PartKind.StoreOutline, 0))).Read(index.ModuleCount);
        Pages pages = new(image.Layout);
        for (int i = frames.Length - 1; i >= Math.Max(0, frames.Length - TopFrames); i--)
        {
            if (InstanceOf(outline, frames[i].FunctionAddress) is not { Memories: { Length: > 0 } memories } spaces
                || index.Find(PartKind.Memory, memories[0]) is not (>= 0 and int memory))
            {
                continue;
            }

            if (StackPointer(image, index, outline, spaces) is { } stackPointer)
            {
                pages.AddStack(memory, stackPointer);
            }

            pages.AddPointers(memory, frames[i].Locals.AsSpan());
            pages.AddPointers(memory, frames[i].Operands.AsSpan());
        }

        return [.. pages.Found];
    }

    private static byte[] Read(IImageSource image, int part)
    {
        byte[] bytes = new byte[image.Layout.Parts[part].LengthBytes];
        image.Read(part, 0, bytes);
        return bytes;
    }

    private static InstanceSpaces? InstanceOf(StoreOutline outline, int function)
    {
        int first = 0;
        foreach (FunctionRun run in outline.Functions)
        {
            if (function < first + run.Count)
            {
                return run.Instance < 0 ? null : outline.Instances[run.Instance].Spaces;
            }

            first += run.Count;
        }

        return null;
    }

    private static ulong? StackPointer(IImageSource image, LayoutIndex index, StoreOutline outline, InstanceSpaces spaces)
    {
        foreach (int address in spaces.Globals)
        {
            GlobalType type = outline.Globals[address];
            if (type.IsMutable && (type.ValueType == ValueType.I32 || type.ValueType == ValueType.I64))
            {
                Span<byte> low = stackalloc byte[sizeof(ulong)];
                image.Read(index.Get(PartKind.Global, address), 0, low);
                ulong value = BitConverter.ToUInt64(low);
                return type.ValueType == ValueType.I32 ? (uint)value : value;
            }
        }

        return null;
    }

    private sealed class Pages(ImageLayout layout)
    {
        private readonly HashSet<(int, ulong)> _seen = [];

        public List<(int Part, ulong Offset, ulong LengthBytes)> Found { get; } = [];

        // The stack grows down: what is live is above, and the next frame goes below.
        public void AddStack(int memory, ulong stackPointer)
        {
            ulong length = layout.Parts[memory].LengthBytes;
            if (stackPointer < length)
            {
                ulong first = (stackPointer & ~(PageBytes - 1)) - Math.Min(stackPointer & ~(PageBytes - 1), PageBytes);
                for (ulong page = first; page < Math.Min(length, stackPointer + LiveStackBytes); page += PageBytes)
                {
                    Add(memory, page);
                }
            }
        }

        public void AddPointers(int memory, ReadOnlySpan<ulong> slots)
        {
            foreach (ulong slot in slots)
            {
                // 32-bit values are in the low half of theirs.
                ulong pointer = slot < layout.Parts[memory].LengthBytes ? slot : (uint)slot;
                if (pointer >= LeastPointer && pointer < layout.Parts[memory].LengthBytes)
                {
                    Add(memory, pointer & ~(PageBytes - 1));
                }
            }
        }

        private void Add(int memory, ulong page)
        {
            if (Found.Count < MostRanges && _seen.Add((memory, page)))
            {
                Found.Add((memory, page, Math.Min(PageBytes, layout.Parts[memory].LengthBytes - page)));
            }
        }
    }
}
