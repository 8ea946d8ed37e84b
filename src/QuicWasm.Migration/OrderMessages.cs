namespace QuicWasm.Migration;

/// <summary>Has a node resume a program.</summary>
internal sealed record OrderMessage(ResumeOrder Order) : Message
{
    private const int MaxStreams = 128;

    public override MessageKind Kind => MessageKind.Order;

    public static OrderMessage Read(ref MessageReader reader)
    {
        string source = reader.Text(ProtocolLimits.MaxNameBytes);
        Guid image = reader.Guid();
        bool freezes = reader.Flag();
        bool isFlat = reader.Flag();
        Guid program = reader.Guid();
        Granularity granularity = (Granularity)reader.Byte();
        uint pageBytes = reader.UInt32();
        CopyMode mode = (CopyMode)reader.Byte();
        bool eagerMemory = reader.Flag();
        int streams = reader.Count(MaxStreams, "streams");
        var compression = (Compression)reader.Byte();
        if (!Enum.IsDefined(compression))
        {
            throw reader.Violation($"the unknown compression {(byte)compression}");
        }

        var prefetch = (Prefetch)reader.Byte();
        TimeSpan recordTime = TimeSpan.FromMilliseconds(reader.UInt32());
        if ((prefetch & ~PrefetchNames.All) != 0)
        {
            throw reader.Violation($"the unknown prefetch policies {(byte)prefetch}");
        }

        return pageBytes <= GranularityOptions.MaximumPageBytes && Enum.IsDefined(granularity)
            ? new OrderMessage(new ResumeOrder(source, new MigrationRequest
            {
                Image = image,
                FreezesProgram = freezes,
                IsFlat = isFlat,
                Program = program,
                Granularity = granularity,
                Options = new GranularityOptions((int)pageBytes, mode, eagerMemory),
                Streams = streams,
                Compression = compression,
                Prefetch = prefetch,
                RecordTime = recordTime,
            }))
            : throw reader.Violation($"the granularity {(byte)granularity} with pages of {pageBytes} bytes");
    }

    internal void WriteFields(MessageWriter writer)
    {
        MigrationRequest request = Order.Request;
        writer.Text(Order.Source, ProtocolLimits.MaxNameBytes);
        writer.Guid(request.Image);
        writer.Flag(request.FreezesProgram);
        writer.Flag(request.IsFlat);
        writer.Guid(request.Program);
        writer.Byte((byte)request.Granularity);
        writer.UInt32((uint)request.Options.PageBytes);
        writer.Byte((byte)request.Options.Mode);
        writer.Flag(request.Options.EagerMemory);
        writer.Varint((ulong)request.Streams);
        writer.Byte((byte)request.Compression);
        writer.Byte((byte)request.Prefetch);
        writer.UInt32((uint)Math.Min(request.RecordTime.TotalMilliseconds, uint.MaxValue));
    }

    protected override void Write(MessageWriter writer) => WriteFields(writer);
}

/// <summary>The program is the node's, and runs.</summary>
internal sealed record OrderedMessage(OrderReceipt Receipt) : Message
{
    public override MessageKind Kind => MessageKind.Ordered;

    public static OrderedMessage Read(ref MessageReader reader) =>
        new(new OrderReceipt(reader.Guid(), reader.Text(ProtocolLimits.MaxTextBytes)));

    protected override void Write(MessageWriter writer)
    {
        writer.Guid(Receipt.Program);
        writer.Text(Receipt.Output, ProtocolLimits.MaxTextBytes);
    }
}

/// <summary>Asks how an ordered program has ended.</summary>
internal sealed record AwaitEndMessage(Guid Program) : Message
{
    public override MessageKind Kind => MessageKind.AwaitEnd;

    public static AwaitEndMessage Read(ref MessageReader reader) => new(reader.Guid());

    protected override void Write(MessageWriter writer) => writer.Guid(Program);
}

/// <summary>How an ordered program has ended, or that it runs.</summary>
internal sealed record EndMessage(OrderedEnd End) : Message
{
    public override MessageKind Kind => MessageKind.End;

    public static EndMessage Read(ref MessageReader reader)
    {
        OrderedOutcome outcome = (OrderedOutcome)reader.Byte();
        int exitCode = (int)reader.UInt32();
        return Enum.IsDefined(outcome)
            ? new EndMessage(new OrderedEnd(outcome, exitCode, reader.Text(ProtocolLimits.MaxTextBytes)))
            : throw reader.Violation($"the outcome {(byte)outcome}");
    }

    protected override void Write(MessageWriter writer)
    {
        writer.Byte((byte)End.Outcome);
        writer.UInt32((uint)End.ExitCode);
        writer.Text(End.Text, ProtocolLimits.MaxTextBytes);
    }
}
