using System.Collections.Immutable;
using QuicWasm.Modules;
using QuicWasm.Runtime;

namespace QuicWasm.State;

/// <summary>The distinct modules of a Store, by their SHA-256, numbered as they first appear.</summary>
internal sealed class CapturedModules
{
    private readonly int[] _numberOfInstance;

    public CapturedModules(Store store)
    {
        _numberOfInstance = new int[store.Modules.Count];
        var numbers = new Dictionary<string, int>();
        foreach (ModuleInstance instance in store.Modules)
        {
            Module module = instance.Module.Module;
            string identity = Convert.ToHexString(module.Sha256.AsSpan());
            if (numbers.TryAdd(identity, Modules.Count))
            {
                Modules.Add(module);
                FirstInstance.Add(instance.Address);
            }

            _numberOfInstance[instance.Address] = numbers[identity];
        }
    }

    public List<Module> Modules { get; } = [];

    /// <summary>For each module, the address of its first instance.</summary>
    public List<int> FirstInstance { get; } = [];

    /// <summary>For each module instance, the number of its module.</summary>
    public ReadOnlySpan<int> NumberOfInstance => _numberOfInstance;
}

/// <summary>For each instance of a Store, the module instance that defines it, or -1 where none does.</summary>
internal sealed class InstanceOwners
{
    public InstanceOwners(Store store)
    {
        Tables = Unowned(store.Tables.Count);
        Memories = Unowned(store.Memories.Count);
        Globals = Unowned(store.Globals.Count);
        Elements = Unowned(store.Elements.Count);
        Datas = Unowned(store.Datas.Count);
        foreach (ModuleInstance instance in store.Modules)
        {
            ValidatedModule module = instance.Module;
            Own(Tables, instance, instance.Tables, module.ImportedTableCount, static t => t.Address);
            Own(Memories, instance, instance.Memories, module.ImportedMemoryCount, static m => m.Address);
            Own(Globals, instance, instance.Globals, module.ImportedGlobalCount, static g => g.Address);
            Own(Elements, instance, instance.Elements, 0, static e => e.Address);
            Own(Datas, instance, instance.Datas, 0, static d => d.Address);
        }
    }

    public int[] Tables { get; }

    public int[] Memories { get; }

    public int[] Globals { get; }

    public int[] Elements { get; }

    public int[] Datas { get; }

    private static int[] Unowned(int count)
    {
        var owners = new int[count];
        Array.Fill(owners, -1);
        return owners;
    }

    private static void Own<T>(int[] owners, ModuleInstance instance, ImmutableArray<T> instances, int imported, Func<T, int> addressOf)
    {
        for (int i = imported; i < instances.Length; i++)
        {
            owners[addressOf(instances[i])] = instance.Address;
        }
    }
}
