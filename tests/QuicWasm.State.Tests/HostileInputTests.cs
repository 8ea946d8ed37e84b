using QuicWasm.Runtime;

namespace QuicWasm.State.Tests;

/// <summary>
/// Skeleton parts that a peer has changed, with no checksum in the way: each ends in an ImageException or in a program that is
/// consistent, and leaves nothing behind.
/// </summary>
public sealed class HostileInputTests : IDisposable
{
    private readonly FrozenImage _image = new SampleProgram().Freeze();

    private IEnumerable<int> SkeletonParts => _image.Layout.Parts.Where(p => p.IsSkeleton).Select(p => p.Number);

    public void Dispose() => _image.Dispose();

    [Fact]
    public void Every_byte_of_the_skeleton_may_be_changed()
    {
        int refused = 0;
        int tried = 0;
        foreach (int part in SkeletonParts)
        {
            byte[] content = TamperedSource.Content(_image, part);
            for (int i = 0; i < content.Length; i++)
            {
                foreach (byte change in (byte[])[0x01, 0x80, 0xFF])
                {
                    byte[] changed = [.. content];
                    changed[i] ^= change;
                    tried++;
                    refused += Restore(part, changed) ? 0 : 1;
                }
            }
        }

        Assert.InRange(refused, tried / 2, tried);
    }

    [Fact]
    public void Skeleton_parts_may_end_anywhere()
    {
        foreach (int part in SkeletonParts.Where(p => _image.Layout.Parts[p].Kind != PartKind.HostState))
        {
            byte[] content = TamperedSource.Content(_image, part);
            for (int length = 0; length < content.Length; length++)
            {
                Assert.False(Restore(part, content[..length]));
            }
        }
    }

    [Fact]
    public void Any_number_in_the_skeleton_may_be_oversized()
    {
        foreach (int part in SkeletonParts)
        {
            byte[] content = TamperedSource.Content(_image, part);
            for (int i = 0; i < content.Length; i++)
            {
                Restore(part, [.. content[..i], 0xFF, 0xFF, 0xFF, 0xFF, 0x07, .. content[(i + 1)..]]);
                Restore(part, [.. content[..i], 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01, .. content[(i + 1)..]]);
            }
        }
    }

    [Fact]
    public void References_to_functions_that_do_not_exist_are_refused()
    {
        foreach (PartKind kind in (PartKind[])[PartKind.Table, PartKind.Element, PartKind.Global])
        {
            ImagePart part = _image.Layout.Parts.Last(p => p.Kind == kind && (kind != PartKind.Global || p.Index == 3) && (kind != PartKind.Table || p.Index == 0));
            byte[] content = TamperedSource.Content(_image, part.Number);
            content.AsSpan(0, 8).Fill(0x7F);
            Assert.False(Restore(part.Number, content));
        }
    }

    [Fact]
    public void A_layout_with_a_part_twice_too_long_or_unknown_is_refused()
    {
        ImageLayout layout = _image.Layout;
        Refuse(layout with { Parts = layout.Parts.Add(layout.Parts[0] with { Number = layout.Parts.Length }) });
        Refuse(layout with { Parts = layout.Parts.SetItem(0, layout.Parts[0] with { LengthBytes = 1UL << 40 }) });
        Refuse(layout with { Parts = layout.Parts.SetItem(0, layout.Parts[0] with { LengthBytes = 0 }) });
        Refuse(layout with { Parts = layout.Parts.RemoveAt(0) });

        byte[] bytes = ImageLayoutEncoding.Encode(layout);
        for (int i = 0; i < bytes.Length; i++)
        {
            Assert.Throws<ImageException>(() => ImageLayoutEncoding.Decode(bytes.AsSpan(0, i)));
            byte[] changed = [.. bytes];
            changed[i] ^= 0xFF;
            try
            {
                ImageLayoutEncoding.Decode(changed);
            }
            catch (ImageException)
            {
                // Either is fine: an identity or a length may be anything.
            }
        }
    }

    [Fact]
    public void An_image_with_a_part_more_than_its_skeleton_speaks_of_is_refused()
    {
        ImageLayout layout = _image.Layout;
        var more = new ImagePart(layout.Parts.Length, PartKind.Memory, 77, -1, 0, 65536);
        using var restore = ProgramRestore.Begin(layout with { Parts = layout.Parts.Add(more) }, SampleProgram.NewConfigure());
        ImageTransfer.Copy(_image, restore, p => p.IsSkeleton);
        Assert.Equal(ImageError.Corrupt, Assert.Throws<ImageException>(restore.BuildSkeleton).Error);
    }

    private static void Refuse(ImageLayout layout) =>
        Assert.Throws<ImageException>(() => ProgramRestore.Begin(layout, SampleProgram.NewConfigure()));

    private bool Restore(int part, byte[] content)
    {
        RuntimeContext? context = null;
        Configure configure = SampleProgram.NewConfigure() with
        {
            Engine = c =>
            {
                context = c;
                return new StubEngine();
            },
        };
        try
        {
            using var source = new TamperedSource(new Borrowed(_image), part, content);
            ImageTransfer.Restore(source, configure).Dispose();
            return true;
        }
        catch (ImageException)
        {
            return false;
        }
        finally
        {
            Assert.Equal(0, context?.MemorySource.RangesInUse ?? 0);
        }
    }
}
