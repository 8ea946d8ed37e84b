using System.Runtime.InteropServices;
using static QuicWasm.Native.FileSystemCalls;

namespace QuicWasm.Native;

/// <summary>
/// Opens paths that must not lead out of a directory. The kernel checks it where it has openat2 (Linux 5.6); elsewhere every
/// component is opened by itself, without following links: those are read and walked here.
/// </summary>
internal static unsafe class FileSystemBeneath
{
    private const int RetryLimit = 64, LinkLimit = 40, NameLimit = 255;

    private static bool HasOpen2 { get; } = ProbeOpen2();

    /// <summary>Gives the new descriptor's number, or the negated error: EPERM where the path leads out.</summary>
    public static int Open(FileSystemDescriptor root, ReadOnlySpan<byte> path, int flags, uint mode)
    {
        if (path.Length >= FileSystemDescriptor.PathLimit)
        {
            return -Enametoolong;
        }

        int result = HasOpen2 ? OpenInKernel(root, path, flags, mode) : -Eagain;
        return result == -Eagain ? OpenByWalk(root, path, flags, mode) : result;
    }

    /// <summary>The way without openat2.</summary>
    public static int OpenByWalk(FileSystemDescriptor root, ReadOnlySpan<byte> path, int flags, uint mode)
    {
        var walk = new Walk(root, path.ToArray());
        try
        {
            return walk.Run(flags, mode);
        }
        finally
        {
            walk.Close();
        }
    }

    // RACE: the kernel answers EAGAIN when a rename or mount happens while it walks a "..": after some tries the walk decides.
    private static int OpenInKernel(FileSystemDescriptor root, ReadOnlySpan<byte> path, int flags, uint mode)
    {
        Span<byte> terminated = stackalloc byte[path.Length + 1];
        path.CopyTo(terminated);
        terminated[^1] = 0;
        var how = new OpenHow { Flags = (uint)flags, Mode = mode, Resolve = ResolveBeneath | ResolveNoMagicLinks };
        fixed (byte* bytes = terminated)
        {
            int error = Eagain;
            for (int attempt = 0; attempt < RetryLimit && error is Eagain or Eintr; attempt++)
            {
                int number = Open2(root, bytes, &how);
                if (number >= 0)
                {
                    return number;
                }

                error = Marshal.GetLastPInvokeError();
            }

            return error == Exdev ? -Eperm : -error;
        }
    }

    private static bool ProbeOpen2()
    {
        byte* here = stackalloc byte[] { (byte)'.', 0 };
        var how = new OpenHow { Flags = (uint)(OpenPath | OpenDirectory | OpenCloseOnExec), Resolve = ResolveBeneath };
        int number = Open2(AtCurrentDirectory, here, &how);
        return number >= 0 && FileSystemCalls.Close(number) == 0;
    }

    private sealed class Walk(FileSystemDescriptor root, byte[] path)
    {
        /// <summary>A link was put in place of its name: go on.</summary>
        private const int Again = int.MaxValue;

        private readonly List<int> _directories = [];
        private byte[] _rest = path;
        private int _linkCount;

        private int Here => _directories.Count == 0 ? root.Number : _directories[^1];

        public int Run(int flags, uint mode)
        {
            while (true)
            {
                if (_rest.AsSpan().StartsWith("/"u8))
                {
                    return -Eperm;
                }

                ReadOnlySpan<byte> rest = _rest;
                int slash = rest.IndexOf((byte)'/');
                byte[] name = (slash < 0 ? rest : rest[..slash]).ToArray();
                rest = slash < 0 ? [] : rest[slash..].TrimStart((byte)'/');
                _rest = rest.ToArray();
                bool isLast = rest.IsEmpty;
                bool isFinal = isLast && slash < 0 && !name.AsSpan().SequenceEqual("."u8) && !name.AsSpan().SequenceEqual(".."u8);
                int result = isFinal ? OpenFinal(name, flags, mode) : Enter(name);
                if (isFinal && result != Again)
                {
                    return result;
                }

                if (result < 0)
                {
                    return result;
                }

                if (isLast && !isFinal && result != Again)
                {
                    return OpenOne(Here, "."u8, flags & ~OpenNoFollow, mode);
                }
            }
        }

        public void Close()
        {
            _directories.ForEach(static d => FileSystemCalls.Close(d));
            _directories.Clear();
        }

        private int Enter(ReadOnlySpan<byte> name)
        {
            if (name.SequenceEqual("."u8))
            {
                return 0;
            }

            if (name.SequenceEqual(".."u8))
            {
                // RACE: not the kernel's "..": the directory may have been moved meanwhile.
                if (_directories.Count == 0)
                {
                    return -Eperm;
                }

                _ = FileSystemCalls.Close(_directories[^1]);
                _directories.RemoveAt(_directories.Count - 1);
                return 0;
            }

            int opened = OpenOne(Here, name, OpenPath | OpenDirectory | OpenNoFollow | OpenCloseOnExec, 0);
            if (opened >= 0)
            {
                _directories.Add(opened);
                return 0;
            }

            return opened is -Enotdir or -Eloop && TrySplice(name, true, out int result) ? result : opened;
        }

        private int OpenFinal(ReadOnlySpan<byte> name, int flags, uint mode)
        {
            bool exclusive = (flags & (OpenCreate | OpenExclusive)) == (OpenCreate | OpenExclusive);
            if ((flags & OpenNoFollow) == 0 && !exclusive && TrySplice(name, false, out int result))
            {
                return result;
            }

            int opened = OpenOne(Here, name, flags | OpenNoFollow, mode);

            // RACE: it became a link after it was looked at. Counted as one, so that this ends.
            if (opened == -Eloop && (flags & OpenNoFollow) == 0 && ++_linkCount <= LinkLimit)
            {
                _rest = name.ToArray();
                return Again;
            }

            return opened;
        }

        private bool TrySplice(ReadOnlySpan<byte> name, bool isDirectory, out int result)
        {
            Span<byte> target = stackalloc byte[FileSystemDescriptor.PathLimit];
            Span<byte> terminated = stackalloc byte[NameLimit + 1];
            result = Again;
            if (name.Length > NameLimit)
            {
                return false;
            }

            name.CopyTo(terminated);
            terminated[name.Length] = 0;
            int length;
            fixed (byte* bytes = terminated, buffer = target)
            {
                length = (int)ReadLink(Here, bytes, buffer, (nuint)target.Length);
            }

            if (length < 0)
            {
                return false;
            }

            byte[] rest = _rest;
            _rest = [.. target[..length], .. isDirectory ? "/"u8 : [], .. rest];
            result = ++_linkCount > LinkLimit ? -Eloop : _rest.Length >= FileSystemDescriptor.PathLimit ? -Enametoolong : Again;
            return true;
        }

        private static int OpenOne(int directory, ReadOnlySpan<byte> name, int flags, uint mode)
        {
            if (name.Length > NameLimit)
            {
                return -Enametoolong;
            }

            Span<byte> terminated = stackalloc byte[NameLimit + 1];
            name.CopyTo(terminated);
            terminated[name.Length] = 0;
            fixed (byte* bytes = terminated)
            {
                int number = OpenAt(directory, bytes, flags, mode);
                return number >= 0 ? number : -Marshal.GetLastPInvokeError();
            }
        }
    }
}
