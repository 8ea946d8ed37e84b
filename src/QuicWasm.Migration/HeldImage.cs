namespace QuicWasm.Migration;

/// <summary>An image that stays at its memory node for others to share, as long as this is not disposed and its connection stands.</summary>
public sealed class HeldImage : IAsyncDisposable
{
    private readonly NodeClient _client;
    private readonly OwnershipMessage _release;
    private bool _isReleased;

    internal HeldImage(NodeClient client, Guid image, Guid claimant)
    {
        _client = client;
        _release = new OwnershipMessage(MessageKind.Release, image, claimant, 0);
    }

    /// <summary>The image.</summary>
    public Guid Image => _release.Image;

    /// <summary>Tells the memory node that the image is not held any more; one that is gone need not be told.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isReleased)
        {
            return;
        }

        _isReleased = true;
        try
        {
            await _client.StepAsync(_release, MessageKind.Released, CancellationToken.None);
        }
        catch (MigrationException e) when (e.Error is MigrationError.ConnectionLost or MigrationError.DeadlineExceeded or MigrationError.ClaimLost or MigrationError.UnknownImage)
        {
            // The share ends with its lease, or has ended.
        }
    }
}
