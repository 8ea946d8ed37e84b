using System.Runtime.InteropServices;
using QuicWasm.Runtime;

namespace QuicWasm.Compiler;

// What compiled code reads: a block for each instance, and an entry for each function.
// SAFETY: offsets are those of the layout that the block was allocated for; cells of memories, globals and tables live as long as the Store.
public sealed unsafe partial class CompilerEngine
{
    private readonly List<nint> _blocks = [];
    private readonly List<nint> _instanceBlocks = [];
    private readonly Dictionary<int, List<nint>> _importCells = [];
    private readonly MemoryCell* _emptyMemory;
    private readonly nint _hostBlock;
    private EntryPoint* _entries;
    private int _entryCount;
    private int _resultSlots;

    /// <summary>The entry of the function at an address.</summary>
    internal EntryPoint* Entry(int address) => _entries + 1 + address;

    // Blocks are made for all instances, because code of one may call any other through a table.
    private void PrepareNew()
    {
        Store store = Context.Store;
        if (_entryCount == store.Functions.Count + 1 || !_isInUse)
        {
            return;
        }

        lock (_publishing)
        {
            Prepare(store);
        }
    }

    private void Prepare(Store store)
    {
        int first = Math.Max(0, _entryCount - 1);
        GrowEntries(store.Functions.Count + 1);
        for (int i = _instanceBlocks.Count; i < store.Modules.Count; i++)
        {
            _instanceBlocks.Add(NewBlock(CodeOf(store.Modules[i]).Layout.SizeBytes, i));
        }

        for (int address = first; address < store.Functions.Count; address++)
        {
            FunctionInstance function = store.Functions[address];
            EntryPoint* entry = Entry(address);
            entry->Address = address;
            entry->Type = function.TypeNumber;
            entry->Context = function.Module is { } module ? _instanceBlocks[module.Address] : _hostBlock;
            entry->Code = function.Module is { } owner ? CodeOf(owner).SignatureOf(function.Type).Stub : 0;
            ReserveResults(function.Type.ResultSlots);
        }

        // What is caught passes through the area, too: an exception's values, and a reference.
        foreach (TagInstance tag in store.Tags)
        {
            ReserveResults(tag.Type.ParameterSlots + 1);
        }

        ReserveResults(1);
        for (int i = 0; i < store.Modules.Count; i++)
        {
            FillBlock(store.Modules[i], (byte*)_instanceBlocks[i]);
        }
    }

    private bool _isInUse;

    // Until something is to be compiled, nothing is prepared, so that programs that end soon pay nothing.
    private void Use()
    {
        if (!_isInUse)
        {
            _isInUse = true;
            PrepareNew();
        }
    }

    private void GrowEntries(int count)
    {
        _entries = (EntryPoint*)NativeMemory.Realloc(_entries, (nuint)count * (nuint)sizeof(EntryPoint));
        new Span<EntryPoint>(_entries, count)[_entryCount..].Clear();
        _entries[0].Type = -1;
        _entryCount = count;
        foreach (nint block in _blocks)
        {
            ((InstanceHeader*)block)->Entries = _entries;
        }
    }

    private void ReserveResults(int slots)
    {
        if (slots <= _resultSlots)
        {
            return;
        }

        _resultSlots = slots;
        _results = (ulong*)NativeMemory.Realloc(_results, (nuint)slots * sizeof(ulong));
        foreach (nint block in _blocks)
        {
            ((InstanceHeader*)block)->Results = _results;
        }
    }

    private nint NewBlock(int sizeBytes, int instance)
    {
        var header = (InstanceHeader*)NativeMemory.AllocZeroed((nuint)sizeBytes);
        header->Engine = GCHandle.ToIntPtr(_handle);
        header->Instance = instance;
        header->Entries = _entries;
        header->Results = _results;
        header->Frame = _frame;
        header->VersionFrame = _versionFrame;
        header->Memory = _emptyMemory;
        header->SafePoint.Unwinding = (int)_unwinding;
        _blocks.Add((nint)header);
        Context.Interruption.AddCell(&header->SafePoint);
        return (nint)header;
    }

    private void FillBlock(ModuleInstance instance, byte* block)
    {
        ModuleCode code = CodeOf(instance);
        InstanceLayout layout = code.Layout;
        if (instance.Memories.Length > 0)
        {
            ((InstanceHeader*)block)->Memory = instance.Memories[0].Cell;
        }

        for (int i = 0; i < instance.Memories.Length; i++)
        {
            *(MemoryCell**)(block + layout.Memory(i)) = instance.Memories[i].Cell;
        }

        for (int i = 0; i < instance.Globals.Length; i++)
        {
            *(nint*)(block + layout.Global(i)) = instance.Globals[i].Cell;
        }

        for (int i = 0; i < instance.Tables.Length; i++)
        {
            *(TableCell**)(block + layout.Table(i)) = instance.Tables[i].Cell;
        }

        for (int i = 0; i < instance.Module.Module.Types.Length; i++)
        {
            *(int*)(block + layout.Type(i)) = instance.TypeNumbers[i];
        }

        for (int i = 0; i < instance.Functions.Length; i++)
        {
            FillFunction(instance.Functions[i], code, (FunctionCell*)(block + layout.Function(i)), i < instance.Module.ImportedFunctionCount);
        }
    }

    private void FillFunction(FunctionInstance function, ModuleCode code, FunctionCell* cell, bool isImport)
    {
        EntryPoint* entry = Entry(function.Address);
        if (entry->Code == 0)
        {
            // A function of the host: any module that imports it has a stub of its type.
            entry->Code = code.SignatureOf(function.Type).Stub;
        }

        cell->Code = entry->Code;
        cell->Context = entry->Context;
        cell->Address = function.Address;
        if (!isImport)
        {
            return;
        }

        if (!_importCells.TryGetValue(function.Address, out List<nint>? cells))
        {
            cells = [];
            _importCells.Add(function.Address, cells);
        }

        if (!cells.Contains((nint)cell))
        {
            cells.Add((nint)cell);
        }
    }

    private void FreeBlocks()
    {
        foreach (nint block in _blocks)
        {
            Context.Interruption.RemoveCell(&((InstanceHeader*)block)->SafePoint);
            NativeMemory.Free((void*)block);
        }

        _blocks.Clear();
        NativeMemory.Free(_entries);
        NativeMemory.Free(_emptyMemory);
    }
}
