using System.Collections.Immutable;
using QuicWasm.Modules;
using QuicWasm.Runtime;

namespace QuicWasm.State;

/// <summary>
/// Makes the instances of an outline in an empty Store, each at its address, without their contents; and checks that they fit
/// their modules, since engines rely on what validation found.
/// </summary>
internal sealed class StoreBuilder(RuntimeContext context, StoreOutline outline, ImmutableArray<ValidatedModule> modules)
{
    private readonly Store _store = context.Store;
    private readonly int[] _typeNumbers = context.Store.AddTypes(outline.Types);

    /// <exception cref="ImageException">The outline does not fit the modules, or a host function is not to be had.</exception>
    /// <exception cref="LinkException">A limit is exceeded, or memory cannot be had.</exception>
    public void Build()
    {
        foreach (InstanceOutline instance in outline.Instances)
        {
            _store.AddModule(modules[instance.Module], instance.Name);
        }

        foreach (FunctionRun run in outline.Functions)
        {
            AddFunctions(run);
        }

        AddStorage();
        AddSegments();
        for (int i = 0; i < outline.Instances.Length; i++)
        {
            Link(_store.Modules[i], outline.Instances[i].Spaces);
            InstanceCheck.Check(_store.Modules[i]);
        }

        foreach ((string name, int instance) in outline.Registered)
        {
            context.Register(name, _store.Modules[instance]);
        }
    }

    private void AddFunctions(FunctionRun run)
    {
        if (run.Host is { } host)
        {
            int type = _typeNumbers[host.TypeIndex];
            _store.AddHostFunction(type, host.Module, host.Name, Resolve(host, _store.Types[type]));
            return;
        }

        ModuleInstance instance = _store.Modules[run.Instance];
        if (run.Count != instance.Module.Module.Functions.Length)
        {
            throw InstanceCheck.Bad(instance, $"{run.Count} functions where its module defines {instance.Module.Module.Functions.Length}");
        }

        for (int i = 0; i < run.Count; i++)
        {
            _store.AddFunction(instance, i);
        }
    }

    // Whatever others can see of a program is a call of the host: none is made with values that come of a page that did not arrive.
    private HostFunction Resolve(HostFunctionOutline function, FunctionType type)
    {
        HostFunction body = context.ResolveHost(function.Module, function.Name, type) ?? throw new ImageException(
            ImageError.Unavailable, $"the program imports \"{function.Module}\" \"{function.Name}\" {type}, which no host module here has");
        Interruption interruption = context.Interruption;
        return (in HostCall call) =>
        {
            interruption.ThrowIfLost();
            return body(call);
        };
    }

    private ValueType TypeInStore(ValueType type) => type.HasTypeIndex() ? type.WithTypeIndex(_typeNumbers[type.TypeIndex()]) : type;

    private void AddStorage()
    {
        foreach (TableOutline table in outline.Tables)
        {
            ulong limit = Math.Min(table.Type.Limits.Maximum ?? uint.MaxValue, context.Configure.MaxTableElements);
            if ((ulong)table.Length < table.Type.Limits.Minimum || (ulong)table.Length > limit)
            {
                throw new ImageException(ImageError.LimitExceeded, $"table {_store.Tables.Count} of {table.Length} elements is outside of its limits");
            }

            TableInstance instance = _store.AddTable(table.Type with { ElementType = TypeInStore(table.Type.ElementType) });
            if (!instance.TryReset(table.Length))
            {
                throw new ImageException(
                    ImageError.LimitExceeded, $"table {instance.Address} of {table.Length} elements and those before it are over the limit of all tables");
            }
        }

        foreach (MemoryOutline memory in outline.Memories)
        {
            MemoryInstance instance = _store.AddMemory(memory.Type);
            if (memory.PageCount < instance.PageCount || instance.Grow(memory.PageCount - instance.PageCount) < 0)
            {
                throw new ImageException(
                    ImageError.LimitExceeded, $"memory {instance.Address} of {memory.PageCount} pages is outside of its limits, or cannot be had here");
            }
        }

        foreach (GlobalType global in outline.Globals)
        {
            _store.AddGlobal(global with { ValueType = TypeInStore(global.ValueType) });
        }

        foreach ((int address, int definedIndex) in outline.Tags)
        {
            ModuleInstance instance = _store.Modules[address];
            int declared = instance.Module.Module.Tags.Length;
            _ = definedIndex < declared
                ? _store.AddTag(instance, definedIndex)
                : throw InstanceCheck.Bad(instance, $"tag {definedIndex} where its module defines {declared}");
        }
    }

    private void AddSegments()
    {
        foreach (ElementOutline element in outline.Elements)
        {
            ElementInstance instance = _store.AddElement(TypeInStore(element.Type), []);
            if (element.IsDropped)
            {
                instance.Drop();
            }
        }

        foreach (DataOutline data in outline.Datas)
        {
            DataInstance instance = _store.AddData(default);
            if (data.IsDropped)
            {
                instance.Drop();
            }
        }
    }

    private void Link(ModuleInstance instance, InstanceSpaces spaces)
    {
        instance.Functions = Instances(spaces.Functions, _store.Functions);
        instance.Tables = Instances(spaces.Tables, _store.Tables);
        instance.Memories = Instances(spaces.Memories, _store.Memories);
        instance.Globals = Instances(spaces.Globals, _store.Globals);
        instance.Tags = Instances(spaces.Tags, _store.Tags);
        instance.Elements = Instances(spaces.Elements, _store.Elements);
        instance.Datas = Instances(spaces.Datas, _store.Datas);
        instance.Exports = instance.Module.Module.Exports.ToDictionary(e => e.Name, StringComparer.Ordinal);
        for (int i = 0; i < Math.Min(spaces.Elements.Length, instance.Module.Module.Elements.Length); i++)
        {
            ElementOutline element = outline.Elements[spaces.Elements[i]];
            CheckLength(instance, element.IsDropped, element.Length, instance.Module.Module.Elements[i].Items.Length, "element");
        }

        for (int i = 0; i < Math.Min(spaces.Datas.Length, instance.Module.Module.Datas.Length); i++)
        {
            DataOutline data = outline.Datas[spaces.Datas[i]];
            CheckLength(instance, data.IsDropped, data.LengthBytes, instance.Module.Module.Datas[i].LengthBytes, "data");
        }
    }

    private static void CheckLength(ModuleInstance instance, bool isDropped, int length, int declared, string what)
    {
        if (length != (isDropped ? 0 : declared))
        {
            throw InstanceCheck.Bad(instance, $"{(isDropped ? "a dropped" : "an")} {what} segment of length {length} where its module declares {declared}");
        }
    }

    private static ImmutableArray<T> Instances<T>(ImmutableArray<int> addresses, IReadOnlyList<T> all)
    {
        var instances = ImmutableArray.CreateBuilder<T>(addresses.Length);
        foreach (int address in addresses)
        {
            instances.Add(all[address]);
        }

        return instances.DrainToImmutable();
    }
}
