namespace QuicWasm.Migration;

/// <summary>One page fault that the memory node had to answer, as the pager saw it. Its time is the sum of the times here.</summary>
/// <param name="LengthBytes">Length of the granule that was fetched.</param>
/// <param name="TrapTime">From the touch to when the pager knew of it; the kernel does not say when that was, so it is what the pager has measured at its start.</param>
/// <param name="QueueTime">From then to when the request had left; where it was under way already, nothing.</param>
/// <param name="WireTime">From then to when the last byte was here, without the time that the memory node says it took to read.</param>
/// <param name="ReadTime">How long the memory node took to read it.</param>
/// <param name="InstallTime">From the last byte to when the waiting thread had been woken.</param>
public readonly record struct PageFaultRecord(
    ulong LengthBytes, TimeSpan TrapTime, TimeSpan QueueTime, TimeSpan WireTime, TimeSpan ReadTime, TimeSpan InstallTime)
{
    /// <summary>How long the program stood still for it.</summary>
    public TimeSpan TotalTime => TrapTime + QueueTime + WireTime + ReadTime + InstallTime;
}
