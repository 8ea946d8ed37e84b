using QuicWasm.Native;

namespace QuicWasm.Migration;

/// <summary>
/// A page that a running node shares with its pager: whether the pager lives, and how each image stands. It is written before anything that
/// follows from it can be seen, and needs no thread of the running node: the collector may have stopped them all.
/// </summary>
internal sealed class PagerStatus(SharedView view) : IDisposable
{
    /// <summary>Its length in bytes.</summary>
    public const int LengthBytes = 64 << 10;

    private const int FirstSlot = 4096;
    private const byte Lost = 1, Complete = 2;

    /// <summary>How many images have a place of their own.</summary>
    public static int Slots => LengthBytes - FirstSlot;

    /// <summary>The calling thread of the pager stands for its life.</summary>
    public void HoldLife() => LifeMark.Hold(view);

    /// <summary>The image begins.</summary>
    public void Reset(uint image) => view.Write(Slot(image), 0);

    /// <summary>From now on pages of it may be there that did not arrive.</summary>
    public void SetLost(uint image) => view.Write(Slot(image), Lost);

    /// <summary>Every page of its memories has arrived, and none can be lost any more.</summary>
    public void SetComplete(uint image) => view.Write(Slot(image), Complete);

    /// <summary>Whether what a program sees of the image's memories may be wrong.</summary>
    // RACE: the pager's death frees who waits for pages; the kernel marks the death before that, so looking at the mark comes last.
    public bool IsLost(uint image) => view.Read(Slot(image)) switch
    {
        Complete => false,
        Lost => true,
        _ => !LifeMark.IsAlive(view) && view.Read(Slot(image)) != Complete,
    };

    /// <inheritdoc/>
    public void Dispose() => view.Dispose();

    private static int Slot(uint image) => FirstSlot + (int)(image % (uint)Slots);
}
