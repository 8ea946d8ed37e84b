using System.Collections.Immutable;
using System.Runtime.InteropServices;
using QuicWasm.Modules;
using QuicWasm.Runtime;

namespace QuicWasm.State;

/// <summary>
/// Decodes the outline of a Store, and checks what can be checked without the modules: types, counts, and that every address is of
/// an instance. <see cref="StoreBuilder"/> checks the rest.
/// </summary>
internal ref struct StoreOutlineReader(ReadOnlySpan<byte> bytes)
{
    private ImageReader _reader = new(bytes, "the outline of the Store");
    private readonly List<FunctionType> _types = [];
    private ulong _version;
    private int _indexSpaceEntries;

    // How many of the types may be mentioned.
    private int _knownTypes;

    public StoreOutline Read(int moduleCount)
    {
        _version = _reader.Version(StoreOutline.OldestVersion, StoreOutline.Version);
        if (_version > 1)
        {
            ReadFunctionTypes();
        }

        (int Module, string? Name)[] instances = ReadInstances(moduleCount);
        ImmutableArray<FunctionRun> functions = ReadFunctions(instances.Length, out int functionCount);
        ImmutableArray<TableOutline> tables = ReadTables();
        ImmutableArray<MemoryOutline> memories = ReadMemories();
        ImmutableArray<GlobalType> globals = ReadGlobals();
        ImmutableArray<(int, int)> tags = _version > 1 ? ReadTags(instances.Length) : [];
        ImmutableArray<ElementOutline> elements = ReadElements();
        ImmutableArray<DataOutline> datas = ReadDatas();
        var outlines = new InstanceOutline[instances.Length];
        for (int i = 0; i < outlines.Length; i++)
        {
            var spaces = new InstanceSpaces(
                ReadAddresses(functionCount),
                ReadAddresses(tables.Length),
                ReadAddresses(memories.Length),
                ReadAddresses(globals.Length),
                _version > 1 ? ReadAddresses(tags.Length) : [],
                ReadAddresses(elements.Length),
                ReadAddresses(datas.Length));
            outlines[i] = new InstanceOutline(instances[i].Module, instances[i].Name, spaces);
        }

        ImmutableArray<(string, int)> registered = ReadRegistered(instances.Length);
        _reader.End();
        return new StoreOutline
        {
            Types = [.. _types],
            Instances = ImmutableCollectionsMarshal.AsImmutableArray(outlines),
            Functions = functions,
            Tables = tables,
            Memories = memories,
            Globals = globals,
            Tags = tags,
            Elements = elements,
            Datas = datas,
            Registered = registered,
        };
    }

    private (int Module, string? Name)[] ReadInstances(int moduleCount)
    {
        var instances = new (int, string?)[_reader.Count(2)];
        for (int i = 0; i < instances.Length; i++)
        {
            int module = _reader.Number(moduleCount - 1);
            instances[i] = (module, _reader.Flag() ? _reader.Text() : null);
        }

        return instances;
    }

    private ImmutableArray<FunctionRun> ReadFunctions(int instanceCount, out int functionCount)
    {
        var runs = new FunctionRun[_reader.Count(3)];
        functionCount = 0;
        for (int i = 0; i < runs.Length; i++)
        {
            runs[i] = ReadRun(instanceCount);
            functionCount += runs[i].Count;
            if (functionCount > ImageLimits.Instances)
            {
                throw TooMany("functions");
            }
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(runs);
    }

    private FunctionRun ReadRun(int instanceCount)
    {
        byte tag = _reader.Byte();
        if (tag == StoreOutlineWriter.HostFunctionTag)
        {
            string module = _reader.Text();
            string name = _reader.Text();
            return new FunctionRun(-1, 1, new HostFunctionOutline(module, name, ReadHostType()));
        }

        return tag == StoreOutlineWriter.ModuleFunctionsTag
            ? new FunctionRun(_reader.Number(instanceCount - 1), _reader.Number(ModuleLimits.Functions), null)
            : throw _reader.Corrupt($"functions with the unknown tag {tag}");
    }

    private void ReadFunctionTypes()
    {
        int count = _reader.Count(2);
        while (_types.Count < count)
        {
            _knownTypes = _types.Count + 1;
            _types.Add(new FunctionType(ReadTypes(), ReadTypes()));
        }
    }

    // In the oldest version the type stands here itself.
    private int ReadHostType()
    {
        if (_version > 1)
        {
            return _reader.Number(_types.Count - 1);
        }

        _types.Add(new FunctionType(ReadTypes(), ReadTypes()));
        return _types.Count - 1;
    }

    private ImmutableArray<TableOutline> ReadTables()
    {
        var tables = new TableOutline[_reader.Count(4)];
        ulong elements = 0;
        for (int i = 0; i < tables.Length; i++)
        {
            ValueType type = ReadReferenceType();
            tables[i] = new TableOutline(new TableType(type, ReadLimits(uint.MaxValue, ulong.MaxValue)), _reader.Number());
            elements += (ulong)tables[i].Length;
            if (elements > ImageLimits.TableElements)
            {
                throw TooMany("elements of tables");
            }
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(tables);
    }

    private ImmutableArray<MemoryOutline> ReadMemories()
    {
        var memories = new MemoryOutline[_reader.Count(3)];
        for (int i = 0; i < memories.Length; i++)
        {
            memories[i] = new MemoryOutline(new MemoryType(ReadLimits(1UL << 16, 1UL << 48)), _reader.Varint());
            if (memories[i].PageCount > ImageLimits.MemoryBytes / MemoryInstance.PageBytes)
            {
                throw TooMany("pages of memory");
            }
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(memories);
    }

    private ImmutableArray<GlobalType> ReadGlobals()
    {
        var globals = new GlobalType[_reader.Count(2)];
        for (int i = 0; i < globals.Length; i++)
        {
            globals[i] = new GlobalType(ReadType(), _reader.Flag());
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(globals);
    }

    private ImmutableArray<(int Instance, int DefinedIndex)> ReadTags(int instanceCount)
    {
        var tags = new (int, int)[_reader.Count(2)];
        for (int i = 0; i < tags.Length; i++)
        {
            tags[i] = (_reader.Number(instanceCount - 1), _reader.Number(ModuleLimits.Tags));
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(tags);
    }

    private ImmutableArray<ElementOutline> ReadElements()
    {
        var elements = new ElementOutline[_reader.Count(3)];
        for (int i = 0; i < elements.Length; i++)
        {
            elements[i] = new ElementOutline(ReadReferenceType(), _reader.Flag(), _reader.Number());
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(elements);
    }

    private ImmutableArray<DataOutline> ReadDatas()
    {
        var datas = new DataOutline[_reader.Count(2)];
        for (int i = 0; i < datas.Length; i++)
        {
            datas[i] = new DataOutline(_reader.Flag(), _reader.Number());
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(datas);
    }

    private ImmutableArray<int> ReadAddresses(int instanceCount)
    {
        var addresses = ImmutableArray.CreateBuilder<int>();
        for (int runs = _reader.Count(2); runs > 0; runs--)
        {
            int first = _reader.Number(instanceCount);
            int count = _reader.Number(instanceCount - first);
            _indexSpaceEntries += count;
            if (_indexSpaceEntries > ImageLimits.IndexSpaceEntries)
            {
                throw TooMany("entries of index spaces");
            }

            for (int i = 0; i < count; i++)
            {
                addresses.Add(first + i);
            }
        }

        return addresses.DrainToImmutable();
    }

    private ImmutableArray<(string Name, int Instance)> ReadRegistered(int instanceCount)
    {
        var registered = new (string, int)[_reader.Count(2)];
        for (int i = 0; i < registered.Length; i++)
        {
            registered[i] = (_reader.Text(), _reader.Number(instanceCount - 1));
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(registered);
    }

    private ImmutableArray<ValueType> ReadTypes()
    {
        var types = new ValueType[_reader.Count(1)];
        for (int i = 0; i < types.Length; i++)
        {
            types[i] = ReadType();
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(types);
    }

    private ValueType ReadType()
    {
        byte tag = _reader.Byte();
        if (tag is not (StoreOutlineWriter.NullableReferenceTag or StoreOutlineWriter.NonNullReferenceTag))
        {
            return Known(tag);
        }

        byte heap = _reader.Byte();
        ValueType type = heap == 0 ? ValueTypeFacts.ReferenceTo(_reader.Number(_knownTypes - 1)) : Known(heap);
        return !type.IsReference() ? throw _reader.Corrupt($"a reference to {type.Text()}")
            : tag == StoreOutlineWriter.NonNullReferenceTag ? type.NonNull() : type;
    }

    private readonly ValueType Known(byte tag)
    {
        var type = (ValueType)tag;
        return type != ValueType.Unknown && Enum.IsDefined(type) ? type : throw _reader.Corrupt($"the value type 0x{tag:x2}");
    }

    private ValueType ReadReferenceType()
    {
        ValueType type = ReadType();
        return type.IsReference() ? type : throw _reader.Corrupt($"{type.Text()} where a reference type belongs");
    }

    private Limits ReadLimits(ulong largest, ulong largestWide)
    {
        ulong minimum = _reader.Varint();
        byte tags = _reader.Byte();
        if (tags > (_version > 1 ? StoreOutlineWriter.MaximumTag | StoreOutlineWriter.WideTag : StoreOutlineWriter.MaximumTag))
        {
            throw _reader.Corrupt($"limits of the unknown kind {tags}");
        }

        ulong? maximum = (tags & StoreOutlineWriter.MaximumTag) != 0 ? _reader.Varint() : null;
        bool isWide = (tags & StoreOutlineWriter.WideTag) != 0;
        largest = isWide ? largestWide : largest;
        return minimum <= (maximum ?? largest) && (maximum ?? minimum) <= largest
            ? new Limits(minimum, maximum, isWide)
            : throw _reader.Corrupt($"limits of {minimum} to {maximum}");
    }

    private static ImageException TooMany(string what) =>
        new(ImageError.LimitExceeded, $"the outline of the Store has more {what} than the limit of this build");
}
