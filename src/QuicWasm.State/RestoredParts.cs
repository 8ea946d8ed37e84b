using System.Buffers;
using QuicWasm.Modules;
using QuicWasm.Runtime;

namespace QuicWasm.State;

/// <summary>
/// The parts of a restored program that become its content when they are first touched. All of it happens on the program's thread;
/// other threads only bring bytes to the collector.
/// </summary>
internal sealed class RestoredParts(LayoutIndex index, PartCollector parts, RestoredSkeleton skeleton, IPartFetcher fetcher)
{
    private readonly Store _store = skeleton.Context.Store;
    private bool _isVerified;

    /// <summary>Declares everything absent, to be fetched at the first touch.</summary>
    public void SetLoaders()
    {
        Action<FunctionInstance> loadFunction = LoadFunction;
        foreach (FunctionInstance function in _store.Functions)
        {
            if (function.Module is not null)
            {
                function.SetLoader(loadFunction);
            }
        }

        foreach (TableInstance table in _store.Tables)
        {
            int part = index.Find(PartKind.Table, table.Address);
            if (part >= 0)
            {
                table.SetElementLoader((first, count) => Guarded(() => LoadElements(table, part, first, count)));
            }
        }

        foreach (GlobalInstance global in _store.Globals)
        {
            SetLoader(global, PartKind.Global, global.Address, bytes => LoadGlobal(global, bytes.Span));
        }

        foreach (ElementInstance element in _store.Elements)
        {
            string where = $"element segment {element.Address}";
            SetLoader(element, PartKind.Element, element.Address, bytes => element.Reset(References.Decode(_store, element.Type, bytes.Span, where)));
        }

        foreach (DataInstance data in _store.Datas)
        {
            SetLoader(data, PartKind.Data, data.Address, data.Reset);
        }
    }

    /// <summary>Makes sure that everything is here, and that each module is the one whose SHA-256 the image carries.</summary>
    /// <param name="withMemories">Whether pages of memories are made sure of, too.</param>
    /// <exception cref="ImageException">A module is another one.</exception>
    /// <exception cref="TrapException">Something could not be fetched, or is not usable.</exception>
    public void EnsureAll(bool withMemories = true)
    {
        if (_isVerified)
        {
            return;
        }

        for (int number = 0; number < skeleton.Modules.Length; number++)
        {
            CompleteModule(number);
        }

        foreach (TableInstance table in _store.Tables)
        {
            table.EnsureAllPresent();
        }

        foreach (LazyInstance instance in _store.Globals.Concat<LazyInstance>(_store.Elements).Concat(_store.Datas))
        {
            instance.EnsurePresent();
        }

        foreach (ImagePart part in index.Layout.Parts)
        {
            // What pages a pager brings goes straight to its place, and not through here.
            if (withMemories && part.Kind == PartKind.Memory && !parts.IsComplete(part.Number))
            {
                fetcher.Fetch(part.Number, 0, part.LengthBytes);
            }
        }

        _isVerified = withMemories;
    }

    private void CompleteModule(int number)
    {
        if (skeleton.Shared.IsVerified(number))
        {
            return;
        }

        Module module = skeleton.Modules[number].Module;
        try
        {
            for (int function = 0; function < module.Functions.Length; function++)
            {
                ProvideCode(number, function);
            }

            Provide(PartKind.DataSection, number, module.ProvideDataSection);
            Provide(PartKind.CustomSections, number, module.ProvideCustomSections);
            BinaryAssembler.Assemble(module);
            skeleton.Shared.SetVerified(number);
        }
        catch (ModuleException e)
        {
            throw new ImageException(
                ImageError.Corrupt, $"module {number} does not match its SHA-256 {Convert.ToHexStringLower(module.Sha256.AsSpan())}", e);
        }
    }

    private void Provide(PartKind kind, int module, Action<ReadOnlyMemory<byte>> provide)
    {
        int part = index.Find(kind, 0, module);
        if (part >= 0)
        {
            provide(Bytes(part));
        }
    }

    private void LoadFunction(FunctionInstance function)
    {
        int module = skeleton.Outline.Instances[function.Module!.Address].Module;
        Guarded(() => ProvideCode(module, function.DefinedIndex));
    }

    private void ProvideCode(int module, int function)
    {
        FunctionBody body = skeleton.Modules[module].Module.Functions[function];
        if (!body.IsPresent)
        {
            body.Provide(Bytes(index.Get(PartKind.Function, function, module)));
        }
    }

    private void LoadElements(TableInstance table, int part, int first, int count)
    {
        ulong offset = (ulong)first * References.Bytes;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(count * References.Bytes);
        try
        {
            Span<byte> bytes = buffer.AsSpan(0, count * References.Bytes);
            Fetch(part, offset, (ulong)bytes.Length);
            parts.Copy(part, offset, bytes);
            table.Provide(first, References.Decode(_store, table.Type.ElementType, bytes, $"table {table.Address}"));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void LoadGlobal(GlobalInstance global, ReadOnlySpan<byte> bytes)
    {
        ulong[] value = References.Decode(_store, global.Type.ValueType, bytes[..References.Bytes], $"global {global.Address}");
        global.Low = value[0];
        global.High = References.Decode(_store, ValueType.I64, bytes[References.Bytes..], $"global {global.Address}")[0];
    }

    private void SetLoader(LazyInstance instance, PartKind kind, int address, Action<ReadOnlyMemory<byte>> load)
    {
        int part = index.Find(kind, address);
        if (part >= 0)
        {
            instance.SetLoader(() => Guarded(() => load(Bytes(part))));
        }
    }

    /// <summary>The bytes of a whole part, fetched if need be.</summary>
    private ReadOnlyMemory<byte> Bytes(int part)
    {
        Fetch(part, 0, index.Layout.Parts[part].LengthBytes);
        return parts.TryGet(part)!.Value;
    }

    /// <summary>Has the bytes of a range fetched that have not arrived, and only those.</summary>
    private void Fetch(int part, ulong offset, ulong lengthBytes)
    {
        ulong end = offset + lengthBytes;
        while (parts.FirstMissing(part, offset, end - offset) is { Length: > 0 } missing)
        {
            fetcher.Fetch(part, missing.Offset, missing.Length);
            offset = missing.Offset;
            if (parts.FirstMissing(part, offset, end - offset) is { Length: > 0 } still && still.Offset == offset)
            {
                throw new TrapException(
                    TrapKind.PartUnavailable, $"{index.Layout.Parts[part].Describe()} was fetched, but byte {offset} of it did not arrive");
            }
        }
    }

    // What arrives in the middle of a run and cannot be used ends the run, as if it had not arrived.
    private static void Guarded(Action load)
    {
        try
        {
            load();
        }
        catch (Exception e) when (e is ImageException or ModuleException)
        {
            throw new TrapException(TrapKind.PartUnavailable, e.Message, e);
        }
    }
}
