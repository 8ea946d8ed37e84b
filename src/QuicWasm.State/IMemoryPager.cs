using QuicWasm.Native;
using QuicWasm.Runtime;

namespace QuicWasm.State;

/// <summary>Lets memories of an image be mapped before their pages have arrived.</summary>
public interface IMemoryPager : ILazyMemory
{
    /// <summary>The memory of an image on this node: what has arrived of it, for all programs that are resumed from it.</summary>
    MemoryFile FileOf(int part);

    /// <summary>
    /// Whether a view of a memory that is complete may give way to one of the file itself: nobody looks which pages are in the page tables. Nothing is
    /// written to the file any more when it is said to be complete.
    /// </summary>
    bool GivesFiles { get; }

    /// <summary>A program's view of a memory is in place: from when this returns, a touch of a missing page waits until it is here.</summary>
    /// <param name="part">The part of the memory.</param>
    /// <param name="address">Where the view begins; it is as long as the file.</param>
    /// <exception cref="ImageException">The system refused, or the pager is gone.</exception>
    void Map(int part, nint address);

    /// <summary>Has the program that is put together told, from any thread: memories are complete, or lost.</summary>
    /// <param name="complete">Every page of a part is here; called with the part's number.</param>
    /// <param name="lost">See <see cref="ILazyMemory.Loss"/>.</param>
    void Follow(Action<int> complete, Action lost);
}
