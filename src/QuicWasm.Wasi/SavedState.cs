using QuicWasm.Runtime;

namespace QuicWasm.Wasi;

/// <summary>A module's state as it travels.</summary>
internal sealed record SavedState
{
    private const byte Version = 2;
    private const int LengthBytes = 4, RemainingBytes = 8;

    public required byte[][] Arguments { get; init; }

    public required byte[][] Environment { get; init; }

    public required ulong MonotonicNs { get; init; }

    public required ulong ProcessNs { get; init; }

    public required ulong ThreadNs { get; init; }

    public required byte[] RandomKey { get; init; }

    public required ulong RandomPosition { get; init; }

    /// <summary>The limit of the folders in memory.</summary>
    public required ulong MemoryFolderLimitBytes { get; init; }

    /// <summary>The folders that descriptors lie in.</summary>
    public required IReadOnlyList<SavedFolder> Folders { get; init; }

    /// <summary>The open descriptors, by ascending number.</summary>
    public required IReadOnlyList<SavedDescriptor> Descriptors { get; init; }

    public PendingWait? PendingWait { get; init; }

    /// <summary>Reads a state.</summary>
    /// <exception cref="HostStateException">It is malformed, or of another version.</exception>
    public static SavedState Read(ReadOnlySpan<byte> state)
    {
        var reader = new StateReader(state);
        byte version = reader.U8();
        if (version != Version)
        {
            throw new HostStateException($"the WASI state has version {version}; this program reads version {Version}");
        }

        byte[][] arguments = ReadTexts(ref reader);
        byte[][] environment = ReadTexts(ref reader);
        ulong monotonic = reader.U64(), process = reader.U64(), thread = reader.U64();
        byte[] key = reader.Raw(RandomSource.KeyBytes);
        ulong position = reader.U64();
        ulong limit = reader.U64();
        reader.Check(limit <= MemoryQuota.MostBytes, $"folders in memory of {limit} bytes");
        List<SavedFolder> folders = ReadFolders(ref reader);
        var saved = new SavedState
        {
            Arguments = arguments,
            Environment = environment,
            MonotonicNs = monotonic,
            ProcessNs = process,
            ThreadNs = thread,
            RandomKey = key,
            RandomPosition = position,
            MemoryFolderLimitBytes = limit,
            Folders = folders,
            Descriptors = ReadDescriptors(ref reader, folders),
            PendingWait = ReadPendingWait(ref reader),
        };
        reader.Check(reader.IsAtEnd, "there are bytes behind its end");
        return saved;
    }

    /// <summary>The bytes.</summary>
    public byte[] Write()
    {
        var writer = new StateWriter();
        writer.U8(Version);
        WriteTexts(writer, Arguments);
        WriteTexts(writer, Environment);
        writer.U64(MonotonicNs);
        writer.U64(ProcessNs);
        writer.U64(ThreadNs);
        writer.Raw(RandomKey);
        writer.U64(RandomPosition);
        writer.U64(MemoryFolderLimitBytes);
        writer.U32((uint)Folders.Count);
        foreach (SavedFolder folder in Folders)
        {
            folder.Write(writer);
        }

        writer.U32((uint)Descriptors.Count);
        foreach (SavedDescriptor descriptor in Descriptors)
        {
            descriptor.Write(writer);
        }

        writer.U8(PendingWait is null ? (byte)0 : (byte)1);
        if (PendingWait is { } wait)
        {
            writer.U32(wait.Input);
            writer.U32(wait.Output);
            writer.U32((uint)wait.RemainingNs.Length);
            Array.ForEach(wait.RemainingNs, writer.U64);
        }

        return writer.ToArray();
    }

    private static List<SavedFolder> ReadFolders(ref StateReader reader)
    {
        int count = reader.Count(SavedFolder.LeastBytes);
        var folders = new List<SavedFolder>(count);
        for (int i = 0; i < count; i++)
        {
            folders.Add(SavedFolder.Read(ref reader));
        }

        return folders;
    }

    private static List<SavedDescriptor> ReadDescriptors(ref StateReader reader, List<SavedFolder> folders)
    {
        int count = reader.Count(SavedDescriptor.LeastBytes);
        var descriptors = new List<SavedDescriptor>(count);
        for (int i = 0; i < count; i++)
        {
            var descriptor = SavedDescriptor.Read(ref reader, folders);
            reader.Check(i == 0 || descriptors[i - 1].Number < descriptor.Number, "descriptors are not in order");
            descriptors.Add(descriptor);
        }

        return descriptors;
    }

    private static PendingWait? ReadPendingWait(ref StateReader reader)
    {
        byte isPresent = reader.U8();
        reader.Check(isPresent <= 1, "a wait that is neither there nor absent");
        if (isPresent == 0)
        {
            return null;
        }

        uint input = reader.U32(), output = reader.U32();
        ulong[] remaining = new ulong[reader.Count(RemainingBytes)];
        for (int i = 0; i < remaining.Length; i++)
        {
            remaining[i] = reader.U64();
        }

        return new PendingWait(input, output, remaining);
    }

    private static byte[][] ReadTexts(ref StateReader reader)
    {
        byte[][] texts = new byte[reader.Count(LengthBytes)][];
        for (int i = 0; i < texts.Length; i++)
        {
            texts[i] = reader.Text();
        }

        return texts;
    }

    private static void WriteTexts(StateWriter writer, byte[][] texts)
    {
        writer.U32((uint)texts.Length);
        foreach (byte[] text in texts)
        {
            writer.Bytes(text);
        }
    }
}
