namespace QuicWasm.Migration;

/// <summary>The kind byte of a frame. See docs/wire-protocol.md, section 3.</summary>
internal enum MessageKind : byte
{
    Hello = 1,
    Error = 2,
    ListImages = 3,
    ImageList = 4,
    OpenImage = 5,
    ImageOpened = 6,
    GetGranules = 7,
    GranuleChunk = 8,
    Claim = 9,
    Claimed = 10,
    Commit = 11,
    Committed = 12,
    Release = 13,
    Released = 14,
    Done = 15,
    Finished = 16,
    Freeze = 17,
    Frozen = 18,
    Status = 19,
    StatusReport = 20,
    GranuleZeros = 21,
    Order = 22,
    Ordered = 23,
    AwaitEnd = 24,
    End = 25,
    GranuleBlock = 26,
    KeepWorkingSet = 27,
    WorkingSetKept = 28,
}
