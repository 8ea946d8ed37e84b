using System.Runtime.InteropServices;
using QuicWasm.Modules;

namespace QuicWasm.Runtime;

/// <summary>
/// One instantiation (spec: exec/modules, section 4.5.4): instances are allocated in a fixed order and taken away again where a
/// step fails; then active segments are copied, which may trap and leaves what was written.
/// </summary>
internal sealed class Instantiation(RuntimeContext context, ValidatedModule module, string? name)
{
    public ModuleInstance Run()
    {
        ModuleInstance instance = Allocate();
        CopyElements(instance);
        CopyDatas(instance);
        return instance;
    }

    private ModuleInstance Allocate()
    {
        Store store = context.Store;
        Module source = module.Module;
        var sequence = new InitializationSequence(context.Configure.OnInitializationStep);
        ModuleInstance instance = Take(sequence, "module", () => store.AddModule(module, name));
        var imports = new ImportResolver(context, instance);
        Take(sequence, "imports", imports.Resolve);
        Take(sequence, "functions", () => instance.Functions =
            [.. imports.Functions, .. Enumerable.Range(0, source.Functions.Length).Select(i => store.AddFunction(instance, i))]);
        Take(sequence, "tables", () => instance.Tables = [.. imports.Tables, .. source.Tables.Select(t => store.AddTable(TypeInStore(instance, t.Type)))]);
        Take(sequence, "memories", () => instance.Memories = [.. imports.Memories, .. source.Memories.Select(store.AddMemory)]);
        Take(sequence, "tags", () => instance.Tags = [.. imports.Tags, .. Enumerable.Range(0, source.Tags.Length).Select(i => store.AddTag(instance, i))]);
        Take(sequence, "globals", () => AddGlobals(instance, imports));
        Take(sequence, "elements", () => instance.Elements = [.. source.Elements.Select(e => store.AddElement(instance.TypeInStore(e.ElementType), Evaluate(instance, e)))]);
        Take(sequence, "datas", () => instance.Datas = [.. source.Datas.Select(d => store.AddData(d.Bytes))]);
        Take(sequence, "exports", () => instance.Exports = source.Exports.ToDictionary(e => e.Name, StringComparer.Ordinal));
        sequence.Complete();
        return instance;
    }

    private T Take<T>(InitializationSequence sequence, string step, Func<T> action)
    {
        StoreMark mark = context.Store.Mark();
        return sequence.Step(step, () => Guarded(mark, action), _ => context.Store.FallBack(mark));
    }

    private void Take(InitializationSequence sequence, string step, Action action) => Take(sequence, step, () => { action(); return 0; });

    private T Guarded<T>(StoreMark mark, Func<T> action)
    {
        try
        {
            return action();
        }
        catch
        {
            context.Store.FallBack(mark);
            throw;
        }
    }

    private void AddGlobals(ModuleInstance instance, ImportResolver imports)
    {
        // An initializer refers to globals before its own alone (validation has seen to it), so the others may be missing still.
        var globals = new GlobalInstance[imports.Globals.Count + module.Module.Globals.Length];
        imports.Globals.CopyTo(globals);
        instance.Globals = ImmutableCollectionsMarshal.AsImmutableArray(globals);
        int index = imports.Globals.Count;
        foreach (GlobalDeclaration declaration in module.Module.Globals)
        {
            (ulong low, ulong high) = ConstantEvaluator.Evaluate(declaration.Initializer, instance);
            GlobalInstance global = context.Store.AddGlobal(declaration.Type with { ValueType = instance.TypeInStore(declaration.Type.ValueType) });
            global.Low = low;
            if (declaration.Type.ValueType == ValueType.V128)
            {
                global.High = high;
            }

            globals[index++] = global;
        }

        FillTables(instance);
    }

    private static TableType TypeInStore(ModuleInstance instance, TableType type) =>
        type with { ElementType = instance.TypeInStore(type.ElementType) };

    private void FillTables(ModuleInstance instance)
    {
        for (int i = 0; i < module.Module.Tables.Length; i++)
        {
            if (module.Module.Tables[i].Initializer is { } initializer)
            {
                TableInstance table = instance.Tables[module.ImportedTableCount + i];
                table.Fill(0, ConstantEvaluator.Evaluate(initializer, instance).Low, (ulong)table.Length);
            }
        }
    }

    private static ulong[] Evaluate(ModuleInstance instance, ElementSegment segment)
    {
        var references = new ulong[segment.Items.Length];
        for (int i = 0; i < references.Length; i++)
        {
            references[i] = ConstantEvaluator.Evaluate(segment.Items[i], instance).Low;
        }

        return references;
    }

    private void CopyElements(ModuleInstance instance)
    {
        for (int i = 0; i < instance.Elements.Length; i++)
        {
            ElementSegment segment = module.Module.Elements[i];
            ElementInstance element = instance.Elements[i];
            if (segment is { Mode: SegmentMode.Active, Offset: { } offset })
            {
                TableInstance table = instance.Tables[segment.TableIndex];
                ulong index = ConstantEvaluator.Evaluate(offset, instance).Low & table.AddressMask;
                table.Initialize(element, 0, index, (ulong)element.References.Length);
            }

            if (segment.Mode != SegmentMode.Passive)
            {
                element.Drop();
            }
        }
    }

    private void CopyDatas(ModuleInstance instance)
    {
        for (int i = 0; i < instance.Datas.Length; i++)
        {
            DataSegment segment = module.Module.Datas[i];
            DataInstance data = instance.Datas[i];
            if (segment is { Mode: SegmentMode.Active, Offset: { } offset })
            {
                MemoryInstance memory = instance.Memories[segment.MemoryIndex];
                ulong start = ConstantEvaluator.Evaluate(offset, instance).Low & memory.AddressMask;
                data.Bytes.Span.CopyTo(memory.Span(start, (ulong)data.Bytes.Length));
                data.Drop();
            }
        }
    }
}
