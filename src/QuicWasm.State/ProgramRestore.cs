using QuicWasm.Modules;
using QuicWasm.Native;
using QuicWasm.Runtime;

namespace QuicWasm.State;

/// <summary>
/// A program that is being restored from an image. First the parts of the skeleton are written; <see cref="BuildSkeleton"/> makes the
/// runtime of them; then the other parts are written, those of memories straight to their place; then <see cref="Complete"/>, or
/// <see cref="CompleteLazily"/> while parts are still absent, gives the program. Whatever fails, disposing frees everything.
/// </summary>
public sealed class ProgramRestore : IImageTarget, IDisposable
{
    private readonly Configure _destination;
    private readonly LayoutIndex _index;
    private readonly PartCollector _parts;
    private readonly SharedSkeleton? _shared;
    private readonly bool _hasSiblings;
    private readonly UseGate _gate = new("the restore of this image");
    private volatile RestoredSkeleton? _skeleton;
    private bool _isHandedOver;

    private ProgramRestore(LayoutIndex index, Configure destination, PartCollector parts, SharedSkeleton? shared, bool hasSiblings)
    {
        _hasSiblings = hasSiblings;
        _index = index;
        _destination = destination;
        _parts = parts;
        _shared = shared;
    }

    /// <summary>The layout of the image.</summary>
    public ImageLayout Layout => _index.Layout;

    /// <summary>Begins to restore an image.</summary>
    /// <param name="layout">The image's layout.</param>
    /// <param name="destination">Engine, host modules, memory allocation and log of the new runtime, and the most that it allows; what the program can notice comes from the image.</param>
    /// <exception cref="ImageException">The layout is inconsistent, or over a limit.</exception>
    public static ProgramRestore Begin(ImageLayout layout, Configure destination)
    {
        ImageLimits.Check(layout);
        return new ProgramRestore(new LayoutIndex(layout), destination, new PartCollector(layout), null, hasSiblings: false);
    }

    /// <summary>Begins with parts that others have, too, and with the modules that they have read.</summary>
    internal static ProgramRestore OfShared(LayoutIndex index, PartCollector parts, Configure destination, SharedSkeleton? shared) =>
        new(index, destination, parts, shared, hasSiblings: true);

    /// <summary>What other programs of the image can have of the skeleton, once it is built.</summary>
    internal SharedSkeleton Shared => Skeleton().Shared;

