using System.Collections.Immutable;

namespace QuicWasm.Migration;

/// <summary>Has an image made of a program that goes on. The empty id stands for the only program. The claimant has a share of the image from its beginning.</summary>
internal sealed record ForkMessage(Guid Program, Guid Claimant) : Message
{
    public override MessageKind Kind => MessageKind.Fork;

    public static ForkMessage Read(ref MessageReader reader) => new(reader.Guid(), reader.Guid());

    protected override void Write(MessageWriter writer)
    {
        writer.Guid(Program);
        writer.Guid(Claimant);
    }
}

/// <summary>Has a node make children of an image.</summary>
internal sealed record ForkOrderMessage(ForkOrder Order) : Message
{
    public override MessageKind Kind => MessageKind.ForkOrder;

    public static ForkOrderMessage Read(ref MessageReader reader)
    {
        ResumeOrder order = OrderMessage.Read(ref reader).Order;
        int first = reader.Count(int.MaxValue - ProtocolLimits.MaxListed, "as the first child's index");
        int count = reader.Count(ProtocolLimits.MaxListed, "children");
        return count > 0
            ? new ForkOrderMessage(new ForkOrder(order, first, count, reader.Flag() ? ReadArguments(ref reader) : null))
            : throw reader.Violation("no children");
    }

    protected override void Write(MessageWriter writer)
    {
        new OrderMessage(Order.Order).WriteFields(writer);
        writer.Varint((ulong)Order.FirstIndex);
        writer.Varint((ulong)Order.Count);
        writer.Flag(Order.Arguments is not null);
        if (Order.Arguments is { } arguments)
        {
            writer.Varint((ulong)arguments.Length);
            foreach (string argument in arguments)
            {
                writer.Text(argument, ProtocolLimits.MaxRequestBytes);
            }
        }
    }

    private static ImmutableArray<string> ReadArguments(ref MessageReader reader)
    {
        int count = reader.Count(ProtocolLimits.MaxListed, "arguments");
        ImmutableArray<string>.Builder arguments = ImmutableArray.CreateBuilder<string>();
        for (int i = 0; i < count; i++)
        {
            arguments.Add(reader.Text(ProtocolLimits.MaxRequestBytes));
        }

        return arguments.ToImmutable();
    }
}

/// <summary>The children are made, and run; in the order of their indexes.</summary>
internal sealed record ForkOrderedMessage(ImmutableArray<OrderReceipt> Children) : Message
{
    public override MessageKind Kind => MessageKind.ForkOrdered;

    public static ForkOrderedMessage Read(ref MessageReader reader)
    {
        int count = reader.Count(ProtocolLimits.MaxListed, "children");
        ImmutableArray<OrderReceipt>.Builder children = ImmutableArray.CreateBuilder<OrderReceipt>();
        for (int i = 0; i < count; i++)
        {
            children.Add(new OrderReceipt(reader.Guid(), reader.Text(ProtocolLimits.MaxTextBytes)));
        }

        return new ForkOrderedMessage(children.ToImmutable());
    }

    protected override void Write(MessageWriter writer)
    {
        writer.Varint((ulong)Children.Length);
        foreach (OrderReceipt child in Children)
        {
            writer.Guid(child.Program);
            writer.Text(child.Output, ProtocolLimits.MaxTextBytes);
        }
    }
}
