using QuicWasm.State;

namespace QuicWasm.Migration;

/// <content>Images that are there for children: they are shared, and nobody takes their program.</content>
public sealed partial class MemoryNode
{
    /// <summary>Keeps an image for children of its program: until it was shared, or held, and is not any more.</summary>
    /// <param name="image">The image.</param>
    /// <param name="name">The program's name.</param>
    /// <returns>Holds the image until it is disposed.</returns>
    /// <exception cref="MigrationException">It is kept already, or the node keeps as many as it may.</exception>
    public IDisposable AddShared(IImageSource image, string name)
    {
        var hold = new Hold(this);
        hold.Image = Add(image, name, found => found.Ownership.Share(hold.Claimant, hold));
        return hold;
    }

    /// <summary>Has an image made of a program that goes on.</summary>
    /// <param name="program">The program; the empty id stands for the only one.</param>
    /// <param name="claimant">Who has a share of it from the beginning.</param>
    /// <param name="holder">Over what.</param>
    /// <param name="cancellationToken">Ends the wait; the program is forked at its next safe point all the same.</param>
    /// <exception cref="MigrationException">There is no such program, or it cannot be forked.</exception>
    internal async Task<Guid> ForkAsync(Guid program, Guid claimant, object holder, CancellationToken cancellationToken)
    {
        FreezableProgram found = Only(_programs, program, MigrationError.UnknownProgram, "program");
        return await found.ForkAsync(
            image => Add(image, found.Program.Name, kept => kept.Ownership.Share(claimant, holder)), _stopping.Token).WaitAsync(cancellationToken);
    }

    /// <summary>Where an image was made for children, and none needs it any more, nobody finds it from now on. Gives it to the one who is to dispose of it, or null.</summary>
    internal HostedImage? ForgetUnshared(HostedImage image) => image is { IsTemporary: true, Ownership.IsShared: false } ? Forget(image) : null;

    private Guid Add(IImageSource image, string name, Action<HostedImage> share)
    {
        HostedImage kept = new(image, name, Options.ClaimLease, Options.TimeProvider) { IsTemporary = true };
        share(kept);
        return Add(kept);
    }

    // A share whose connections are lost ends with its lease, which nobody may ask about.
    private void ForgetLater(HostedImage image)
    {
        if (image.IsTemporary)
        {
            Task.Delay(Options.ClaimLease + TimeSpan.FromMilliseconds(100), Options.TimeProvider, _stopping.Token).ContinueWith(
                _ => ForgetUnshared(image)?.Dispose(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
        }
    }

    private sealed class Hold(MemoryNode node) : IDisposable
    {
        public Guid Claimant { get; } = Guid.NewGuid();

        public Guid Image { get; set; }

        public void Dispose()
        {
            if (node._images.TryGetValue(Image, out HostedImage? image) && image.Ownership.EndShare(Claimant))
            {
                node.ForgetUnshared(image)?.Dispose();
            }
        }
    }
}
