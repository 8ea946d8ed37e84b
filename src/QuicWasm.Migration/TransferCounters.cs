namespace QuicWasm.Migration;

/// <summary>Counts what a migration moves. Any thread may count.</summary>
internal sealed class TransferCounters
{
    private readonly long[] _bytes = new long[3];
    private long _granules;
    private long _requests;
    private long _controlBytes;
    private long _zeroBytes;
    private long _plainBytes;
    private long _maxGranulesInFlight;
    private long _maxBytesInFlight;

    public long Granules => Interlocked.Read(ref _granules);

    public long Requests => Interlocked.Read(ref _requests);

    public long ControlBytes => Interlocked.Read(ref _controlBytes);

    public long ZeroBytes => Interlocked.Read(ref _zeroBytes);

    public long PlainBytes => Interlocked.Read(ref _plainBytes);

    public long MaxGranulesInFlight => Interlocked.Read(ref _maxGranulesInFlight);

    public long MaxBytesInFlight => Interlocked.Read(ref _maxBytesInFlight);

    public long Bytes(ByteClass byteClass) => Interlocked.Read(ref _bytes[(int)byteClass]);

    public void AddControl(int bytes) => Interlocked.Add(ref _controlBytes, bytes);

    public void AddChunk(ByteClass byteClass, int bodyBytes, int plainBytes, int overheadBytes)
    {
        Interlocked.Add(ref _plainBytes, plainBytes);
        Interlocked.Add(ref _bytes[(int)byteClass], bodyBytes);
        Interlocked.Add(ref _controlBytes, overheadBytes);
    }

    public void AddZeros(ulong bytes) => Interlocked.Add(ref _zeroBytes, (long)bytes);

    public void AddGranule() => Interlocked.Increment(ref _granules);

    public void AddRequest(int bytes, long granulesInFlight, long bytesInFlight)
    {
        Interlocked.Increment(ref _requests);
        Interlocked.Add(ref _controlBytes, bytes);
        Raise(ref _maxGranulesInFlight, granulesInFlight);
        Raise(ref _maxBytesInFlight, bytesInFlight);
    }

    private static void Raise(ref long maximum, long value)
    {
        long seen = Interlocked.Read(ref maximum);
        while (seen < value)
        {
            long before = Interlocked.CompareExchange(ref maximum, value, seen);
            if (before == seen)
            {
                return;
            }

            seen = before;
        }
    }
}
