using System.Collections.Immutable;
using QuicWasm.Modules;
using QuicWasm.Runtime;

namespace QuicWasm.State;

/// <summary>Encodes the outline of a Store.</summary>
internal static class StoreOutlineWriter
{
    internal const byte HostFunctionTag = 0;
    internal const byte ModuleFunctionsTag = 1;
    internal const byte MaximumTag = 1;
    internal const byte WideTag = 2;
    internal const byte NullableReferenceTag = 0x63;
    internal const byte NonNullReferenceTag = 0x64;

    /// <param name="context">The runtime, everything in it present.</param>
    /// <param name="moduleNumbers">For each module instance, the number of its module in the image.</param>
    public static byte[] Write(RuntimeContext context, ReadOnlySpan<int> moduleNumbers)
    {
        Store store = context.Store;
        var writer = new ImageWriter();
        writer.Varint(StoreOutline.Version);
        writer.Number(store.Types.Count);
        foreach (FunctionType type in store.Types)
        {
            WriteTypes(writer, type.Parameters);
            WriteTypes(writer, type.Results);
        }

        WriteInstances(writer, store, moduleNumbers);
        WriteFunctions(writer, store);
        WriteStorage(writer, store);
        WriteSegments(writer, store);
        foreach (ModuleInstance instance in store.Modules)
        {
            WriteSpaces(writer, instance);
        }

        writer.Number(context.Registered.Count);
        foreach ((string name, ModuleInstance instance) in context.Registered)
        {
            writer.Text(name);
            writer.Number(instance.Address);
        }

        return writer.ToArray();
    }

    private static void WriteInstances(ImageWriter writer, Store store, ReadOnlySpan<int> moduleNumbers)
    {
        writer.Number(store.Modules.Count);
        foreach (ModuleInstance instance in store.Modules)
        {
            writer.Number(moduleNumbers[instance.Address]);
            writer.Flag(instance.Name is not null);
            if (instance.Name is not null)
            {
                writer.Text(instance.Name);
            }
        }
    }

    private static void WriteFunctions(ImageWriter writer, Store store)
    {
        var runs = new ImageWriter();
        int runCount = 0;
        for (int address = 0; address < store.Functions.Count; runCount++)
        {
            FunctionInstance function = store.Functions[address];
            if (function.Module is not { } instance)
            {
                runs.Byte(HostFunctionTag);
                runs.Text(function.HostModule!);
                runs.Text(function.HostName!);
                runs.Number(function.TypeNumber);
                address++;
                continue;
            }

            int count = 0;
            while (address + count < store.Functions.Count && store.Functions[address + count].Module == instance)
            {
                count++;
            }

            runs.Byte(ModuleFunctionsTag);
            runs.Number(instance.Address);
            runs.Number(count);
            address += count;
        }

        writer.Number(runCount);
        writer.Bytes(runs.Written);
    }

    private static void WriteStorage(ImageWriter writer, Store store)
    {
        writer.Number(store.Tables.Count);
        foreach (TableInstance table in store.Tables)
        {
            WriteType(writer, table.Type.ElementType);
            WriteLimits(writer, table.Type.Limits);
            writer.Number(table.Length);
        }

        writer.Number(store.Memories.Count);
        foreach (MemoryInstance memory in store.Memories)
        {
            WriteLimits(writer, memory.Type.Limits);
            writer.Varint(memory.PageCount);
        }

        writer.Number(store.Globals.Count);
        foreach (GlobalInstance global in store.Globals)
        {
            WriteType(writer, global.Type.ValueType);
            writer.Flag(global.Type.IsMutable);
        }

        writer.Number(store.Tags.Count);
        foreach (TagInstance tag in store.Tags)
        {
            writer.Number(tag.Module.Address);
            writer.Number(tag.DefinedIndex);
        }
    }

    private static void WriteSegments(ImageWriter writer, Store store)
    {
        writer.Number(store.Elements.Count);
        foreach (ElementInstance element in store.Elements)
        {
            WriteType(writer, element.Type);
            writer.Flag(element.IsDropped);
            writer.Number(element.References.Length);
        }

        writer.Number(store.Datas.Count);
        foreach (DataInstance data in store.Datas)
        {
            writer.Flag(data.IsDropped);
            writer.Number(data.Bytes.Length);
        }
    }

    private static void WriteSpaces(ImageWriter writer, ModuleInstance instance)
    {
        WriteAddresses(writer, instance.Functions, static f => f.Address);
        WriteAddresses(writer, instance.Tables, static t => t.Address);
        WriteAddresses(writer, instance.Memories, static m => m.Address);
        WriteAddresses(writer, instance.Globals, static g => g.Address);
        WriteAddresses(writer, instance.Tags, static t => t.Address);
        WriteAddresses(writer, instance.Elements, static e => e.Address);
        WriteAddresses(writer, instance.Datas, static d => d.Address);
    }

    /// <summary>Addresses as runs of consecutive ones: the number of runs, then first address and count of each.</summary>
    private static void WriteAddresses<T>(ImageWriter writer, ImmutableArray<T> instances, Func<T, int> addressOf)
    {
        var runs = new ImageWriter();
        int runCount = 0;
        for (int i = 0; i < instances.Length; runCount++)
        {
            int first = addressOf(instances[i]);
            int count = 1;
            while (i + count < instances.Length && addressOf(instances[i + count]) == first + count)
            {
                count++;
            }

            runs.Number(first);
            runs.Number(count);
            i += count;
        }

        writer.Number(runCount);
        writer.Bytes(runs.Written);
    }

    private static void WriteTypes(ImageWriter writer, ImmutableArray<ValueType> types)
    {
        writer.Number(types.Length);
        foreach (ValueType type in types)
        {
            WriteType(writer, type);
        }
    }

    /// <summary>A type's byte in the binary format; for a reference with flags then what it refers to: such a byte, or 0 and a type's index.</summary>
    private static void WriteType(ImageWriter writer, ValueType type)
    {
        if (!type.IsNonNull() && !type.HasTypeIndex())
        {
            writer.Byte((byte)type);
            return;
        }

        writer.Byte(type.IsNonNull() ? NonNullReferenceTag : NullableReferenceTag);
        writer.Byte(type.HasTypeIndex() ? (byte)0 : (byte)type.OrNull());
        if (type.HasTypeIndex())
        {
            writer.Number(type.TypeIndex());
        }
    }

    private static void WriteLimits(ImageWriter writer, Limits limits)
    {
        writer.Varint(limits.Minimum);
        writer.Byte((byte)((limits.Maximum is null ? 0 : MaximumTag) | (limits.Is64 ? WideTag : 0)));
        if (limits.Maximum is { } maximum)
        {
            writer.Varint(maximum);
        }
    }
}
