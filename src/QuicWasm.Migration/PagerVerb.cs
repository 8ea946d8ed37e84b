namespace QuicWasm.Migration;

/// <summary>What a running node and its pager say to each other. Both are of one build and one machine, so there are no versions.</summary>
internal enum PagerVerb : byte
{
    /// <summary>The userfaultfd and the status page come with it.</summary>
    Begin = 1,

    /// <summary>An image to fetch from: where it is, how it is cut, and the files of its memories. The answer says whether <see cref="Start"/> has anything to wait for.</summary>
    Attach,

    /// <summary>A program is about to come from a memory node: a connection is made ahead.</summary>
    Prepare,

    /// <summary>It does not come, or needs no pager.</summary>
    Cancel,

    /// <summary>Answered when what comes with the skeleton is here.</summary>
    Start,

    /// <summary>The program is this node's.</summary>
    Own,

    /// <summary>A program has a view of a memory.</summary>
    Map,

    /// <summary>The view goes.</summary>
    Unmap,

    /// <summary>Bytes of a part are needed; those of memories go to their file, others come as <see cref="Bytes"/>, before the answer.</summary>
    Fetch,

    /// <summary>Everything that is missing is to be fetched, behind what is needed.</summary>
    Push,

    /// <summary>Asks for what was counted.</summary>
    Report,

    /// <summary>Asks for what was touched while that was recorded.</summary>
    WorkingSet,

    /// <summary>Nothing is needed of the image any more.</summary>
    Detach,

    /// <summary>The answer to any of the above.</summary>
    Done,

    /// <summary>It could not be done.</summary>
    Failed,

    /// <summary>Bytes of a part that is no memory.</summary>
    Bytes,

    /// <summary>All pages of a memory are here.</summary>
    Complete,

    /// <summary>What is missing of an image cannot be had any more.</summary>
    Lost,
}
