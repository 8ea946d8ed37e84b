using QuicWasm.Modules;

namespace QuicWasm.Runtime;

/// <summary>Every instance of one runtime, by address (spec: exec/runtime, section 4.2.3). Addresses are dense and never reused.</summary>
public sealed class Store
{
    private readonly RuntimeContext _context;
    private readonly List<FunctionInstance> _functions = [];
    private readonly List<TableInstance> _tables = [];
    private readonly List<MemoryInstance> _memories = [];
    private readonly List<GlobalInstance> _globals = [];
    private readonly List<TagInstance> _tags = [];
    private readonly List<ElementInstance> _elements = [];
    private readonly List<DataInstance> _datas = [];
    private readonly List<ModuleInstance> _modules = [];
    private readonly TypeRegistry _types = new();
    private readonly TableQuota _tableQuota;

    internal Store(RuntimeContext context)
    {
        _context = context;
        _tableQuota = new TableQuota(context.Configure.MaxTableElements);
        Exceptions = new ExceptionStore(this);
    }

    /// <summary>
    /// The function types of all modules, by number: equal types have one number. Type indices in types of the Store, which are those of
    /// all its instances, are such numbers.
    /// </summary>
    public IReadOnlyList<FunctionType> Types => _types.Types;

    /// <summary>Functions by address.</summary>
    public IReadOnlyList<FunctionInstance> Functions => _functions;

    /// <summary>Tables by address.</summary>
    public IReadOnlyList<TableInstance> Tables => _tables;

    /// <summary>Memories by address.</summary>
    public IReadOnlyList<MemoryInstance> Memories => _memories;

    /// <summary>Globals by address.</summary>
    public IReadOnlyList<GlobalInstance> Globals => _globals;

    /// <summary>Tags by address.</summary>
    public IReadOnlyList<TagInstance> Tags => _tags;

    /// <summary>The exceptions that there are references to.</summary>
    public ExceptionStore Exceptions { get; }

    /// <summary>Element segments by address.</summary>
    public IReadOnlyList<ElementInstance> Elements => _elements;

    /// <summary>Data segments by address.</summary>
    public IReadOnlyList<DataInstance> Datas => _datas;

    /// <summary>Module instances by address.</summary>
    public IReadOnlyList<ModuleInstance> Modules => _modules;

    /// <summary>Registers function types that mention only each other; gives the number of each.</summary>
    internal int[] AddTypes(IReadOnlyList<FunctionType> types) => _types.Add(types);

    internal ModuleInstance AddModule(ValidatedModule module, string? name) =>
        Add(_modules, new ModuleInstance(_context, _modules.Count, module, name) { TypeNumbers = [.. AddTypes(module.Module.Types)] });

    internal FunctionInstance AddFunction(ModuleInstance module, int definedIndex)
    {
        int number = module.TypeNumbers[module.Module.Module.Functions[definedIndex].TypeIndex];
        return Add(_functions, new FunctionInstance(_functions.Count, Types[number], number, module, definedIndex));
    }

    internal FunctionInstance AddHostFunction(int typeNumber, string module, string name, HostFunction body) =>
        Add(_functions, new FunctionInstance(_functions.Count, Types[typeNumber], typeNumber, module, name, body));

    internal TableInstance AddTable(TableType type)
    {
        ulong limit = _context.Configure.MaxTableElements;
        if (!_tableQuota.TryTake(type.Limits.Minimum))
        {
            string others = type.Limits.Minimum <= limit ? ", which all tables have together" : "";
            throw new LinkException(LinkError.LimitExceeded, $"a table of {type.Limits.Minimum} elements is over the limit of {limit}{others}");
        }

        return Add(_tables, new TableInstance(_tables.Count, type, limit, _tableQuota, _context.Cells.Allocate()));
    }

