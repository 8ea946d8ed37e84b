namespace QuicWasm.Fuzz.Tests;

/// <summary>Damages a binary in a few places: most of what comes out is refused, and some of it is a valid module that nobody wrote.</summary>
internal sealed class ModuleMutator(Random random, IReadOnlyList<byte[]> others)
{
    private static readonly byte[] Telling = [0x00, 0x01, 0x7F, 0x80, 0xFF, 0x0B, 0x40, 0x70, 0x6F, 0x7B, 0xFC, 0xFD];

    public byte[] Mutate(byte[] module)
    {
        var bytes = new List<byte>(module);
        for (int i = random.Next(1, 5); i > 0 && bytes.Count > 8; i--)
        {
            MutateOnce(bytes);
        }

        return [.. bytes];
    }

    private void MutateOnce(List<byte> bytes)
    {
        int at = random.Next(8, bytes.Count);
        int count = Math.Min(random.Next(1, 12), bytes.Count - at);
        switch (random.Next(10))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                bytes[at] = Telling[random.Next(Telling.Length)];
                break;
            case 2:
                bytes[at] = (byte)random.Next(256);
                break;
            case 3:
                bytes.Insert(at, (byte)random.Next(256));
                break;
            case 4:
                bytes.RemoveRange(at, count);
                break;
            case 5:
                bytes.InsertRange(at, bytes.GetRange(at, count));
                break;
            case 6:
                Splice(bytes, at, count);
                break;
            default:
                // A neighbour: of an instruction it often has the same type, of an index it is often one that exists.
                bytes[at] += (byte)(random.Next(2) == 0 ? 1 : 0xFF);
                break;
        }
    }

    private void Splice(List<byte> bytes, int at, int count)
    {
        byte[] other = others[random.Next(others.Count)];
        int from = random.Next(other.Length);
        count = Math.Min(count, other.Length - from);
        for (int i = 0; i < count && at + i < bytes.Count; i++)
        {
            bytes[at + i] = other[from + i];
        }
    }
}
