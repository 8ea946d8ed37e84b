using System.Collections;
using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace QuicWasm.Modules;

/// <summary>
/// A module that is valid, except that function bodies whose code was absent are validated later. Index spaces put imports first.
/// It may be used by several threads.
/// </summary>
public sealed class ValidatedModule
{
    private readonly BitArray _declaredReferences;
    private static readonly FunctionType[] BlockTypes = MakeBlockTypes();
    private readonly FunctionLayout[] _layouts;
    private readonly bool[] _isBodyValid;
    private ValidationScratch? _scratch;
    private object? _engineData;

    internal ValidatedModule(Module module, ModuleFeatures features, IndexSpaces spaces, TypeSpace types, BitArray declaredReferences)
    {
        Module = module;
        Features = features;
        Rows = InstructionRow.RowsOf(features);
        FunctionTypes = spaces.Functions;
        FunctionTypeIndices = spaces.FunctionTypeIndices;
        Types = types;
        TableTypes = spaces.Tables;
        MemoryTypes = spaces.Memories;
        GlobalTypes = spaces.Globals;
        TagTypeIndices = spaces.TagTypeIndices;
        _declaredReferences = declaredReferences;
        _layouts = new FunctionLayout[module.Functions.Length];
        _isBodyValid = new bool[module.Functions.Length];
    }

    /// <summary>What the binary says.</summary>
    public Module Module { get; }

    /// <summary>What the module was allowed to use.</summary>
    public ModuleFeatures Features { get; }

    /// <summary>The type of every function.</summary>
    public ImmutableArray<FunctionType> FunctionTypes { get; }

    /// <summary>The index of every function's type among the module's types.</summary>
    public ImmutableArray<int> FunctionTypeIndices { get; }

    /// <summary>The type of every table.</summary>
    public ImmutableArray<TableType> TableTypes { get; }

    /// <summary>The type of every memory.</summary>
    public ImmutableArray<MemoryType> MemoryTypes { get; }

    /// <summary>The type of every global.</summary>
    public ImmutableArray<GlobalType> GlobalTypes { get; }

    /// <summary>The index of every tag's function type.</summary>
    public ImmutableArray<int> TagTypeIndices { get; }

    /// <summary>How many functions are imported: the index of the first one that the module defines.</summary>
    public int ImportedFunctionCount => FunctionTypes.Length - Module.Functions.Length;

    /// <summary>How many tables are imported.</summary>
    public int ImportedTableCount => TableTypes.Length - Module.Tables.Length;

    /// <summary>How many memories are imported.</summary>
    public int ImportedMemoryCount => MemoryTypes.Length - Module.Memories.Length;

    /// <summary>How many globals are imported.</summary>
    public int ImportedGlobalCount => GlobalTypes.Length - Module.Globals.Length;

    /// <summary>How many tags are imported.</summary>
    public int ImportedTagCount => TagTypeIndices.Length - Module.Tags.Length;

    /// <summary>What an engine keeps for the module, for all runtimes that use it: compiled code; null until it has some.</summary>
    public object? EngineData => _engineData;

    /// <summary>What an engine keeps for the module; made where there is nothing yet. Any thread may ask; all get the same.</summary>
    public object EngineDataOr(Func<object> make)
    {
        ArgumentNullException.ThrowIfNull(make);
        return Volatile.Read(ref _engineData) ?? Interlocked.CompareExchange(ref _engineData, make(), null) ?? _engineData;
    }

    internal InstructionRow[] Rows { get; }

    internal TypeSpace Types { get; }

    /// <summary>Whether <c>ref.func</c> may name this function: it stands in an export, a global or an element segment.</summary>
    public bool IsDeclaredReference(int functionIndex) => _declaredReferences[functionIndex];

    /// <summary>Whether the body of a function that the module defines has been validated.</summary>
    public bool IsBodyValidated(int definedIndex) => Volatile.Read(ref _isBodyValid[definedIndex]);

    /// <summary>Validates the body of a function that the module defines, unless that is done already.</summary>
    /// <exception cref="ModuleException">The body is malformed or invalid.</exception>
    /// <exception cref="InvalidOperationException">The function's code has not arrived.</exception>
    public void EnsureBodyValidated(int definedIndex)
    {
        if (IsBodyValidated(definedIndex))
        {
            return;
        }

        ValidationScratch scratch = Interlocked.Exchange(ref _scratch, null) ?? new ValidationScratch();
        try
        {
            // RACE: two threads may validate the same body; both find the same layout.
            _layouts[definedIndex] = BodyValidator.Validate(this, definedIndex, scratch);
            Volatile.Write(ref _isBodyValid[definedIndex], true);
        }
        finally
        {
            Volatile.Write(ref _scratch, scratch);
        }
    }

    /// <summary>What validation learnt of a function that the module defines; its body is validated if need be.</summary>
    /// <exception cref="ModuleException">The body is malformed or invalid.</exception>
    /// <exception cref="InvalidOperationException">The function's code has not arrived.</exception>
    public FunctionLayout Layout(int definedIndex)
    {
        EnsureBodyValidated(definedIndex);
        return _layouts[definedIndex];
    }

    /// <summary>Types of the parameters and locals of a function that the module defines, decoded anew from its code.</summary>
    /// <exception cref="ModuleException">The body is malformed or invalid.</exception>
    /// <exception cref="InvalidOperationException">The function's code has not arrived.</exception>
    public ImmutableArray<ValueType> LocalTypes(int definedIndex)
    {
        FunctionLayout layout = Layout(definedIndex);
        var locals = new ValueType[layout.LocalCount];
        FunctionBody body = Module.Functions[definedIndex];
        var reader = new CodeReader(body.Code.Span, body.Offset);
        _ = LocalsReader.Read(ref reader, FunctionTypes[ImportedFunctionCount + definedIndex], ref locals);
        return ImmutableCollectionsMarshal.AsImmutableArray(locals);
    }

    /// <summary>Forgets buffers that only validation needs.</summary>
    internal void TrimScratch() => Volatile.Write(ref _scratch, null);

    /// <summary>The type of a block without parameters and with this result, or none where it is Unknown.</summary>
    internal static FunctionType BlockType(ValueType result) =>
        (uint)result < (uint)BlockTypes.Length ? BlockTypes[(int)result] : new FunctionType([], [result]);

    private static FunctionType[] MakeBlockTypes()
    {
        var types = new FunctionType[0x80];
        foreach (ValueType type in Enum.GetValues<ValueType>())
        {
            types[(int)type] = new FunctionType([], type == ValueType.Unknown ? [] : [type]);
        }

        return types;
    }
}