    internal MemoryInstance AddMemory(MemoryType type)
    {
        nint cell = _context.Cells.Allocate();
        try
        {
            Configure configure = _context.Configure;
            return Add(_memories, new MemoryInstance(_memories.Count, type, _context.MemorySource, cell, configure.MaxMemoryBytes, configure.MemoryChecks));
        }
        catch
        {
            _context.Cells.Free(cell);
            throw;
        }
    }

    internal GlobalInstance AddGlobal(GlobalType type) => Add(_globals, new GlobalInstance(_globals.Count, type, _context.Cells.Allocate()));

    internal TagInstance AddTag(ModuleInstance module, int definedIndex)
    {
        int number = module.TypeNumbers[module.Module.Module.Tags[definedIndex]];
        return Add(_tags, new TagInstance(_tags.Count, Types[number], number, module, definedIndex));
    }

    internal ElementInstance AddElement(ValueType type, ulong[] references) =>
        Add(_elements, new ElementInstance(_elements.Count, type, references));

    internal DataInstance AddData(ReadOnlyMemory<byte> bytes) => Add(_datas, new DataInstance(_datas.Count, bytes));

    /// <summary>
    /// Whether a slot may hold a value of a type: a reference must refer to something of that type. Null passes for every reference type,
    /// since a local that is not set yet holds it; engines check for it.
    /// </summary>
    /// <param name="value">The slot.</param>
    /// <param name="type">A type of the Store.</param>
    public bool IsValid(ulong value, ValueType type)
    {
        if (!type.IsReference() || value == Reference.Null)
        {
            return true;
        }

        return type.IsFunctionReference()
            ? value <= (ulong)_functions.Count && (!type.HasTypeIndex() || _functions[Reference.FunctionAddress(value)].TypeNumber == type.TypeIndex())
            : type.OrNull() == ValueType.ExnRef ? Exceptions.TryGet(value, out _)
            : value != Reference.Absent;
    }

    /// <summary>How many instances of each kind there are now: a mark to fall back to.</summary>
    internal StoreMark Mark() =>
        new(_functions.Count, _tables.Count, _memories.Count, _globals.Count, _tags.Count, _elements.Count, _datas.Count, _modules.Count);

    /// <summary>Takes away everything that was added since the mark, newest first.</summary>
    internal void FallBack(StoreMark mark)
    {
        Truncate(_datas, mark.Datas, static _ => { });
        Truncate(_elements, mark.Elements, static _ => { });
        Truncate(_tags, mark.Tags, static _ => { });
        Truncate(_globals, mark.Globals, g => _context.Cells.Free(g.Cell));
        Truncate(_memories, mark.Memories, ReleaseMemory);
        Truncate(_tables, mark.Tables, ReleaseTable);
        Truncate(_functions, mark.Functions, static f => (f.EngineData as IDisposable)?.Dispose());
        Truncate(_modules, mark.Modules, static _ => { });
    }

    private static void Truncate<T>(List<T> list, int count, Action<T> release)
    {
        while (list.Count > count)
        {
            release(list[^1]);
            list.RemoveAt(list.Count - 1);
        }
    }

    private static T Add<T>(List<T> list, T instance)
    {
        list.Add(instance);
        return instance;
    }

    // SAFETY: the cell came from this runtime's arena, and nothing refers to the table any more.
    private unsafe void ReleaseTable(TableInstance table)
    {
        _tableQuota.Give((ulong)table.Length);
        _context.Cells.Free((nint)table.Cell);
    }

    private unsafe void ReleaseMemory(MemoryInstance memory)
    {
        // SAFETY: the cell came from this runtime's arena, and nothing refers to the memory any more.
        nint cell = (nint)memory.Cell;
        memory.Dispose();
        _context.Cells.Free(cell);
    }
}

/// <summary>Counts of a Store's instances at one moment.</summary>
internal readonly record struct StoreMark(int Functions, int Tables, int Memories, int Globals, int Tags, int Elements, int Datas, int Modules);
