namespace QuicWasm.Migration;

/// <summary>
/// Asks for the right to take the program, or to read the image for children of it. The claimant's id is a random number of its own choice,
/// and its proof later.
/// </summary>
internal sealed record ClaimMessage(Guid Image, Guid Claimant, bool IsShared = false) : Message
{
    public override MessageKind Kind => MessageKind.Claim;

    public static ClaimMessage Read(ref MessageReader reader) => new(reader.Guid(), reader.Guid(), reader.Flag());

    protected override void Write(MessageWriter writer)
    {
        writer.Guid(Image);
        writer.Guid(Claimant);
        writer.Flag(IsShared);
    }
}

/// <summary>The claim stands under this epoch, for as long as something moves at least every so many milliseconds.</summary>
internal sealed record ClaimedMessage(Guid Image, ulong Epoch, uint LeaseMs) : Message
{
    public override MessageKind Kind => MessageKind.Claimed;

    public static ClaimedMessage Read(ref MessageReader reader) => new(reader.Guid(), reader.UInt64(), reader.UInt32());

    protected override void Write(MessageWriter writer)
    {
        writer.Guid(Image);
        writer.UInt64(Epoch);
        writer.UInt32(LeaseMs);
    }
}

/// <summary>The steps of a claim (Commit, Release, Done) and their answers, which say the same thing back.</summary>
internal sealed record OwnershipMessage(MessageKind Step, Guid Image, Guid Claimant, ulong Epoch) : Message
{
    public override MessageKind Kind => Step;

    public static bool IsKind(MessageKind kind) => kind is MessageKind.Commit or MessageKind.Committed
        or MessageKind.Release or MessageKind.Released or MessageKind.Done or MessageKind.Finished;

    public static OwnershipMessage Read(MessageKind kind, ref MessageReader reader) =>
        new(kind, reader.Guid(), reader.Guid(), reader.UInt64());

    protected override void Write(MessageWriter writer)
    {
        writer.Guid(Image);
        writer.Guid(Claimant);
        writer.UInt64(Epoch);
    }
}
