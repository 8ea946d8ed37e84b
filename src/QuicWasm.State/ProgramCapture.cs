using System.Collections.Immutable;
using QuicWasm.Modules;
using QuicWasm.Runtime;

namespace QuicWasm.State;

/// <summary>Captures programs that stand still.</summary>
public static class ProgramCapture
{
    /// <summary>
    /// Makes an image of a program. Memories are not copied: the program stands still as long as the image exists, and belongs to it.
    /// Where the program was resumed lazily, what is absent is fetched first, but for pages of memories, which come when they are read.
    /// </summary>
    /// <param name="program">A program that is suspended, or has not begun.</param>
    /// <param name="isFlat">Whether those pages are fetched first, too, so that the image needs no other node.</param>
    /// <exception cref="ImageException">The program cannot be captured; it can still run.</exception>
    /// <exception cref="InvalidOperationException">The program runs, or is over.</exception>
    public static FrozenImage Capture(RunningProgram program, bool isFlat = true)
    {
        program.Freeze();
        try
        {
            if (!program.HasWork)
            {
                throw new ImageException(ImageError.CaptureFailed, "the program has nothing left to be done");
            }

            program.Restored?.EnsureAll(withMemories: isFlat);
            program.Context.Interruption.ThrowIfLost();
            var capture = new ImageCapture(program);
            return capture.Capture();
        }
        catch (Exception e)
        {
            program.Thaw();
            if (e is HostStateException)
            {
                throw new ImageException(ImageError.CaptureFailed, $"the program cannot be captured now: {e.Message}", e);
            }

            if (e is TrapException)
            {
                throw new ImageException(ImageError.Unavailable, $"a part of the program that is still elsewhere cannot be had: {e.Message}", e);
            }

            throw;
        }
    }

    /// <summary>
    /// Makes an image of a program that goes on: what it changes from now on are copies of its own. Nothing of its memories is copied the first
    /// time (Linux), and later what was changed since then. When this returns the program can run.
    /// </summary>
    /// <param name="program">A program that is suspended, or has not begun.</param>
    /// <exception cref="ImageException">The program cannot be captured; it can still run.</exception>
    /// <exception cref="InvalidOperationException">The program runs, or is over.</exception>
    public static FrozenImage Fork(RunningProgram program)
    {
        FrozenImage frozen = Capture(program);
        try
        {
            return frozen.Detach();
        }
        catch (LinkException e)
        {
            frozen.Thaw();
            throw new ImageException(ImageError.CaptureFailed, $"the program cannot be forked: {e.Message}", e);
        }
    }

    /// <summary>One capture: the parts in the order of the layout, each with its content.</summary>
    private sealed class ImageCapture(RunningProgram program)
    {
        private readonly ImmutableArray<ImagePart>.Builder _parts = ImmutableArray.CreateBuilder<ImagePart>();
        private readonly List<PartContent> _contents = [];
        private readonly Store _store = program.Context.Store;
        private readonly CapturedModules _modules = new(program.Context.Store);

        public FrozenImage Capture()
        {
            AddSkeleton();
            AddModules();
            AddInstances(new InstanceOwners(_store));
            return new FrozenImage(program, new ImageLayout(Guid.NewGuid(), _parts.ToImmutable()), [.. _contents]);
        }

        private void AddSkeleton()
        {
            RuntimeContext context = program.Context;
            Add(PartKind.Configure, 0, ConfigureOutline.Of(context).Encode());
            Add(PartKind.StoreOutline, 0, StoreOutlineWriter.Write(context, _modules.NumberOfInstance));
            for (int i = 0; i < _modules.Modules.Count; i++)
            {
                Add(PartKind.ModuleSkeleton, 0, ModuleSkeleton.Write(_modules.Modules[i]), i, _modules.FirstInstance[i]);
            }

            var stack = new StackPart(program.Stack, [.. program.Calls]);
            Add(PartKind.Stack, 0, stack.Encode());
            AddUnlessEmpty(PartKind.Exceptions, 0, ExceptionsPart.Encode(_store, stack));
            for (int i = 0; i < context.HostModules.Count; i++)
            {
                AddUnlessEmpty(PartKind.HostState, i, context.HostModules[i].CaptureState());
            }
        }

        private void AddModules()
        {
            for (int i = 0; i < _modules.Modules.Count; i++)
            {
                Module module = _modules.Modules[i];
                int owner = _modules.FirstInstance[i];
                for (int function = 0; function < module.Functions.Length; function++)
                {
                    Add(PartKind.Function, function, module.Functions[function].Code, i, owner);
                }

                AddUnlessEmpty(PartKind.DataSection, 0, ModuleParts.DataSection(module), i, owner);
                AddUnlessEmpty(PartKind.CustomSections, 0, ModuleParts.CustomSections(module), i, owner);
            }
        }

        private void AddInstances(InstanceOwners owners)
        {
            foreach (TableInstance table in _store.Tables)
            {
                AddUnlessEmpty(PartKind.Table, table.Address, References.Encode(table.Elements), owner: owners.Tables[table.Address]);
            }

            foreach (MemoryInstance memory in _store.Memories)
            {
                if (memory.LengthBytes > 0)
                {
                    Add(PartKind.Memory, memory.Address, new PartContent(default, memory.InPlace(), memory), -1, owners.Memories[memory.Address]);
                }
            }

            foreach (GlobalInstance global in _store.Globals)
            {
                Add(PartKind.Global, global.Address, References.Encode([global.Low, global.High]), owner: owners.Globals[global.Address]);
            }

            foreach (ElementInstance element in _store.Elements)
            {
                AddUnlessEmpty(PartKind.Element, element.Address, References.Encode(element.References), owner: owners.Elements[element.Address]);
            }

            foreach (DataInstance data in _store.Datas)
            {
                AddUnlessEmpty(PartKind.Data, data.Address, data.Bytes, owner: owners.Datas[data.Address]);
            }
        }

        private void AddUnlessEmpty(PartKind kind, int index, ReadOnlyMemory<byte> bytes, int module = -1, int owner = -1)
        {
            if (!bytes.IsEmpty)
            {
                Add(kind, index, bytes, module, owner);
            }
        }

        private void Add(PartKind kind, int index, ReadOnlyMemory<byte> bytes, int module = -1, int owner = -1) =>
            Add(kind, index, new PartContent(bytes, null), module, owner);

        private void Add(PartKind kind, int index, PartContent content, int module, int owner)
        {
            _parts.Add(new ImagePart(_parts.Count, kind, index, module, owner, content.LengthBytes));
            _contents.Add(content);
        }
    }
}
