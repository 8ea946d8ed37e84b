using System.Globalization;
using QuicWasm.State;

namespace QuicWasm.Cli;

/// <summary>Prints what an image says of itself.</summary>
internal sealed class ImagePrinter(TextWriter output)
{
    private const int FramesShownAtEachEnd = 20;

    public void Print(ImageDescription image)
    {
        output.WriteLine($"image    {image.Layout.Id}, {image.Layout.Parts.Length} parts, {Size(image.Layout.LengthBytes)}");
        foreach (ModuleDescription module in image.Modules)
        {
            output.WriteLine($"module   {module.Name ?? "(no name)"}: {Size(module.BinaryBytes)}, {module.FunctionCount} functions of {Size(module.CodeBytes)}, SHA-256 {module.Sha256}");
        }

        foreach (InstanceDescription instance in image.Instances)
        {
            output.WriteLine($"instance of module {instance.Module}{(instance.Name is null ? "" : $", imported as \"{instance.Name}\"")}");
        }

        foreach (MemoryDescription memory in image.Memories)
        {
            output.WriteLine($"memory   {memory.PageCount} pages of 64 KiB, {Size(memory.StoredBytes)} not zero");
        }

        foreach (HostStateDescription state in image.HostStates)
        {
            output.WriteLine($"state    of {state.Module}: {Size(state.LengthBytes)}");
        }

        PrintParts(image.Layout);
        PrintStack(image);
    }

    private static string Size(ulong bytes) => bytes switch
    {
        >= 10 << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1 << 20):f1} MiB"),
        >= 10 << 10 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1 << 10):f1} KiB"),
        _ => $"{bytes} bytes",
    };

    private void PrintParts(ImageLayout layout)
    {
        output.WriteLine("parts");
        foreach (IGrouping<PartKind, ImagePart> kind in layout.Parts.GroupBy(p => p.Kind).OrderBy(g => g.Key))
        {
            ulong bytes = kind.Aggregate(0UL, (sum, part) => sum + part.LengthBytes);
            output.WriteLine($"  {kind.Key,-16} {kind.Count(),7} {Size(bytes),14}");
        }
    }

    private void PrintStack(ImageDescription image)
    {
        output.WriteLine($"stack    {image.Frames.Length} frames, innermost first");
        for (int i = image.Frames.Length - 1; i >= 0; i--)
        {
            int depth = image.Frames.Length - 1 - i;
            if (depth == FramesShownAtEachEnd && i >= FramesShownAtEachEnd)
            {
                output.WriteLine($"  ... {i - FramesShownAtEachEnd + 1} frames ...");
                i = FramesShownAtEachEnd;
                continue;
            }

            FrameDescription frame = image.Frames[i];
            output.WriteLine($"  #{depth,-5} {frame.Function} at 0x{frame.Pc:x}, {frame.LocalSlots} locals, {frame.OperandSlots} operands");
        }

        foreach (string call in image.Calls)
        {
            output.WriteLine($"  then {call}");
        }
    }
}
