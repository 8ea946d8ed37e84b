using System.Collections.Immutable;
using QuicWasm.Modules;
using QuicWasm.Runtime;

namespace QuicWasm.State;

/// <summary>
/// What is made of an image's skeleton: a runtime with every instance, nothing in them yet. It is made in steps of a fixed order;
/// when one fails, the earlier ones are undone in reverse order.
/// </summary>
internal sealed class RestoredSkeleton
{
    private readonly LayoutIndex _index;
    private readonly PartCollector _parts;

    /// <exception cref="ImageException">The skeleton cannot be restored here; nothing remains.</exception>
    public RestoredSkeleton(LayoutIndex index, PartCollector parts, Configure destination, SharedSkeleton? shared = null)
    {
        _index = index;
        _parts = parts;
        var sequence = new InitializationSequence(destination.OnInitializationStep);
        ConfigureOutline configure = sequence.Step("image configure", () => ConfigureOutline.Decode(Bytes(PartKind.Configure)));
        Configure = sequence.Step("image limits", () => configure.ApplyTo(destination));
        Shared = shared ?? ReadShared(sequence, configure);
        Stack = sequence.Step("image stack", () => StackPart.Decode(Bytes(PartKind.Stack)));
        Context = sequence.Step("runtime", () => new RuntimeContext(Configure), c => c.Dispose());
        sequence.Step("instances", () => new StoreBuilder(Context, Outline, Modules).Build());
        sequence.Step("exceptions", RestoreExceptions);
        sequence.Step("calls", () => Stack.CheckCalls(Context.Store));
        for (int i = 0; i < configure.HostModules.Length; i++)
        {
            int place = i;
            sequence.Step("host state", () => RestoreHost(place, configure.HostModules[place]));
        }
    }

    public Configure Configure { get; }

    /// <summary>What other programs of the image can have, too.</summary>
    public SharedSkeleton Shared { get; }

    public ImmutableArray<ValidatedModule> Modules => Shared.Modules;

    public StoreOutline Outline => Shared.Outline;

    public StackPart Stack { get; }

    public RuntimeContext Context { get; }

    private ReadOnlySpan<byte> Bytes(PartKind kind) => _parts.TryGet(_index.Get(kind, 0))!.Value.Span;

    private SharedSkeleton ReadShared(InitializationSequence sequence, ConfigureOutline configure)
    {
        ImmutableArray<ValidatedModule> modules = sequence.Step("image modules", ReadModules);
        StoreOutline outline = sequence.Step("image outline", () => new StoreOutlineReader(Bytes(PartKind.StoreOutline)).Read(modules.Length));
        sequence.Step("image layout", () => new LayoutCheck(_index).Check(configure, modules, outline));
        return new SharedSkeleton(modules, outline);
    }

    private ImmutableArray<ValidatedModule> ReadModules()
    {
        var modules = ImmutableArray.CreateBuilder<ValidatedModule>(_index.ModuleCount);
        for (int number = 0; number < _index.ModuleCount; number++)
        {
            ReadOnlyMemory<byte> skeleton = _parts.TryGet(_index.Get(PartKind.ModuleSkeleton, 0, number))!.Value;
            modules.Add(ModuleValidator.Validate(ModuleReader.ReadSkeleton(skeleton, Configure.Features), Configure.Features));
        }

        return modules.MoveToImmutable();
    }

    private void RestoreExceptions()
    {
        if (_index.Find(PartKind.Exceptions, 0) is >= 0 and int number)
        {
            ExceptionsPart.Restore(_parts.TryGet(number)!.Value.Span, Context.Store);
        }
    }

    private void RestoreHost(int place, string name)
    {
        int number = _index.Find(PartKind.HostState, place);
        if (number < 0)
        {
            return;
        }

        IHostModule module = Context.HostModules.FirstOrDefault(m => m.Name == name)
            ?? throw new ImageException(ImageError.Unavailable, $"the program has state of the host module \"{name}\", which is not here");
        try
        {
            module.RestoreState(_parts.TryGet(number)!.Value.Span);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw new ImageException(
                ImageError.Unavailable, $"the program cannot be resumed here, since the host module \"{name}\" refused: {e.Message}", e);
        }
    }
}
