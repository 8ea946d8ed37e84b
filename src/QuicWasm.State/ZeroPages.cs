namespace QuicWasm.State;

/// <summary>Finds pages of zeros, so that they need not be stored, sent or touched.</summary>
public static class ZeroPages
{
    /// <summary>The length of a page.</summary>
    public const int PageBytes = 4096;

    /// <summary>The length of the run of pages at the beginning that are all zero, or all not; what is left of a page counts as one.</summary>
    public static int RunLength(ReadOnlySpan<byte> bytes, out bool isZero)
    {
        isZero = IsZero(bytes[..Math.Min(PageBytes, bytes.Length)]);
        int length = Math.Min(PageBytes, bytes.Length);
        while (length < bytes.Length && IsZero(bytes.Slice(length, Math.Min(PageBytes, bytes.Length - length))) == isZero)
        {
            length += Math.Min(PageBytes, bytes.Length - length);
        }

        return length;
    }

    private static bool IsZero(ReadOnlySpan<byte> bytes) => !bytes.ContainsAnyExcept((byte)0);
}