    /// <summary>Fills a memory that has arrived: by a private view of a file, or of what the collector has.</summary>
    internal void FillMemory(ImagePart part, MemoryFile? file)
    {
        MemoryInstance memory = MemoryOf(part);
        if (file is null)
        {
            _parts.Copy(part.Number, 0, memory.Span(0, part.LengthBytes));
            return;
        }

        try
        {
            memory.MapFile(file);
        }
        catch (LinkException e)
        {
            throw new ImageException(ImageError.Unavailable, $"{part.Describe()} cannot be mapped: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public void Write(int part, ulong offset, ReadOnlySpan<byte> bytes)
    {
        ImagePart description = Layout.Part(part, offset, (ulong)bytes.Length);
        _gate.Enter();
        try
        {
            if (description.Kind == PartKind.Memory)
            {
                MemoryInstance memory = MemoryOf(description);
                _parts.Claim(part, offset, (ulong)bytes.Length);
                memory.Write(offset, bytes);
                _parts.Confirm(part, (ulong)bytes.Length);
            }
            else
            {
                _parts.Write(part, offset, bytes);
            }
        }
        catch (LinkException e)
        {
            throw new ImageException(ImageError.LimitExceeded, $"there is no room for {description.Describe()}: {e.Message}", e);
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <inheritdoc/>
    public void WriteZeros(int part, ulong offset, ulong lengthBytes)
    {
        ImagePart description = Layout.Part(part, offset, lengthBytes);
        if (description.Kind != PartKind.Memory)
        {
            Write(part, offset, new byte[lengthBytes]);
            return;
        }

        // A memory begins with zeros, and a page of it that nobody touches takes no room.
        _ = MemoryOf(description);
        _parts.Claim(part, offset, lengthBytes);
        _parts.Confirm(part, lengthBytes);
    }

    /// <summary>Whether all bytes of a part have been written.</summary>
    public bool IsComplete(int part) => _parts.IsComplete(Layout.Part(part, 0, 0).Number);

    /// <summary>Makes the runtime and every instance in it, when all parts of the skeleton are written.</summary>
    /// <exception cref="ImageException">A part of the skeleton is missing or broken, or the program needs what is not here; nothing remains but this object.</exception>
    public void BuildSkeleton()
    {
        if (_skeleton is not null)
        {
            throw new InvalidOperationException("the skeleton of this image has been built already");
        }

        RequireComplete(static part => part.IsSkeleton);
        try
        {
            _skeleton = new RestoredSkeleton(_index, _parts, _destination, _shared);
        }
        catch (ModuleException e)
        {
            throw new ImageException(ImageError.Corrupt, $"a module of the image cannot be used: {e.Message}", e);
        }
        catch (LinkException e)
        {
            throw new ImageException(ImageError.LimitExceeded, $"the image asks for more than there is: {e.Message}", e);
        }
    }

    /// <summary>Gives the program, when every part is written (no-cow). From then on it is the caller's.</summary>
    /// <exception cref="ImageException">A part is missing or broken, a module does not match its SHA-256, or the stack does not fit.</exception>
    public RunningProgram Complete()
    {
        RequireComplete(static _ => true);
        return HandOver(new NothingToFetch(), isLazy: false);
    }

    /// <summary>Gives the program while parts are absent (cow): each is fetched at the first touch. From then on it is the caller's.</summary>
    /// <param name="fetcher">Fetches parts; it must outlive the program. What it brings is written to this object, from any thread.</param>
    /// <param name="pager">Brings the pages of memories that are not complete; null where all are.</param>
    /// <exception cref="ImageException">A memory is not complete and cannot be mapped, or a part that the stack needs is broken or cannot be fetched.</exception>
    public RunningProgram CompleteLazily(IPartFetcher fetcher, IMemoryPager? pager = null)
    {
        // The functions of the stack are looked at before the program is given; they are fetched while memories are mapped.
        Task code = pager is null ? Task.CompletedTask : Task.Run(() => FetchStackCode(fetcher));
        try
        {
            MapMemories(pager);
        }
        finally
        {
            code.GetAwaiter().GetResult();
        }

        // Taken now: the pager may still say something when the program has ended and its Store is empty.
        MemoryInstance[] memories = [.. Skeleton().Context.Store.Memories];
        Interruption interruption = Skeleton().Context.Interruption;
        bool takesFiles = pager is { GivesFiles: true } && !_hasSiblings;
        pager?.Follow(part => OnComplete(memories[Layout.Parts[part].Index], interruption, takesFiles), interruption.Lose);
        return HandOver(fetcher, isLazy: true);
    }

    private void MapMemories(IMemoryPager? pager)
    {
        foreach (ImagePart part in Layout.Parts)
        {
            if (part.Kind == PartKind.Memory && !_parts.IsComplete(part.Number))
            {
                MapMemory(part, pager ?? throw new ImageException(
                    ImageError.Unavailable, $"{part.Describe()} has not arrived completely, and there is no pager by which memory could be fetched lazily"));
            }
        }
    }

    private void FetchStackCode(IPartFetcher fetcher)
    {
        RestoredSkeleton skeleton = Skeleton();
        try
        {
            foreach (int address in skeleton.Stack.Stack?.Frames.Select(static f => f.FunctionAddress).Distinct() ?? [])
            {
                if ((uint)address < (uint)skeleton.Context.Store.Functions.Count && skeleton.Context.Store.Functions[address] is { Module: { } module } function
                    && _index.Find(PartKind.Function, function.DefinedIndex, skeleton.Outline.Instances[module.Address].Module) is >= 0 and int part && !_parts.IsComplete(part))
                {
                    fetcher.Fetch(part, 0, Layout.Parts[part].LengthBytes);
                }
            }
        }
        catch (Exception e) when (e is TrapException or ImageException)
        {
            // It is asked for once more by whoever needs it, and what is wrong is said then.
        }
    }

    private static void OnComplete(MemoryInstance memory, Interruption interruption, bool takesFile)
    {
        memory.SetComplete();
        if (takesFile)
        {
            // A thread of its own, since filling page tables takes as long as a memory is large.
            new Thread(() => memory.TakeFile(interruption)) { IsBackground = true, Name = "memory" }.Start();
        }
    }

    /// <summary>Frees everything, unless a program has been given: that is the caller's, and parts that it waits for may still be written.</summary>
    public void Dispose()
    {
        if (!_isHandedOver && _gate.Close())
        {
            _skeleton?.Context.Dispose();
        }
    }

    private RunningProgram HandOver(IPartFetcher fetcher, bool isLazy)
    {
        RestoredSkeleton skeleton = Skeleton();
        if (_isHandedOver)
        {
            throw new InvalidOperationException("the program of this image has been given already");
        }

        var restored = new RestoredParts(_index, _parts, skeleton, fetcher);
        try
        {
            restored.SetLoaders();
            if (!isLazy)
            {
                restored.EnsureAll();
            }

            if (skeleton.Stack.Stack is { } stack)
            {
                StackVerifier.Verify(skeleton.Context.Store, stack);
            }
        }
        catch (Exception e) when (e is StackException or ModuleException)
        {
            throw new ImageException(ImageError.Corrupt, $"the program cannot be resumed: {e.Message}", e);
        }
        catch (TrapException e)
        {
            throw new ImageException(isLazy ? ImageError.Unavailable : ImageError.Corrupt, $"the program cannot be resumed: {e.Message}", e);
        }

        _isHandedOver = true;
        return new RunningProgram(skeleton.Context, skeleton.Stack.Stack, skeleton.Stack.Calls, isLazy ? restored : null);
    }

    private void MapMemory(ImagePart part, IMemoryPager pager)
    {
        MemoryInstance memory = MemoryOf(part);
        Skeleton().Context.Interruption.LazyMemory = pager;
        try
        {
            memory.MapLazily(pager.FileOf(part.Number), pager);
        }
        catch (LinkException e)
        {
            throw new ImageException(ImageError.Unavailable, $"{part.Describe()} cannot be fetched lazily: {e.Message}", e);
        }

        pager.Map(part.Number, memory.BaseAddress);
    }

    private RestoredSkeleton Skeleton() =>
        _skeleton ?? throw new InvalidOperationException("the skeleton of this image has not been built");

    private MemoryInstance MemoryOf(ImagePart part) => _skeleton is { } skeleton
        ? skeleton.Context.Store.Memories[part.Index]
        : throw new ImageException(ImageError.Corrupt, $"{part.Describe()} arrived before the skeleton");

    private void RequireComplete(Func<ImagePart, bool> isRequired)
    {
        foreach (ImagePart part in Layout.Parts)
        {
            if (isRequired(part) && !_parts.IsComplete(part.Number))
            {
                throw new ImageException(ImageError.Corrupt, $"{part.Describe()} has not arrived completely");
            }
        }
    }

    /// <summary>Of a program whose parts are all here.</summary>
    private sealed class NothingToFetch : IPartFetcher
    {
        public void Fetch(int part, ulong offset, ulong lengthBytes) =>
            throw new TrapException(TrapKind.PartUnavailable, $"part {part} of a program that was copied as a whole");
    }
}
