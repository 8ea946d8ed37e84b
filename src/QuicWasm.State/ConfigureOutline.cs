using System.Collections.Immutable;
using QuicWasm.Modules;
using QuicWasm.Runtime;

namespace QuicWasm.State;

/// <summary>
/// The Configure of a runtime as far as it travels: what a program can notice must be the same where it goes on. Engine, memory
/// allocation and logging are the destination's choice; their names stand in the image for people.
/// </summary>
/// <param name="Engine">Name of the engine that the program ran in.</param>
/// <param name="Allocation">Name of the memory allocation that it used.</param>
/// <param name="Features">The proposals that modules may use.</param>
/// <param name="MaxMemoryBytes">Bytes that one memory can grow to.</param>
/// <param name="MaxTableElements">Elements that all tables hold together at most.</param>
/// <param name="MaxStackBytes">Bytes of frames that one computation may use.</param>
/// <param name="HostModules">Names of the host modules, in order.</param>
public sealed record ConfigureOutline(
    string Engine,
    string Allocation,
    Proposals Features,
    ulong MaxMemoryBytes,
    ulong MaxTableElements,
    ulong MaxStackBytes,
    ImmutableArray<string> HostModules)
{
    private const ulong Version = 1;

    internal static ConfigureOutline Of(RuntimeContext context)
    {
        Configure configure = context.Configure;
        return new ConfigureOutline(
            context.Engine.Name,
            configure.Allocation.Name,
            configure.Features.Enabled & ModuleFeatures.Supported,
            configure.MaxMemoryBytes,
            configure.MaxTableElements,
            configure.MaxStackBytes,
            [.. context.HostModules.Select(m => m.Name)]);
    }

    internal static ConfigureOutline Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new ImageReader(bytes, "the Configure of the image");
        reader.Version(Version);
        string engine = reader.Text();
        string allocation = reader.Text();
        var features = (Proposals)reader.UInt32();
        ulong memory = reader.UInt64();
        ulong table = reader.UInt64();
        ulong stack = reader.UInt64();
        var hosts = new string[reader.Count(1)];
        for (int i = 0; i < hosts.Length; i++)
        {
            hosts[i] = reader.Text();
        }

        reader.End();
        return new ConfigureOutline(engine, allocation, features, memory, table, stack, [.. hosts]);
    }

    internal byte[] Encode()
    {
        var writer = new ImageWriter();
        writer.Varint(Version);
        writer.Text(Engine);
        writer.Text(Allocation);
        writer.UInt32((uint)Features);
        writer.UInt64(MaxMemoryBytes);
        writer.UInt64(MaxTableElements);
        writer.UInt64(MaxStackBytes);
        writer.Number(HostModules.Length);
        foreach (string host in HostModules)
        {
            writer.Text(host);
        }

        return writer.ToArray();
    }

    /// <summary>The destination's Configure with the program's features and limits.</summary>
    /// <exception cref="ImageException">The destination allows less than the program had.</exception>
    internal Configure ApplyTo(Configure destination)
    {
        Proposals missing = Features & ~(destination.Features.Enabled & ModuleFeatures.Supported);
        if (missing != 0)
        {
            throw new ImageException(ImageError.Unavailable, $"the program may use the proposals {missing}, which are not enabled here");
        }

        Suffices("linear memory", "bytes", MaxMemoryBytes, destination.MaxMemoryBytes);
        Suffices("table", "elements", MaxTableElements, destination.MaxTableElements);
        Suffices("stack", "bytes", MaxStackBytes, destination.MaxStackBytes);
        return destination with
        {
            Features = new ModuleFeatures(Features),
            MaxMemoryBytes = MaxMemoryBytes,
            MaxTableElements = MaxTableElements,
            MaxStackBytes = MaxStackBytes,
        };
    }

    private static void Suffices(string what, string unit, ulong needed, ulong allowed)
    {
        if (allowed < needed)
        {
            throw new ImageException(
                ImageError.LimitExceeded, $"the program ran with a {what} limit of {needed} {unit}, and here it is {allowed}; raise the limit to resume it");
        }
    }
}
