namespace QuicWasm.Migration;

/// <summary>One page fault that the memory node had to answer, as the pager saw it.</summary>
/// <param name="LengthBytes">Length of the granule that was fetched.</param>
/// <param name="QueueTime">From when the pager knew of it to when the request had left.</param>
/// <param name="WireTime">From then to when the last byte was here.</param>
/// <param name="InstallTime">From then to when the waiting thread had been woken.</param>
public readonly record struct PageFaultRecord(ulong LengthBytes, TimeSpan QueueTime, TimeSpan WireTime, TimeSpan InstallTime);
